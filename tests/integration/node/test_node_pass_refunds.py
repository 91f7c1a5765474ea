"""A pass given back: asked of the operator, paid once, and in no month; what was shared out already stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from services.chain.authorization import TransferTerms, sign_transfer
from services.db.ledger import balance, balance_of_prefix
from services.node.memberships.refunds import nonce_of
from services.node.memberships.tables import Refund
from services.node.passes.closing import close_month
from services.node.passes.rounds import advance
from services.node.passes.tables import PassMonth, PassShare
from services.node.passes.watch import make_round
from services.sharing.model import load_model
from services.units.money import ZERO, Money, total
from services.wire.x402 import Authorization, Payload
from tests.fixtures.chain import HandClock
from tests.fixtures.node_caller import NodeCaller
from tests.fixtures.world import RunningWorld
from tests.fixtures.world_passes import (
    HOLDERS,
    buy_pass,
    close,
    ok,
    pass_door,
    past_the_month,
    to_the_first,
    verify_creator,
    watch,
)

FEE = Money(7_000_000)


def transfer_back(running: RunningWorld, operator: NodeCaller, receipt: str) -> dict[str, Any]:
    """Sign what gives a receipt's money back."""
    node = running.world.node
    with node.database.read() as session:
        row = session.get_one(Refund, receipt)
    terms = TransferTerms(
        payer=operator.who.address, payee=row.viewer, amount=row.amount, valid_after=0,
        valid_before=node.chain.head().timestamp + 120, nonce=nonce_of(node, row),
    )  # fmt: skip
    signature = sign_transfer(node.chain.chain_id, node.chain.token, terms, operator.who.key)
    message = Authorization(
        payer=terms.payer, to=terms.payee, value=str(terms.amount.micros), valid_after="0",
        valid_before=str(terms.valid_before), nonce=terms.nonce,
    )  # fmt: skip
    payload = Payload(signature="0x" + signature.hex(), authorization=message)
    return {"payload": payload.model_dump(mode="json", by_alias=True)}


async def asked(holder: NodeCaller, receipt: str) -> dict[str, Any]:
    found: dict[str, Any] = await ok(holder.http.post("/refunds", json={"receipt": receipt, "reason": "By mistake."}))
    return found


async def test_a_pass_given_back_is_shared_out_to_nobody(running: RunningWorld, hand_clock: HandClock) -> None:
    to_the_first(hand_clock)
    film = await running.publish(chunks=30)
    async with pass_door(running, *HOLDERS[:2]) as (operator, creator, stays, regrets):
        node, who = operator.world.node, operator.who.address
        running.chain.fund(who, usdc=Money(10_000_000), gas_wei=0)
        await verify_creator(operator, creator)
        await buy_pass(stays)
        receipt = (await buy_pass(regrets))["receipt"]
        for holder in (stays, regrets):
            await watch(holder, film, *range(1, 11))
        told = await asked(regrets, receipt)
        assert (told["creator"], told["state"], told["amount"]) == (who, "asked", str(FEE.micros))
        # Only the holder asks, and only the operator gives.
        assert (await stays.http.post("/refunds", json={"receipt": receipt, "reason": "x"})).status_code == 404
        body = transfer_back(running, operator, receipt)
        assert (await creator.http.post(f"/refunds/{receipt}/pay", json=body)).json()["code"] == "refund.not_found"
        before = node.chain.token_balance(regrets.who.address)
        for _ in range(2):
            assert (await ok(operator.http.post(f"/refunds/{receipt}/pay", json=body)))["state"] == "paid"
        assert node.chain.token_balance(regrets.who.address) - before == FEE
        assert (await regrets.http.get(f"/content/{film.content}/member-keys")).status_code == 403
        with node.database.read() as session:
            accounts = ("pool", f"due:{who}", f"refunded:{who}", f"payer:{regrets.who.address}")
            assert [balance(session, name) for name in accounts] == [FEE, FEE, -FEE, ZERO]
        # The month shares out the one fee that stayed; the other one goes to who gave it back.
        month = past_the_month(hand_clock)
        for caller in (operator, creator, regrets):
            await caller.sign_in()
        closed = await close(operator, month)
        assert (int(closed["fees"]) + int(closed["withheld"]) <= FEE.micros, closed["subscribers"]) == (True, 1)
        second = await regrets.http.post("/refunds", json={"receipt": receipt, "reason": "Again."})
        assert second.json()["state"] == "paid"
        await ok(operator.http.post(f"/kyc/verify/{who}"))
        decision = {"decision": "verified", "reason": "Known."}
        await ok(operator.do("POST", f"/kyc/cases/{who}/decision", decision))
        make_round(node)
        hand_clock.advance(timedelta(seconds=61))
        advance(node)
        credited = node.chain.creator_balance(who).micros
        assert abs(credited * 10 - FEE.micros * 9) <= 10
        with node.database.read() as session:
            parts = [balance_of_prefix(session, name) for name in ("due:", "withheld", "pool")]
            shares = {row.owner: row.paid for row in session.scalars(select(PassShare))}
        assert shares[who] == FEE
        assert total(parts) + total(list(shares.values())) == FEE * 2
    running.verify_books()


