"""Memberships at another node: joined, cancelled and refunded there, and every payment counts once in the books."""

from __future__ import annotations

import pytest

from services.desk.budgets import keep_choices
from services.desk.memberships.watch import look_after
from services.units.membership import TIER_PRICES
from services.wire.problems import ProblemError
from tests.fixtures.world import RunningWorld
from tests.fixtures.world_distant import DistantNode

PRICE = TIER_PRICES[0]


async def test_a_membership_at_another_node_counts_once(running: RunningWorld, distant: DistantNode) -> None:
    here = await running.creator.tiers.create(name="Here", price=PRICE)
    creator = running.desk("creator").at(distant.address)
    await running.creator.nodes.add(distant.address)
    there = await running.creator.tiers.create(name="There", price=PRICE, node=distant.address)
    keep_choices(running.desk("viewer"), {"creator_limit": PRICE * 2})
    await running.viewer.nodes.add(distant.address, name="Films of others")
    far = await running.viewer.memberships.join(there.id, amount=PRICE, node=distant.address)
    await running.viewer.memberships.join(here.id, amount=PRICE)
    found = (await running.viewer.memberships.mine()).memberships
    assert {(one.membership.tier_name, one.node, one.state) for one in found} == {
        ("There", distant.address, "active"),
        ("Here", "", "active"),
    }
    await running.assert_reconciled()
    (far_one,) = [one for one in found if one.node]
    left = await running.viewer.memberships.cancel(far_one.membership.id)
    assert {one.state for one in left.memberships if one.node} == {"ending"}
    await running.viewer.memberships.ask_refund(far.receipt, node=distant.address)
    running.chain.fund(creator.keyring.owner(), usdc=PRICE, gas_wei=0)
    (asked,) = await running.creator.memberships.refunds("creator", node=distant.address)
    assert await running.creator.memberships.refunds("creator") == ()
    await running.creator.memberships.pay_refund(asked.receipt, amount=PRICE, node=distant.address)
    await look_after(running.desk("viewer"))
    await running.assert_reconciled()
    after = (await running.viewer.memberships.mine()).memberships
    assert {(one.membership.tier_name, one.state) for one in after} == {("There", "refunded"), ("Here", "active")}


async def test_tiers_are_kept_where_a_creator_sells(running: RunningWorld, distant: DistantNode) -> None:
    tiers, there = running.creator.tiers, distant.address
    with pytest.raises(ProblemError, match=r"node\.not_found"):
        await tiers.create(name="There", price=PRICE, node=there)
    await running.creator.nodes.add(there)
    await tiers.create(name="Here", price=PRICE)
    made = await tiers.create(name="There", price=PRICE, perks=("a wave",), node=there)
    assert (made.node, made.price) == (there, PRICE)
    changed = await tiers.update(made.id, name="Over there", price=TIER_PRICES[1], perks=(), node=there)
    assert await tiers.mine(node=there) == (changed,)
    assert [tier.name for tier in await tiers.mine()] == ["Here"]
    with pytest.raises(ProblemError, match=r"tier\.not_found"):
        await tiers.archive(made.id)
    await running.viewer.nodes.add(there)
    await running.viewer.memberships.join(made.id, amount=TIER_PRICES[1], node=there)
    assert [one.tier_name for one in await running.creator.memberships.members(node=there)] == ["Over there"]
    assert await running.creator.memberships.members() == ()
    assert (await tiers.archive(made.id, node=there)).is_archived
    assert await tiers.mine(node=there) == ()
    (mine,) = (await running.viewer.memberships.mine()).memberships
    assert (mine.state, mine.reason) == ("ending", "archived")


async def test_a_node_that_could_not_be_appointed_is_appointed_later(
    running: RunningWorld, distant: DistantNode
) -> None:
    await running.creator.nodes.add(distant.address)
    desk = running.desk("creator")
    body = {"creator_id": desk.keyring.owner(), "name": "There", "price": "2.99", "perks": []}
    made = (await desk.at(distant.address).node.send("POST", "/tiers/", body=body)).json()["id"]
    await running.viewer.nodes.add(distant.address)
    with pytest.raises(ProblemError, match=r"membership\.not_sold"):
        await running.viewer.memberships.quote(made, node=distant.address)
    await look_after(desk)
    assert (await running.viewer.memberships.quote(made, node=distant.address)).amount == PRICE
    distant.seen.clear()
    await look_after(desk)
    assert not [line for line in distant.seen if "/tiers/" in line], "asked again though it is settled"
