"""One purchase from the click to the key: by a channel's voucher, by the Escrow, or by a transfer."""

from __future__ import annotations

import asyncio

from anyio import to_thread

from services.chain.authorization import PaymentTerms
from services.chain.escrow_payment import signed_payment
from services.desk.channels.buying import Bought, Elsewhere, buy_by_channel
from services.desk.channels.vouchers import Wish, wish_for
from services.desk.choices import read_choices
from services.desk.content import check_ciphertext
from services.desk.context import Desk
from services.desk.films import open_film, take_newer
from services.desk.money import in_flight
from services.desk.purchases.asking import ask
from services.desk.purchases.delivery import deliver, settle
from services.desk.purchases.exact import exact_offer, signed_transfer, was_paid_into_escrow, was_transferred
from services.desk.purchases.home import all_playable, is_home
from services.desk.purchases.record import find, write_signed
from services.desk.purchases.terms import accepted, terms_for
from services.desk.tables import Purchase
from services.units.ids import ContentId
from services.units.money import ZERO, Money
from services.wire.problems import ProblemError
from services.wire.x402 import EscrowRequirements, PaymentRequired

_OTHERWISE = ("payment.terms_changed", "content.owned")
"""What a node says to terms that are not its own any more; the second one where a part has become free."""


async def buy(
    desk: Desk,
    content: ContentId,
    *,
    first_chunk: int,
    chunk_count: int,
    auto: bool,
    max_deposit: Money | None = None,
    shown: Money | None = None,
) -> Bought:
    """Buy chunks.

    A purchase of the same chunks that is still open is finished, not repeated. It runs to its end even when the
    asker is gone. shown: what the person was told that it costs; nothing is signed for any other sum, and where the
    seller's terms are others by now they are read anew. Problem codes: see
    services.client.catalogue.PlaybackClient.buy.
    """
    wanted = range(first_chunk, first_chunk + chunk_count)

    async def work(answered: asyncio.Future[Bought]) -> None:
        async with desk.turn(content):
            film = await open_film(desk, content)
            wish = wish_for(desk, film, wanted, auto=auto, max_deposit=max_deposit)
            if shown is not None and shown != wish.amount:
                raise ProblemError("payment.terms_changed")
            try:
                await _bring_about(desk, wish, answered)
            except ProblemError as problem:
                if problem.code in _OTHERWISE:
                    await take_newer(desk, film)
                raise

    return await desk.answer(work, "purchase")


async def _bring_about(desk: Desk, wish: Wish, answered: asyncio.Future[Bought]) -> None:
    instead = await buy_by_channel(desk, wish, answered) if await _is_by_channel(desk) else Elsewhere()
    if instead is not None:
        answered.set_result(await _by_itself(desk, wish, instead))


async def _is_by_channel(desk: Desk) -> bool:
    chosen = desk.memory.choices
    if chosen is None:

        def read() -> bool:
            with desk.database.read() as session:
                return read_choices(session).method == "channel"

        return await to_thread.run_sync(read)
    return chosen.method == "channel"


async def _by_itself(desk: Desk, wish: Wish, instead: Elsewhere) -> Bought:
    """Settle this purchase on the chain by itself."""
    film = wish.film
    if await to_thread.run_sync(all_playable, desk, film, wish.wanted):
        return Bought(None)
    row = await to_thread.run_sync(find, desk, wish.intent)
    if row is not None and row.channel_id is not None and row.money != "released":
        # Its voucher is signed: it is finished that way, whatever was chosen since.
        return await _finish_by_channel(desk, wish)
    if row is None or row.money == "released" or await _is_void(desk, row):
        try:
            row = await _sign(desk, wish, instead.required)
        except ProblemError as problem:
            if problem.code != "content.owned" or not await is_home(desk, film, wish.wanted):
                raise
            return Bought(None)
    await deliver(desk, film.manifest, row)
    return Bought(wish.intent)


async def _finish_by_channel(desk: Desk, wish: Wish) -> Bought:
    answered: asyncio.Future[Bought] = asyncio.get_running_loop().create_future()
    if await buy_by_channel(desk, wish, answered) is not None:
        raise ProblemError("payment.in_progress")
    return await answered


async def _is_void(desk: Desk, row: Purchase) -> bool:
    return row.money == "in_flight" and await settle(desk, row, otherwise=row.state)


async def _sign(desk: Desk, wish: Wish, required: PaymentRequired | None) -> Purchase:
    """Check the goods, the price and the money, sign, and write it down."""
    key, manifest = desk.keyring.key(), wish.film.manifest

    def prepare() -> tuple[PaymentTerms, int]:
        check_ciphertext(desk, manifest, wish.wanted)
        head = desk.chain.head()
        owner = desk.keyring.owner()
        terms = terms_for(desk, manifest, payer=owner, wanted=wish.wanted, chain_time=head.timestamp)
        return terms, head.number

    def write() -> Purchase:
        _check_balance(desk, terms)
        since = _since(desk, wish, terms, head=head, by_escrow=isinstance(offer, EscrowRequirements))
        if isinstance(offer, EscrowRequirements):
            payment = signed_payment(terms, offer, key).model_dump(mode="json", by_alias=True)
        else:
            payment = signed_transfer(terms, wish.intent, offer, key)
        return write_signed(desk, wish.film, wish.intent, terms, payment, block=since, auto=wish.auto)

    terms, head = await to_thread.run_sync(prepare)
    required = required or await ask(desk, manifest.content_id, wish.wanted)
    has_escrow = required.escrow is not None
    offer = accepted(desk, manifest, required, terms) if has_escrow else exact_offer(required, terms)
    return await to_thread.run_sync(write)


def _since(desk: Desk, wish: Wish, terms: PaymentTerms, *, head: int, by_escrow: bool) -> int:
    """Give the block from which on the payment can be on the chain: books that were lost may have paid before.

    Then the token refuses what is signed now, and what was paid is found. Raises ProblemError: payment.unknown (paid
    in the other way).
    """
    is_in_escrow, is_transferred = was_paid_into_escrow(desk, terms), was_transferred(desk, terms, wish.intent)
    if is_transferred if by_escrow else is_in_escrow:
        raise ProblemError("payment.unknown")
    return desk.chain.since_block if is_in_escrow or is_transferred else head


def _check_balance(desk: Desk, terms: PaymentTerms) -> None:
    with desk.database.read() as session:
        flying = in_flight(session)
    available = desk.chain.token_balance(terms.payer) - flying
    if available < terms.amount:
        raise ProblemError("payment.insufficient", amount=terms.amount.micros, available=max(available, ZERO).micros)
