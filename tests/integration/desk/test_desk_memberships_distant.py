"""Memberships at another node: joined, cancelled and refunded there, and every payment counts once in the books."""

from __future__ import annotations

from services.desk.budgets import keep_choices
from services.desk.memberships.refunds import pay
from services.desk.memberships.selling import ensure_appointed
from services.desk.memberships.watch import look_after
from services.units.membership import TIER_PRICES
from services.wire.tiers import TierOut
from tests.fixtures.world import RunningWorld
from tests.fixtures.world_distant import DistantNode

PRICE = TIER_PRICES[0]


async def test_a_membership_at_another_node_counts_once(running: RunningWorld, distant: DistantNode) -> None:
    here = await running.creator.tiers.create(name="Here", price=PRICE)
    creator = running.desk("creator").at(distant.address)
    body = {"creator_id": creator.keyring.owner(), "name": "There", "price": "2.99", "perks": []}
    there = await creator.node.call(TierOut, "POST", "/tiers/", body=body)
    assert await ensure_appointed(creator)
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
    await pay(creator, far.receipt, PRICE)
    await look_after(running.desk("viewer"))
    await running.assert_reconciled()
    after = (await running.viewer.memberships.mine()).memberships
    assert {(one.membership.tier_name, one.state) for one in after} == {("There", "refunded"), ("Here", "active")}
