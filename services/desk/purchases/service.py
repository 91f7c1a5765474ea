"""One purchase from the click to the key."""

from __future__ import annotations

from anyio import to_thread

from services.chain.authorization import PaymentTerms
from services.desk.content import check_ciphertext
from services.desk.context import Desk
from services.desk.films import OpenFilm, open_film
from services.desk.money import in_flight
from services.desk.purchases.delivery import deliver, settle
from services.desk.purchases.home import bring_home
from services.desk.purchases.keys import owned
from services.desk.purchases.record import find, write_signed
from services.desk.purchases.terms import accepted, signed_payment, terms_for
from services.desk.tables import Purchase
from services.units.ids import ContentId, IntentId, purchase_intent
from services.units.money import ZERO
from services.wire.node import KeysOut, PayIn
from services.wire.problems import ProblemError
from services.wire.x402 import PAYMENT_REQUIRED, PaymentRequired, Requirements, decode


async def buy(desk: Desk, content: ContentId, *, first_chunk: int, chunk_count: int, auto: bool) -> IntentId | None:
    """Buy chunks and give the intent; None when they were free or owned already.

    A purchase of the same chunks that is still open is finished, not repeated. It runs to its end even when the
    asker is gone. Problem codes: see services.client.catalogue.PlaybackClient.buy.
    """
    return await desk.finish(_in_turn(desk, content, range(first_chunk, first_chunk + chunk_count), auto), "purchase")


async def _in_turn(desk: Desk, content: ContentId, wanted: range, auto: bool) -> IntentId | None:
    async with desk.turn(content):
        film = await open_film(desk, content)
        if await to_thread.run_sync(_all_playable, desk, film, wanted):
            return None
        intent = purchase_intent(
            payer=desk.keyring.owner(), content=content, first_chunk=wanted.start, chunk_count=len(wanted)
        )
        row = await to_thread.run_sync(find, desk, intent)
        if row is None or row.money == "released" or await _is_void(desk, row):
            try:
                row = await _sign(desk, film, intent, wanted, auto)
            except ProblemError as problem:
                if problem.code != "content.owned" or not await _is_home(desk, film, wanted):
                    raise
                return None
        await deliver(desk, film.manifest, row)
        return intent


async def _is_void(desk: Desk, row: Purchase) -> bool:
    return row.money == "in_flight" and await settle(desk, row, otherwise=row.state)


async def _is_home(desk: Desk, film: OpenFilm, wanted: range) -> bool:
    """Fetch what the node says is owned already; tell whether all of it can be played now."""
    await bring_home(desk, film)
    return await to_thread.run_sync(_all_playable, desk, film, wanted)


async def _sign(desk: Desk, film: OpenFilm, intent: IntentId, wanted: range, auto: bool) -> Purchase:
    """Check the goods, the price and the money, sign, and write it down."""
    key, manifest = desk.keyring.key(), film.manifest

    def prepare() -> tuple[PaymentTerms, int]:
        check_ciphertext(desk, manifest, wanted)
        head = desk.chain.head()
        terms = terms_for(desk, manifest, payer=desk.keyring.owner(), wanted=wanted, chain_time=head.timestamp)
        return terms, head.number

    def write(offer: Requirements) -> Purchase:
        _check_balance(desk, terms)
        payment = signed_payment(terms, offer, key)
        return write_signed(desk, film, intent, terms, payment, block=block, auto=auto)

    terms, block = await to_thread.run_sync(prepare)
    required = await _ask(desk, manifest.content_id, wanted)
    return await to_thread.run_sync(write, accepted(desk, manifest, required, terms))


async def _ask(desk: Desk, content: ContentId, wanted: range) -> PaymentRequired:
    """Ask for the price: a node that answers with a key instead gives it away, which is its own affair."""
    body = PayIn(first_chunk=wanted.start, chunk_count=len(wanted))
    try:
        await desk.node.call(KeysOut, "POST", f"/content/{content}/pay", body=body)
    except ProblemError as problem:
        if problem.code != "payment.required":
            raise
        return decode(PaymentRequired, problem.headers.get(PAYMENT_REQUIRED.lower(), ""))
    raise ProblemError("payment.terms_changed")


def _all_playable(desk: Desk, film: OpenFilm, wanted: range) -> bool:
    chunks = film.manifest.chunks
    if wanted.start < 0 or not wanted or wanted.stop > len(chunks):
        raise ProblemError("content.not_found")
    with desk.database.read() as session:
        mine = owned(session, film.manifest.content_id)
    return all(index in mine or chunks[index].price == ZERO for index in wanted)


def _check_balance(desk: Desk, terms: PaymentTerms) -> None:
    with desk.database.read() as session:
        flying = in_flight(session)
    available = desk.chain.token_balance(terms.payer) - flying
    if available < terms.amount:
        raise ProblemError("payment.insufficient", amount=terms.amount.micros, available=max(available, ZERO).micros)
