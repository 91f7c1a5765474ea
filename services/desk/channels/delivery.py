"""From a signed voucher to its keys: sent, and when the answer is not clear, sent again as it is, never paid again."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from anyio import to_thread

from services.desk.channels.chain import follow, settle_deposit
from services.desk.channels.keys import config_of
from services.desk.channels.letters import Letter, letter_of
from services.desk.channels.offers import learn
from services.desk.channels.record import CHANNELS, PURCHASES, give_back, take
from services.desk.channels.recovery import correct, raise_total, refresh, take_up
from services.desk.context import Desk
from services.desk.films import open_film
from services.desk.memory import OpenFilm
from services.desk.purchases.home import bring_home
from services.desk.purchases.keys import check_keys, keep_keys, owned
from services.desk.purchases.record import write_state
from services.desk.tables import Channel, Purchase
from services.units.address import Bytes32
from services.units.ids import IntentId
from services.units.money import ZERO, Money
from services.wire.node import KeysOut
from services.wire.problems import ProblemError
from services.wire.x402 import PAYMENT_RESPONSE, Settled, decode, read_money

_log = logging.getLogger(__name__)
_REFUSALS = (
    "payment.refused",
    "payment.insufficient",
    "payment.terms_changed",
    "payment.scheme",
    "content.not_found",
    "channel.refused",
)
_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class Answer:
    """The keys, checked, and what the node says it charged."""

    keys: KeysOut
    settled: Settled | None


async def ask_for_keys(
    desk: Desk, film: OpenFilm, purchase: Purchase, *, again: bool, letter: Letter | None = None
) -> Answer | None:
    """Send a signed purchase; None when it is known what became of it, and what is not here may be signed for.

    In the channel's turn. ``again``: it may have been sent before, which is safe at any time; the keys of what is
    bought already are given to who is signed in only. Raises ProblemError: what the node said,
    after noting what became of the money; content.wrong_key.
    """
    try:
        answer = await _send(desk, letter or letter_of(purchase), again=again)
    except ProblemError as problem:
        if await _is_clear(desk, film, purchase, problem):
            _log.info("not sold", extra={"intent": purchase.intent, "code": problem.code})
            return None
        raise
    try:
        wanted = range(purchase.first_chunk, purchase.first_chunk + purchase.chunk_count)
        check_keys(film.manifest, answer.keys.keys, wanted)
    except ProblemError:
        await _write_end(desk, purchase, "disputed", answer)
        raise
    for key in answer.keys.keys:
        desk.memory.keys.put((purchase.content_id, key.index), bytes.fromhex(key.key))
    return answer


async def keep(desk: Desk, purchase: Purchase, answer: Answer) -> None:
    """Put the keys on disk and count the money; until then the channel signs nothing. Raises ProblemError: disk.full.

    Killed before, the same bytes bring the same keys.
    """
    await _write_end(desk, purchase, "keyed", answer)


async def finish(desk: Desk, intent: IntentId) -> bool:
    """Bring an open purchase to its end with the bytes that were signed; whether its channel is free now.

    In the channel's turn. Raises ProblemError: as ask_for_keys.
    """
    purchase = await to_thread.run_sync(_settled, desk, intent)
    if purchase is None or purchase.money == "released":
        return True
    if purchase.state == "keyed":
        return purchase.money == "spent"
    film = await open_film(desk, purchase.content_id)
    answer = await ask_for_keys(desk, film, purchase, again=True)
    if answer is not None:
        await keep(desk, purchase, answer)
    return True


def _settled(desk: Desk, intent: IntentId) -> Purchase | None:
    """Look first what became of the deposit that goes along."""
    with desk.database.read() as session:
        purchase = session.get(Purchase, intent)
        row = session.get(Channel, purchase.channel_id) if purchase is not None else None
    if purchase is None or row is None or row.deposit is None:
        return purchase
    try:
        settle_deposit(desk, row.id)
    except ProblemError as unclear:
        _log.info("deposit cannot be looked up", extra={"channel": row.id, "code": unclear.code})
    with desk.database.write() as session:
        purchase, row = session.get_one(Purchase, intent), session.get_one(Channel, row.id)
        if row.deposit is None and purchase.state == "keyed" and purchase.money == "in_flight":
            take(session, row, purchase, keyed=True, at=desk.clock.now())
    return purchase


async def _send(desk: Desk, letter: Letter, *, again: bool) -> Answer:
    response = await desk.node.pay(letter.path, letter.body, letter.payment, timeout_s=_TIMEOUT_S, sign_in=again)
    return Answer(desk.node.read(KeysOut, response), _settlement(response.headers.get(PAYMENT_RESPONSE, "")))


def _settlement(header: str) -> Settled | None:
    try:
        return decode(Settled, header)
    except ProblemError:
        # The key counts. A node that does not say what it charged is taken to have charged all of it.
        return None


async def _is_clear(desk: Desk, film: OpenFilm, purchase: Purchase, problem: ProblemError) -> bool:
    """Note what became of a purchase that was not answered by keys; whether that is known for certain."""
    try:
        match problem.code:
            case "channel.total":
                await correct(desk, purchase, problem)
                return True
            case "channel.balance" | "channel.not_found":
                return await to_thread.run_sync(_release_uncovered, desk, purchase, problem)
            case "content.owned":
                await _ask_what_is_owned(desk, film, purchase)
                return True
            case code if code in _REFUSALS:
                return await to_thread.run_sync(_release, desk, purchase, problem)
            case _:
                await to_thread.run_sync(write_state, desk, IntentId(purchase.intent), "unknown")
    except ProblemError:
        await to_thread.run_sync(write_state, desk, IntentId(purchase.intent), "unknown")
        raise
    finally:
        tell(desk, purchase)
    return False


async def _ask_what_is_owned(desk: Desk, film: OpenFilm, purchase: Purchase) -> None:
    """The node says that chunks are ours: fetch them, and find out by its last voucher whether this one paid."""
    channel = _channel_of(purchase)
    proven = await take_up(desk, channel)
    await bring_home(desk, film)

    def write() -> None:
        with desk.database.write() as session:
            kept, row = session.get_one(Purchase, purchase.intent), session.get_one(Channel, channel)
            wanted = range(kept.first_chunk, kept.first_chunk + kept.chunk_count)
            is_home = len(owned(session, kept.content_id, wanted)) == kept.chunk_count
            if kept.money == "in_flight" and proven != kept.total:
                give_back(session, row, kept, state="refused", at=desk.clock.now())
            if is_home:
                kept.state = "keyed"
            if (is_home and kept.money == "spent") or kept.money == "released":
                row.open_intent = None
        if proven is not None:
            raise_total(desk, channel, proven)

    await to_thread.run_sync(write)


def _channel_of(purchase: Purchase) -> Bytes32:
    if purchase.channel_id is None:
        raise ValueError("not a purchase by voucher")
    return purchase.channel_id


def _release(desk: Desk, purchase: Purchase, problem: ProblemError) -> bool:
    """Take a refused voucher back; whether the seller's terms are written otherwise now, and known."""
    with desk.database.write() as session:
        kept, row = session.get_one(Purchase, purchase.intent), session.get_one(Channel, purchase.channel_id)
        give_back(session, row, kept, state="refused", at=desk.clock.now())
    return learn(desk, config_of(row), purchase.creator, purchase.payment, problem)


