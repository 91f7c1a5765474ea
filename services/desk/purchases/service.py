"""One purchase from the click to the key."""

from __future__ import annotations

import asyncio

from anyio import to_thread

from services.chain.authorization import PaymentTerms
from services.desk.content import check_ciphertext
from services.desk.context import Desk
from services.desk.films import OpenFilm, open_film
from services.desk.money import in_flight
from services.desk.purchases.delivery import deliver, released_as_void
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
    return await asyncio.shield(_in_turn(desk, content, first_chunk, chunk_count, auto))


async def _in_turn(desk: Desk, content: ContentId, first_chunk: int, chunk_count: int, auto: bool) -> IntentId | None:
    async with desk.locks[content]:
        film = await open_film(desk, content)
        if await to_thread.run_sync(_all_playable, desk, film, first_chunk, chunk_count):
            return None
        intent = purchase_intent(
            payer=desk.keyring.owner(), content=content, first_chunk=first_chunk, chunk_count=chunk_count
        )
        row = await to_thread.run_sync(find, desk, intent)
        if row is None or row.money == "released" or await released_as_void(desk, row):
            row = await _sign(desk, film, intent, first_chunk, chunk_count, auto)
        await deliver(desk, film.manifest, row)
        return intent


async def _sign(
    desk: Desk, film: OpenFilm, intent: IntentId, first_chunk: int, chunk_count: int, auto: bool
) -> Purchase:
    key = desk.keyring.key()
    manifest = film.manifest
    await to_thread.run_sync(check_ciphertext, desk, manifest, range(first_chunk, first_chunk + chunk_count))
    head = await to_thread.run_sync(desk.chain.head)
    terms = terms_for(
        desk,
        manifest,
        payer=desk.keyring.owner(),
        first_chunk=first_chunk,
        chunk_count=chunk_count,
        chain_time=head.timestamp,
    )
    offer = accepted(desk, manifest, await _ask(desk, manifest.content_id, first_chunk, chunk_count), terms)
    await to_thread.run_sync(_check_balance, desk, terms)
    return await to_thread.run_sync(_write, desk, film, intent, terms, offer, key, head.number, auto)


async def _ask(desk: Desk, content: ContentId, first_chunk: int, chunk_count: int) -> PaymentRequired:
    """Ask for the price: a node that answers with a key instead gives it away, which is its own affair."""
    body = PayIn(first_chunk=first_chunk, chunk_count=chunk_count)
    try:
        await desk.node.call(KeysOut, "POST", f"/content/{content}/pay", body=body)
    except ProblemError as problem:
        if problem.code != "payment.required":
            raise
        return decode(PaymentRequired, problem.headers.get(PAYMENT_REQUIRED.lower(), ""))
    raise ProblemError("payment.terms_changed")


def _write(
    desk: Desk,
    film: OpenFilm,
    intent: IntentId,
    terms: PaymentTerms,
    offer: Requirements,
    key: bytes,
    block: int,
    auto: bool,
) -> Purchase:
    payment = signed_payment(terms, offer, key)
    return write_signed(desk, film, intent, terms, payment, block=block, auto=auto)


def _all_playable(desk: Desk, film: OpenFilm, first_chunk: int, chunk_count: int) -> bool:
    chunks = film.manifest.chunks
    if first_chunk < 0 or chunk_count < 1 or first_chunk + chunk_count > len(chunks):
        raise ProblemError("content.not_found")
    with desk.database.read() as session:
        mine = owned(session, film.manifest.content_id)
    wanted = range(first_chunk, first_chunk + chunk_count)
    return all(index in mine or chunks[index].price == ZERO for index in wanted)


def _check_balance(desk: Desk, terms: PaymentTerms) -> None:
    with desk.database.read() as session:
        flying = in_flight(session)
    available = desk.chain.token_balance(terms.payer) - flying
    if available < terms.amount:
        raise ProblemError("payment.insufficient", amount=terms.amount.micros, available=max(available, ZERO).micros)
