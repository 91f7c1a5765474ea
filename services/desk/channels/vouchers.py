"""Signing the next voucher: price, limits, row, promise and signature in one unit of work, before anything is sent."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial

from sqlalchemy.orm import Session

from services.chain.channels import sign_voucher
from services.db.plain import Work, unit_of
from services.desk.budgets import charge
from services.desk.channels.keys import session_key
from services.desk.channels.letters import Letter, letter_of
from services.desk.channels.offers import echoed
from services.desk.channels.record import CHANNELS, PURCHASES, find_channel, free_of, open_purchase, promise
from services.desk.content import check_ciphertext
from services.desk.context import Desk
from services.desk.films import budget_of
from services.desk.memory import OpenFilm
from services.desk.money import spent_on
from services.desk.purchases.keys import owned
from services.desk.purchases.record import refuse_open
from services.desk.purchases.terms import price_of
from services.desk.tables import Channel, Purchase
from services.http.meanwhile import Meanwhile
from services.units.address import Address, Bytes32
from services.units.ids import ContentId, IntentId, purchase_intent
from services.units.money import ZERO, Money
from services.wire.catalogue import BudgetOut
from services.wire.problems import ProblemError


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person, or the film's budget, wants to buy."""

    film: OpenFilm
    wanted: range
    intent: IntentId
    amount: Money
    """By the signed manifest."""
    auto: bool
    max_deposit: Money | None

    @property
    def content(self) -> ContentId:
        """The film."""
        return self.film.manifest.content_id


@dataclass(frozen=True, slots=True)
class Figures:
    """What was spent on a film, and its budget."""

    spent: Money
    budget: BudgetOut | None


@dataclass(frozen=True, slots=True)
class Start:
    """What there is to begin with: all is here; or a purchase to send; or the channel, which needs something first.

    is_old: the purchase may have been sent before. figures: what a new one leaves, once its key is here.
    """

    is_home: bool = False
    purchase: Purchase | None = None
    is_old: bool = False
    figures: Figures | None = None
    channel: Channel | None = None
    letter: Meanwhile[Letter] | None = None


def wish_for(desk: Desk, film: OpenFilm, wanted: range, *, auto: bool, max_deposit: Money | None = None) -> Wish:
    """Name a purchase and its price. Raises ProblemError: content.not_found, wallet.missing."""
    content = film.manifest.content_id
    amount = price_of(film.manifest, wanted.start, len(wanted))
    intent = purchase_intent(
        payer=desk.keyring.owner(), content=content, first_chunk=wanted.start, chunk_count=len(wanted)
    )
    return Wish(film, wanted, intent, amount, auto, max_deposit)


def start(desk: Desk, wish: Wish, loop: asyncio.AbstractEventLoop) -> Start:
    """Look what there is, and sign at once when an open channel has the money. Blocking; in the channel's turn.

    loop: writes the letter of what is signed while this thread waits for the disk.

    Raises ProblemError: content.missing, content.damaged, and as ``sign``.
    """
    manifest, damage = wish.film.manifest, _damage(desk, wish)
    with desk.database.write_plain() as unit:
        mine = owned(unit, wish.content, wish.wanted)
        if all(index in mine or manifest.chunks[index].price == ZERO for index in wish.wanted):
            return Start(is_home=True)
        purchase = PURCHASES.get(unit, wish.intent)
        channel = find_channel(unit, desk, manifest.creator)
        if purchase is not None and purchase.money != "released":
            return Start(purchase=purchase, is_old=True, channel=channel)
        if damage is not None:
            raise damage
        if channel is None or not is_enough(channel, wish.amount):
            return Start(channel=channel)
        if mine:
            raise ProblemError("content.owned")
        signed = sign_in(unit, desk, wish, channel, purchase)
        figures = Figures(spent_on(unit, wish.content) + wish.amount, budget_of(unit, wish.content))
        letter = Meanwhile(loop, partial(letter_of, signed))
        letter.begin()
        return Start(purchase=signed, channel=channel, figures=figures, letter=letter)