def _release_uncovered(desk: Desk, purchase: Purchase, problem: ProblemError) -> bool:
    """Believe that a channel has too little only when the chain says so, too."""
    with desk.database.read() as session:
        row = session.get_one(Channel, purchase.channel_id)
    row = follow(desk, row.id)
    is_uncovered = row.balance < (purchase.total or ZERO)
    if is_uncovered:
        _release(desk, purchase, problem)
    else:
        write_state(desk, IntentId(purchase.intent), "unknown")
    return is_uncovered


async def _write_end(desk: Desk, purchase: Purchase, state: str, answer: Answer) -> None:
    is_behind = await to_thread.run_sync(_end, desk, purchase, state, answer)
    tell(desk, purchase)
    if is_behind:
        # The node has sold more on this channel than these books know of.
        desk.spawn(refresh(desk), name="channels")


def _end(desk: Desk, purchase: Purchase, state: str, answer: Answer) -> bool:
    channel = _channel_of(purchase)
    if "deposit" in purchase.payment["payload"]:
        _look_for_deposit(desk, purchase)
    with desk.database.write_plain() as unit:
        kept, row, now = PURCHASES.get_one(unit, purchase.intent), CHANNELS.get_one(unit, channel), desk.clock.now()
        before, charge = row.total, _charge(answer.settled, kept, row)
        kept.state, row.used_at = state, now
        if answer.settled is not None and answer.settled.transaction:
            kept.transaction = answer.settled.transaction
        if state == "keyed":
            keep_keys(desk, unit, kept.content_id, answer.keys.keys, bought=True)
        if charge == "none" and state == "keyed":
            give_back(unit, row, kept, state="keyed", at=now)
        elif row.deposit is None:
            take(unit, row, kept, keyed=state == "keyed", at=now)
        if state == "keyed" and kept.money != "in_flight" and row.open_intent == kept.intent:
            row.open_intent = None
        PURCHASES.put(unit, kept)
        CHANNELS.put(unit, row)
        return charge == "none" and _cumulative(answer.settled, row) not in (None, before)


def _look_for_deposit(desk: Desk, purchase: Purchase) -> None:
    """Ask the chain, never the node, whether a deposit is there; a chain that is slow is asked again later."""
    with desk.database.read() as session:
        row = session.get_one(Channel, purchase.channel_id)
    try:
        settle_deposit(desk, row.id)
    except ProblemError as unclear:
        _log.info("deposit not seen yet", extra={"channel": row.id, "code": unclear.code})


def _charge(settled: Settled | None, purchase: Purchase, row: Channel) -> str:
    """Tell ``all`` from ``none``: what was here already costs nothing, and the total stays as it was."""
    cumulative = _cumulative(settled, row)
    if cumulative is None or settled is None or settled.extra is None:
        return "all"
    is_free = settled.extra.charged_amount == "0" and cumulative != purchase.total
    return "none" if is_free else "all"


def _cumulative(settled: Settled | None, row: Channel) -> Money | None:
    state = settled.extra.channel_state if settled is not None and settled.extra is not None else None
    if state is None or state.channel_id != row.id:
        return None
    return read_money(state.charged_cumulative_amount)


def tell(desk: Desk, purchase: Purchase) -> None:
    """Tell the window that a purchase and the wallet have changed."""
    desk.events.publish("purchase", purchase.content_id, purchase.intent)
    desk.events.publish("wallet")