async def test_what_was_shared_out_is_not_given_back(running: RunningWorld, hand_clock: HandClock) -> None:
    film = await running.publish(chunks=30)
    async with pass_door(running, *HOLDERS[:2]) as (operator, _, holder, late):
        running.chain.fund(operator.who.address, usdc=Money(20_000_000), gas_wei=0)
        receipts = [(await buy_pass(one))["receipt"] for one in (holder, late)]
        await watch(holder, film, 1, 2)
        await asked(late, receipts[1])
        month = past_the_month(hand_clock)
        for caller in (operator, holder):
            await caller.sign_in()
        # An operator's own constants are published with the month that they were used for.
        own = replace(load_model(), name="museshare-2", version=2, days_weight=1 << 16)
        row = close_month(replace(operator.world.node, sharing=own), month)
        assert (row.record["model"]["name"], row.inputs["model.json"]) == ("museshare-2", own.text)
        refused = await holder.http.post("/refunds", json={"receipt": receipts[0], "reason": "Too late."})
        assert (refused.status_code, refused.json()["code"]) == (409, "refund.shared_out")
        assert refused.json()["params"]["month"] == month
        # What was asked for before is as late when it is to be paid.
        body = transfer_back(running, operator, receipts[1])
        paid = await operator.http.post(f"/refunds/{receipts[1]}/pay", json=body)
        assert paid.json()["code"] == "refund.shared_out"
        with operator.world.node.database.read() as session:
            assert session.get_one(Refund, receipts[1]).state == "asked"
    running.verify_books()


async def test_a_month_waits_for_a_refund_that_is_on_its_way(running: RunningWorld, hand_clock: HandClock) -> None:
    film = await running.publish(chunks=30)
    async with pass_door(running, *HOLDERS[:1]) as (operator, _, holder):
        node = operator.world.node
        receipt = (await buy_pass(holder))["receipt"]
        await watch(holder, film, 1, 2)
        await asked(holder, receipt)
        month = past_the_month(hand_clock)
        await operator.sign_in()
        # Written down as received, and then the process ended: nobody knows yet what became of it.
        body = transfer_back(running, operator, receipt)
        with node.database.write() as session:
            row = session.get_one(Refund, receipt)
            row.state, row.payment = "received", body["payload"]
        waits = await operator.do("POST", "/pass/months", {"month": month})
        assert waits.json()["code"] == "refund.state"
        hand_clock.advance(timedelta(minutes=3))
        closed = await close(operator, month)
        assert int(closed["fees"]) > 0
        with node.database.read() as session:
            assert session.get_one(Refund, receipt).state == "failed"
            assert session.get_one(PassMonth, month).withheld == ZERO
    running.verify_books()
