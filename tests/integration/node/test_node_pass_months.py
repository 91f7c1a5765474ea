"""A month of the pass: shared out by what was watched, paid through the Escrow once, held where a rule says so."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from services.chain.pool import cancel_distribution_call
from services.db.ledger import balance, balance_of_prefix
from services.node.passes.rounds import advance, plan
from services.node.passes.tables import PassMonth, PassRound, PassShare
from services.node.passes.watch import due_months, make_round
from services.node_cli.__main__ import main
from services.sharing.allocation import allocate
from services.sharing.inputs import parse_inputs
from services.sharing.model import load_model
from services.units.ids import named_intent
from services.units.money import ZERO, Money, total
from tests.fixtures.chain import CREATOR, HandClock, person
from tests.fixtures.node_caller import NodeCaller
from tests.fixtures.world import RunningWorld
from tests.fixtures.world_passes import (
    HOLDERS,
    buy_pass,
    close,
    ok,
    one_pass_is_a_present,
    pass_door,
    past_the_month,
    publish_as,
    to_the_first,
    verify_creator,
    watch,
)

FEE = Money(7_000_000)
DELAY = timedelta(seconds=61)
OTHER = person("another channel")


def ledger_of(running: RunningWorld, *accounts: str) -> tuple[Money, ...]:
    with running.world.node.database.read() as session:
        return tuple(balance(session, account) for account in accounts)


async def sharing_of(caller: NodeCaller) -> dict[str, Any]:
    await caller.sign_in()
    found: dict[str, Any] = await ok(caller.http.get("/pass/sharing"))
    return found


def computed_again(published: dict[str, Any], digest: str, folder: Path) -> None:
    for name, text in (*published["files"].items(), ("allocation.json", published["record"])):
        (folder / name).write_text(text)
        assert not any(holder.address in text for holder in HOLDERS)
    assert main(["allocate", str(folder), "--check"]) == 0
    inputs = parse_inputs(published["files"])
    assert allocate(inputs.month, load_model()).digest == digest


async def misses_its_verification(creator: NodeCaller) -> None:
    (month,) = (await sharing_of(creator))["months"]
    missing = ["kyc:not_started", "document:identity", "document:residence"]
    assert (month["watchers"], month["missing"]) == (1, missing)


def credited_by_the_escrow(running: RunningWorld, who: NodeCaller, amount: Money) -> None:
    credited, left = ledger_of(running, f"creator:{who.who.address}", f"due:{who.who.address}")
    assert left == ZERO
    assert abs(credited.micros * 10 - amount.micros * 9) <= 10
    assert running.world.chain.creator_balance(who.who.address) == credited


async def test_a_month_goes_to_whom_each_holder_watched_and_out_once(
    running: RunningWorld, hand_clock: HandClock, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to_the_first(hand_clock)
    film = await running.publish(chunks=30)
    async with pass_door(running, CREATOR, *HOLDERS[:3]) as (operator, creator, second, one, two, idle):
        node, other = operator.world.node, await publish_as(second, chunks=30)
        for holder in (one, two, idle):
            await buy_pass(holder)
        # One watches both alike, two only the second creator, the third nothing at all.
        await watch(one, film, *range(1, 11))
        await watch(one, other, *range(1, 11))
        await watch(two, other, *range(1, 21))
        assert due_months(node) == []
        too_soon = await operator.do("POST", "/pass/months", {"month": hand_clock.now().strftime("%Y-%m")})
        assert too_soon.json()["code"] == "pass.month"
        month = past_the_month(hand_clock)
        await operator.sign_in()
        assert due_months(node) == [month]
        closed = await close(operator, month)
        assert closed == await close(operator, month)
        fees = Money(int(closed["fees"]))
        # Thirty days from the first noon of a month end within it, or on its last day.
        assert FEE * 2 < fees <= FEE * 3
        assert ledger_of(running, "withheld") == (ZERO,)
        assert ledger_of(running, "pool") == (FEE * 3 - fees,)
        first, other_due = (ledger_of(running, f"due:{who.who.address}")[0] for who in (creator, second))
        assert first + other_due == fees
        # A third of the holders gave all, one gave half, and the idle one paid as the others did.
        assert abs(first.micros - fees.micros // 4) <= 2
        await misses_its_verification(creator)
        assert plan(node) == []
        await second.sign_in()
        for who in (creator, second):
            await verify_creator(operator, who)
        await ok(creator.http.post("/pass/payouts"))
        await ok(creator.http.post("/pass/payouts"))
        make_round(node)
        assert [row["state"] for row in await ok(operator.http.get("/pass/rounds"))] == ["proposed", "proposed"]
        assert ledger_of(running, f"creator:{creator.who.address}") == (ZERO,)
        hand_clock.advance(DELAY)
        assert advance(node) == 2
        assert (advance(node), plan(node)) == (0, [])
        for who, amount in ((creator, first), (second, other_due)):
            credited_by_the_escrow(running, who, amount)
        assert [row["state"] for row in (await sharing_of(creator))["months"]] == ["paid"]
        # Anybody can compute it again from what is published, without knowing who watched.
        published = await ok(operator.http.get(f"/pass/months/{month}"))
    computed_again(published, closed["sha256"], tmp_path)
    running.verify_books()


async def test_splitting_a_channel_in_two_gains_its_owner_nothing(running: RunningWorld, hand_clock: HandClock) -> None:
    to_the_first(hand_clock)
    film = await running.publish(chunks=40)
    async with pass_door(running, CREATOR, OTHER, *HOLDERS[:1]) as (operator, creator, second, split, holder):
        node = operator.world.node
        theirs, more = await publish_as(second, chunks=40), await publish_as(split, chunks=40)
        await verify_creator(operator, second)
        refused = await operator.do("PUT", f"/pass/owners/{OTHER.address}", {"owner": creator.who.address})
        assert refused.json()["code"] == "kyc.required"
        named = await ok(operator.do("PUT", f"/pass/owners/{OTHER.address}", {"owner": CREATOR.address}))
        assert named["owner"] == CREATOR.address
        await buy_pass(holder)
        # As long with the one channel as with the two of the other owner together, on the same day.
        await watch(holder, film, *range(1, 21))
        await watch(holder, theirs, *range(1, 11))
        await watch(holder, more, *range(1, 11))
        month = past_the_month(hand_clock)
        await operator.sign_in()
        await close(operator, month)
        with node.database.read() as session:
            earned = {row.owner: row.earned for row in session.scalars(select(PassShare))}
    assert set(earned) == {creator.who.address, CREATOR.address}
    # A unit that the split left over, and one of the platform's tenth.
    assert abs(earned[creator.who.address].micros - earned[CREATOR.address].micros) <= 2


async def lifted(operator: NodeCaller, named: str) -> None:
    body = {"decision": "lifted", "text": "A prize, as announced."}
    decided = await ok(operator.do("POST", f"/cases/{named}/decision", body))
    assert [step["what"] for step in decided["steps"]] == ["opened", "appealed", "lifted"]
    body["decision"] = "upheld"
    assert (await operator.do("POST", f"/cases/{named}/decision", body)).json()["code"] == "case.state"


async def test_a_fee_that_a_creator_paid_is_withheld_until_a_person_decides(
    running: RunningWorld, hand_clock: HandClock
) -> None:
    to_the_first(hand_clock)
    film = await running.publish(chunks=30)
    async with pass_door(running, *HOLDERS[:2]) as (operator, creator, honest, bought):
        node = operator.world.node
        await one_pass_is_a_present(running, creator, honest, bought, film)
        await verify_creator(operator, creator)
        month = past_the_month(hand_clock)
        for caller in (operator, creator, bought):
            await caller.sign_in()
        closed = await close(operator, month)
        withheld = ledger_of(running, "withheld")[0]
        assert Money(int(closed["withheld"])) == withheld
        assert withheld * 2 == Money(int(closed["fees"]))
        # The creator's month waits as well, and both are told why.
        (case,), (held,) = [await ok(one.http.get("/cases/mine")) for one in (bought, creator)]
        assert (case["kind"], case["reasons"], case["state"]) == ("watching", ["own_creator"], "open")
        assert (held["kind"], held["reasons"]) == ("payout", ["self_dealing"])
        assert (await sharing_of(creator))["months"][0]["missing"] == [f"case:{held['id']}"]
        assert plan(node) == []
        assert (await honest.http.get("/cases")).status_code in (401, 403)
        # Both object; a person lifts them.
        assert (await creator.http.post(f"/cases/{case['id']}/appeal", json={"text": "Mine?"})).status_code == 404
        await ok(bought.http.post(f"/cases/{case['id']}/appeal", json={"text": "A present from the channel."}))
        await ok(creator.http.post(f"/cases/{held['id']}/appeal", json={"text": "A prize that I gave away."}))
        queue = await ok(operator.http.get("/cases"))
        assert {(row["id"], row["state"]) for row in queue} == {(case["id"], "appealed"), (held["id"], "appealed")}
        for named in (case["id"], held["id"]):
            await lifted(operator, named)
        assert len(plan(node)) == 1
        # What was withheld goes with the holder's fee of the month that follows.
        following = past_the_month(hand_clock)
        await operator.sign_in()
        await close(operator, following)
        with node.database.read() as session:
            rows = list(session.scalars(select(PassMonth).order_by(PassMonth.month)))
            shares = list(session.scalars(select(PassShare)))
        fees = total([Money(int(row.record["sums"]["fees"])) for row in rows])
        assert fees == FEE * 2 + withheld
        assert total([row.earned for row in shares]) == FEE * 2
    assert ledger_of(running, "withheld", "pool") == (ZERO, ZERO)
    running.verify_books()


async def test_smoothing_holds_back_and_pays_all_of_it_when_it_ends(
    running: RunningWorld, hand_clock: HandClock
) -> None:
    to_the_first(hand_clock)
    film = await running.publish(chunks=30)
    async with pass_door(running, *HOLDERS[:4]) as (operator, creator, *holders):
        node, who = operator.world.node, creator.who.address
        await ok(creator.http.put("/pass/smoothing", json={"is_on": True}))
        for number, joining in enumerate((holders[:1], holders[1:])):
            for holder in joining:
                await holder.sign_in()
                await buy_pass(holder)
                await watch(holder, film, *range(1, 11))
            month = past_the_month(hand_clock)
            await operator.sign_in()
            await close(operator, month)
            with node.database.read() as session:
                earned, paid = (total(list(session.scalars(select(c)))) for c in (PassShare.earned, PassShare.paid))
            assert earned == paid + ledger_of(running, f"reserve:{who}")[0], number
        told = await sharing_of(creator)
        assert [row["paid"] != row["earned"] for row in told["months"]] == [True, False]
        reserve = Money(int(told["reserve"]))
        assert ZERO < reserve == ledger_of(running, f"reserve:{who}")[0]
        left = await ok(creator.http.put("/pass/smoothing", json={"is_on": False}))
        assert (left["is_smoothed"], left["reserve"], left["months"][0]["paid"]) == (False, "0", str(reserve.micros))
        assert ledger_of(running, f"reserve:{who}") == (ZERO,)
        with node.database.read() as session:
            parts = [balance_of_prefix(session, name) for name in ("due:", "reserve:", "withheld", "pool")]
        assert total(parts) == FEE * 4
    running.verify_books()


async def test_a_round_that_the_owner_takes_back_goes_out_under_another_name(
    running: RunningWorld, hand_clock: HandClock
) -> None:
    to_the_first(hand_clock)
    film = await running.publish()
    async with pass_door(running, HOLDERS[0]) as (operator, creator, holder):
        node = operator.world.node
        await buy_pass(holder)
        await watch(holder, film, 1, 2)
        await verify_creator(operator, creator)
        month = past_the_month(hand_clock)
        make_round(node)
        with node.database.read() as session:
            (row,) = session.scalars(select(PassRound))
        assert (row.state, row.name) == ("proposed", f"{month}.1")
        call = cancel_distribution_call(node.chain.escrow, row.round_id)
        node.treasurer.wait(node.treasurer.submit(named_intent("take it back"), call), timeout_s=60)
        hand_clock.advance(DELAY)
        make_round(node)
        make_round(node)
        hand_clock.advance(DELAY)
        make_round(node)
        with node.database.read() as session:
            states = dict(session.execute(select(PassRound.name, PassRound.state)).all())
        assert states == {f"{month}.1": "canceled", f"{month}.2": "distributed"}
    assert ledger_of(running, f"due:{creator.who.address}") == (ZERO,)
    running.verify_books()