def _damage(desk: Desk, wish: Wish) -> ProblemError | None:
    """Look at the goods before the unit of work begins; whether that matters is known in it."""
    try:
        check_ciphertext(desk, wish.film.manifest, wish.wanted)
    except ProblemError as problem:
        return problem
    return None


def is_enough(row: Channel, amount: Money) -> bool:
    """Tell whether a voucher can be signed on a channel right away."""
    is_clear = row.state == "open" and row.open_intent is None and row.deposit is None
    return is_clear and free_of(row) >= amount


def sign(desk: Desk, wish: Wish, channel: Bytes32) -> Purchase:
    """Sign the next voucher and put it on disk, with the promise and the limits. Blocking; in the channel's turn.

    A deposit that is under way goes along. Raises ProblemError: budget.session, budget.day, budget.creator,
    content.owned, payment.in_progress, channel.state, disk.full.
    """
    with desk.database.write() as session:
        row = session.get_one(Channel, channel)
        if row.state != "open":
            raise ProblemError("channel.state", state=row.state)
        if open_purchase(session, row) is not None:
            raise ProblemError("payment.in_progress")
        return sign_anew(session, desk, wish, row)


def sign_anew(session: Session, desk: Desk, wish: Wish, row: Channel) -> Purchase:
    """Sign inside the caller's write unit, which found the channel open and clear. Raises as ``sign``."""
    if owned(session, wish.content, wish.wanted):
        raise ProblemError("content.owned")
    return sign_in(session, desk, wish, row, session.get(Purchase, wish.intent))


def sign_in(work: Work, desk: Desk, wish: Wish, row: Channel, purchase: Purchase | None) -> Purchase:
    """Sign chunks that are not here, into the row of the same purchase's earlier attempt if there was one."""
    manifest = wish.film.manifest
    unit = unit_of(work)
    refuse_open(unit, wish.content, wish.wanted, wish.intent)
    charge(
        unit,
        desk,
        intent=wish.intent,
        content=wish.content,
        creator=manifest.creator,
        amount=wish.amount,
        auto=wish.auto,
    )
    total, now = row.total + wish.amount, desk.clock.now()
    if purchase is None:
        purchase = PURCHASES.new(
            intent=wish.intent, content_id=wish.content, title=wish.film.card.title, creator=manifest.creator
        )
    PURCHASES.set(
        purchase,
        first_chunk=wish.wanted.start,
        chunk_count=len(wish.wanted),
        amount=wish.amount,
        channel_id=row.id,
        total=total,
        payment=_payment(desk, row, manifest.creator, wish.amount, total),
        valid_before=0,
        since_block=0,
        auto=int(wish.auto),
        state="signed",
        money="in_flight",
        transaction=None,
        at=now,
    )
    promise(unit, row, purchase, now)
    PURCHASES.put(unit, purchase)
    CHANNELS.put(unit, row)
    return purchase


def refund_payment(desk: Desk, row: Channel) -> dict[str, object]:
    """Write the request for what is left: a voucher over the present total, which adds nothing."""
    return _message(desk, row, ZERO, {"type": "refund", **_voucher(desk, row, row.creator, row.total)})


def _payment(desk: Desk, row: Channel, creator: Address, amount: Money, total: Money) -> dict[str, object]:
    voucher = _voucher(desk, row, creator, total)
    if row.deposit is None:
        return _message(desk, row, amount, {"type": "voucher", **voucher})
    return _message(desk, row, amount, {"type": "deposit", **voucher, "deposit": row.deposit})


def _message(desk: Desk, row: Channel, amount: Money, payload: dict[str, object]) -> dict[str, object]:
    return {"x402Version": 2, "accepted": echoed(desk, row, amount), "payload": payload}


def _voucher(desk: Desk, row: Channel, creator: Address, total: Money) -> dict[str, object]:
    """Sign a total. As it goes over the wire: the books keep a channel's configuration in that form, too."""
    signed = sign_voucher(desk.chain.chain_id, row.id, total, session_key(desk, creator))
    written = "0x" + signed.signature.hex()
    voucher = {"channelId": row.id, "maxClaimableAmount": str(total.micros), "signature": written}
    return {"channelConfig": row.config, "voucher": voucher}
