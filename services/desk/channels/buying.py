"""Buying by channel: a voucher at once where there is money for it, else a deposit that the person allowed."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from anyio import move_on_after, to_thread

from services.chain.errors import ChainUnreachable
from services.desk.channels.chain import follow, settle_deposit, why_not
from services.desk.channels.delivery import Answer, ask_for_keys, finish, keep
from services.desk.channels.deposits import sign_with_deposit
from services.desk.channels.keys import config_for, config_of
from services.desk.channels.offers import checked_offer, remember
from services.desk.channels.record import deposit_amount, free_of, turn_name
from services.desk.channels.recovery import open_channel
from services.desk.channels.vouchers import Figures, Start, Wish, is_enough, sign, start
from services.desk.content import begin_look_ahead
from services.desk.context import Desk
from services.desk.purchases.asking import ask
from services.desk.purchases.home import is_home
from services.desk.tables import Channel, Purchase
from services.units.ids import IntentId
from services.wire.problems import ProblemError
from services.wire.x402 import PaymentRequired

_log = logging.getLogger(__name__)
_ATTEMPTS = 2
_PATIENCE_S = 2.0
_TURNS = 4
"""Of the event loop, from a purchase's answer to its last byte."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Not by channel: ``purchase`` is under way by the Escrow, or ``required`` offers what this desk can take.

    Neither: the channel's money is on its way back.
    """

    purchase: Purchase | None = None
    required: PaymentRequired | None = None


@dataclass(frozen=True, slots=True)
class Bought:
    """How a purchase ended. ``intent``: none when everything was free or owned already.

    figures: what is known without asking the books, which count a purchase by voucher at this moment.
    """

    intent: IntentId | None
    figures: Figures | None = None


async def buy_by_channel(desk: Desk, wish: Wish, answered: asyncio.Future[Bought]) -> Elsewhere | None:
    """Buy; None when it is answered. Raises ProblemError: see services.client.catalogue.PlaybackClient.buy."""
    async with desk.turn(turn_name(desk, wish.film.manifest.creator)):
        for _attempt in range(_ATTEMPTS):
            begun = await _begin(desk, wish)
            if isinstance(begun, Elsewhere):
                return begun
            if begun.purchase is None:
                answered.set_result(Bought(None))
                return None
            letter = None if begun.letter is None else begun.letter.made()
            answer = await ask_for_keys(desk, wish.film, begun.purchase, again=begun.is_old, letter=letter)
            if answer is not None:
                await _hand_over(desk, wish, begun, answer, answered)
                return None
            if await is_home(desk, wish.film, wish.wanted):
                # The node says that it is ours: nothing is signed for it again.
                answered.set_result(Bought(None))
                return None
        raise ProblemError("channel.refused", reason="total")


async def _hand_over(desk: Desk, wish: Wish, begun: Start, answer: Answer, answered: asyncio.Future[Bought]) -> None:
    """Answer as soon as the keys are here. The channel's turn lasts until they, and what they cost, are on disk."""
    purchase = begun.purchase
    if purchase is None:
        raise ValueError("nothing was bought")
    if begun.figures is not None:
        answered.set_result(Bought(wish.intent, begun.figures))
        for _ in range(_TURNS):
            # The answer leaves first: a thread that starts now would take turns with it.
            await asyncio.sleep(0)
        try:
            await keep(desk, purchase, answer)
        except ProblemError as problem:
            # It plays from memory; the same bytes bring the keys again before anything else is signed here.
            _log.warning("keys not kept yet", extra={"intent": wish.intent, "code": problem.code})
        if len(wish.wanted) == 1:
            begin_look_ahead(desk, wish.film.manifest, wish.wanted.stop)
        desk.spawn(to_thread.run_sync(desk.database.tidy), name="tidy")
        return
    keeping = asyncio.ensure_future(keep(desk, purchase, answer))
    with move_on_after(_PATIENCE_S):
        await asyncio.shield(keeping)
    if not answered.done():
        answered.set_result(Bought(wish.intent))
    await keeping


async def _begin(desk: Desk, wish: Wish) -> Start | Elsewhere:
    """Come to a purchase that can be sent: an open one of the same chunks, or a new one."""
    loop = asyncio.get_running_loop()
    if desk.home is None:
        # The loop's own threads are entered in half the time of anyio's.
        begun = await loop.run_in_executor(None, start, desk, wish, loop)
    else:
        # What another node has still to give of the film is fetched through the loop, which takes a thread of anyio's.
        begun = await to_thread.run_sync(start, desk, wish, loop)
    if begun.purchase is not None and begun.purchase.channel_id is None:
        return Elsewhere(purchase=begun.purchase)
    if begun.is_home or (begun.purchase is not None and not _is_waiting(begun.channel)):
        return begun
    if begun.channel is not None:
        if begun.channel.state != "open":
            return Elsewhere()
        await _clear(desk, begun.channel, wish)
        begun = await to_thread.run_sync(start, desk, wish, loop)
        if begun.is_home or begun.purchase is not None:
            return begun
    return await _with_deposit(desk, wish, begun.channel)


def _is_waiting(row: Channel | None) -> bool:
    return row is not None and row.deposit is not None


async def _clear(desk: Desk, row: Channel, wish: Wish) -> None:
    """End what the channel waits for: a deposit whose fate is not known, a voucher that was not answered."""
    if row.open_intent not in (None, wish.intent):
        if not await finish(desk, IntentId(row.open_intent or "")):
            raise ProblemError("payment.in_progress")
    elif row.deposit is not None:
        try:
            await to_thread.run_sync(settle_deposit, desk, row.id)
        except ChainUnreachable:
            if row.open_intent is None:
                raise
            # The same bytes can be sent again without knowing.


async def _with_deposit(desk: Desk, wish: Wish, row: Channel | None) -> Start | Elsewhere:
    """Ask for the terms, check them, and sign a deposit with the voucher. The wallet must be open."""
    desk.keyring.key()
    creator = wish.film.manifest.creator
    required = await ask(desk, wish.content, wish.wanted)
    config = None if row is None else config_of(row)
    offer = checked_offer(desk, creator, wish.amount, required, config=config)
    desk.memory.node_offers[desk.node.uri] = offer is not None
    if offer is None:
        return Elsewhere(required=required)
    if await to_thread.run_sync(why_not, desk):
        return Elsewhere(required=required)
    config = config or config_for(
        desk,
        creator,
        authorizer=offer.extra.receiver_authorizer,
        withdraw_delay_s=offer.extra.withdraw_delay,
    )
    remember(desk, config, required)
    channel = await open_channel(desk, creator, config)

    def write() -> Purchase:
        fresh = follow(desk, channel)
        if fresh.deposit is None and not is_enough(fresh, wish.amount):
            return sign_with_deposit(desk, wish, channel)
        if free_of(fresh) + deposit_amount(fresh) < wish.amount:
            raise ProblemError("payment.in_progress")
        # Found again by looking at the chain; or a deposit is under way already, and goes along.
        return sign(desk, wish, channel)

    return Start(purchase=await to_thread.run_sync(write))
