"""The wallet's routes about channels, limits and the way of paying."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, cast

from anyio import to_thread
from fastapi import Path
from sqlalchemy import select

from services.desk.budgets import budgets_out, keep_choices, set_budgets
from services.desk.channels.record import free_of, open_purchase, turn_name
from services.desk.channels.refunds import refund
from services.desk.channels.withdrawals import withdraw
from services.desk.choices import read_choices
from services.desk.context import Desk
from services.desk.door import DeskOf
from services.desk.tables import Channel, Film
from services.http.late_routes import LateRouter
from services.units.address import Address, Bytes32, bytes32
from services.units.money import ZERO
from services.wire.desk import BudgetsIn, BudgetsOut, ChannelOut, ChannelState, PaymentChoice, PaymentIn
from services.wire.problems import ProblemError

_SHOWN = 100

router = LateRouter(tags=["channels"])


async def _channel(channel_id: Annotated[str, Path()]) -> Bytes32:
    try:
        return bytes32(channel_id)
    except ValueError as exc:
        raise ProblemError("channel.not_found") from exc


@router.get("/wallet/channels")
async def channels(desk: DeskOf) -> tuple[ChannelOut, ...]:
    """List this account's channels, the last used first."""
    return await to_thread.run_sync(_channels, desk)


@router.post("/wallet/channels/{channel_id}/refund")
async def give_back(desk: DeskOf, channel_id: str) -> tuple[ChannelOut, ...]:
    """Ask the node for what is left in a channel."""
    return await _act(desk, await _channel(channel_id), refund)


@router.post("/wallet/channels/{channel_id}/withdraw")
async def leave(desk: DeskOf, channel_id: str) -> tuple[ChannelOut, ...]:
    """Announce a withdrawal that needs nobody, or finish it when its time has come."""
    return await _act(desk, await _channel(channel_id), withdraw)


@router.get("/wallet/budgets")
async def budgets(desk: DeskOf) -> BudgetsOut:
    """Give the limits and what is used of them today."""
    return await to_thread.run_sync(budgets_out, desk)


@router.put("/wallet/budgets")
async def change_budgets(desk: DeskOf, body: BudgetsIn) -> BudgetsOut:
    """Set limits; raising one needs the passphrase."""
    await to_thread.run_sync(set_budgets, desk, body)
    desk.events.publish("wallet")
    return await to_thread.run_sync(budgets_out, desk)


@router.get("/wallet/payment")
async def payment(desk: DeskOf) -> PaymentChoice:
    """Give the way of paying."""
    return await to_thread.run_sync(_choice, desk)


@router.put("/wallet/payment")
async def change_payment(desk: DeskOf, body: PaymentIn) -> PaymentChoice:
    """Choose the way of paying; what is signed already ends the way it began."""
    chosen = body.model_dump(exclude_none=True)
    await to_thread.run_sync(keep_choices, desk, chosen)
    desk.events.publish("wallet")
    return await to_thread.run_sync(_choice, desk)


async def _act(
    desk: Desk, channel: Bytes32, work: Callable[[Desk, Bytes32], Awaitable[None]]
) -> tuple[ChannelOut, ...]:
    """Do something with a channel in its turn, to the end, also when the asker is gone."""
    node, creator = await to_thread.run_sync(_parties, desk, channel)
    at = desk.at(node)

    async def in_turn() -> None:
        async with at.turn(turn_name(at, creator)):
            await work(at, channel)

    await desk.finish(in_turn(), "channel")
    return await to_thread.run_sync(_channels, desk)


def _parties(desk: Desk, channel: Bytes32) -> tuple[str, Address]:
    with desk.database.read() as session:
        row = session.get(Channel, channel)
    if row is None:
        raise ProblemError("channel.not_found")
    return row.node, row.creator


def _choice(desk: Desk) -> PaymentChoice:
    with desk.database.read() as session:
        chosen = read_choices(session)
    return PaymentChoice(method=chosen.method, refund_after_days=chosen.refund_after_days)


def _channels(desk: Desk) -> tuple[ChannelOut, ...]:
    with desk.database.read() as session:
        rows = list(session.scalars(select(Channel).order_by(Channel.used_at.desc(), Channel.id).limit(_SHOWN)))
        names = {card["creator"]: card["creator_name"] for card in session.scalars(select(Film.card))}
        promised = {}
        for row in rows:
            purchase = open_purchase(session, row)
            is_promised = purchase is not None and purchase.money == "in_flight" and row.deposit is None
            promised[row.id] = purchase.amount if purchase is not None and is_promised else ZERO
    return tuple(
        ChannelOut(
            id=row.id,
            creator=row.creator,
            creator_name=names.get(row.creator, ""),
            node=row.node,
            deposited=row.balance,
            spent=row.total,
            promised=promised[row.id],
            refundable=free_of(row) - promised[row.id],
            state=cast("ChannelState", row.state),
            since=row.since,
            used_at=row.used_at,
            ready_at=row.ready_at,
            can_refund=bool(row.own) and row.state == "open" and row.open_intent is None,
        )
        for row in rows
    )
