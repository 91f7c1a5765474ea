"""A channel's row, the purchase that is open on it, and the ledger: moved together in the caller's unit of work.

Whoever calls holds the channel's turn (``turn_name``), so that what was read before the unit is still true in it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from services.chain.channel_fields import config_fields
from services.chain.channels import ChannelConfig
from services.db.plain import Prepared, Work, unit_of
from services.db.plain_rows import PlainRows
from services.desk.context import Desk
from services.desk.money import book_channel_balance, book_channel_total, book_deposit, book_voucher
from services.desk.tables import Channel, Film, Purchase
from services.units.address import Address, Bytes32
from services.units.money import ZERO, Money
from services.wire.x402 import DepositFields, read_money

_SENT = ("signed", "sent", "refused")
# Signing and counting a voucher happen once a chunk: they read and write whole rows past the session.
CHANNELS, PURCHASES = PlainRows(Channel, fixed=("creator", "node")), PlainRows(Purchase)
_FIND = Prepared(
    select(*CHANNELS.columns)
    .where(Channel.creator == bindparam("creator"), Channel.node == bindparam("node"))
    .where(Channel.own == 1, Channel.state != "closed"),
    ("creator", "node"),
)
_UNSPEND = Prepared(
    update(Film)
    .where(Film.content_id == bindparam("content"))
    .values(budget_spent=func.max(Film.budget_spent - bindparam("amount", type_=Film.budget_spent.type), 0)),
    ("content", "amount"),
)


def turn_name(desk: Desk, creator: Address) -> str:
    """Name the lock under which anything happens to the channels with one creator."""
    return f"channel {desk.node.uri} {creator}"


def find_channel(work: Work, desk: Desk, creator: Address) -> Channel | None:
    """Give this device's channel to a creator at the desk's node; None when there is none with money in it.

    It is attached to no session.
    """
    found = [CHANNELS.made_of(values) for values in _FIND.all(unit_of(work), creator, desk.node.uri)]
    # There is one, two while money is on its way back: SQLite's own sorting of such rows takes longer than all else.
    return max(found, key=lambda row: row.used_at, default=None)


def new_channel(desk: Desk, config: ChannelConfig, channel: Bytes32, creator: Address, *, own: bool) -> Channel:
    """Make the row of a channel of which nothing is known yet."""
    now = desk.clock.now()
    return Channel(
        id=channel,
        node=desk.node.uri,
        creator=creator,
        config=config_fields(config).model_dump(mode="json", by_alias=True),
        own=int(own),
        balance=ZERO,
        total=ZERO,
        signed=ZERO,
        claimed=ZERO,
        open_intent=None,
        deposit=None,
        state="open",
        since=now,
        ready_at=None,
        withdrawals=0,
        step=0,
        used_at=now,
    )


def free_of(row: Channel) -> Money:
    """Give what a channel has for the next voucher."""
    return row.balance - row.total


def set_state(row: Channel, state: str, at: datetime) -> None:
    """Note a channel's state and since when it is in it."""
    if row.state != state:
        row.state, row.since = state, at


def open_purchase(session: Session, row: Channel) -> Purchase | None:
    """Give the purchase that a channel waits for."""
    return None if row.open_intent is None else session.get_one(Purchase, row.open_intent)


def begin_deposit(session: Session, row: Channel, deposit: DepositFields, at: datetime) -> None:
    """Set a signed deposit aside."""
    row.deposit = deposit.model_dump(mode="json", by_alias=True)
    book_deposit(session, "signed", ref=_step(row), amount=deposit_amount(row), at=at)


def end_deposit(session: Session, row: Channel, *, landed: bool, at: datetime) -> None:
    """Enter what the chain says of the deposit: it is in the channel, or can never be."""
    amount, purchase = deposit_amount(row), open_purchase(session, row)
    if purchase is not None and not landed:
        # Its voucher is over more than the channel holds: nobody can claim it.
        give_back(session, row, purchase, state="keyed" if purchase.state == "keyed" else "refused", at=at)
    row.deposit = None
    book_deposit(session, "landed" if landed else "void", ref=_step(row), amount=amount, at=at)
    if landed:
        row.balance = row.balance + amount
        if purchase is not None and purchase.money == "in_flight":
            # Only now there is something in the channel that can be promised.
            _book(session, row, purchase, "signed", at)


def deposit_amount(row: Channel) -> Money:
    """Give the amount of the deposit under way, zero without one."""
    return ZERO if row.deposit is None else read_money(row.deposit["amount"])


def promise(work: Work, row: Channel, purchase: Purchase, at: datetime) -> None:
    """Note that a purchase's voucher is signed."""
    total = purchase.total or ZERO
    row.signed, row.open_intent, row.used_at = max(row.signed, total), purchase.intent, at
    if row.deposit is None:
        _book(work, row, purchase, "signed", at)


def take(work: Work, row: Channel, purchase: Purchase, *, keyed: bool, at: datetime) -> None:
    """Count a voucher as spent; without its keys the channel goes on waiting for them."""
    if purchase.money == "in_flight":
        row.total = purchase.total or ZERO
        purchase.money = "spent"
        _book(work, row, purchase, "keyed", at)
    if keyed:
        row.open_intent = None
    elif purchase.state in _SENT:
        # Its keys are due, and asked for until they come.
        purchase.state = "unknown"


def give_back(work: Work, row: Channel, purchase: Purchase, *, state: str, at: datetime) -> None:
    """Take a promise back: the voucher is known not to have been taken. The next one covers it, whoever keeps it."""
    if purchase.money != "in_flight":
        return
    if row.deposit is None:
        _book(work, row, purchase, "released", at)
    if purchase.auto:
        _UNSPEND.run(unit_of(work), purchase.content_id, purchase.amount.micros)
    purchase.money, purchase.state, row.open_intent = "released", state, None


def correct_total(session: Session, row: Channel, total: Money, at: datetime, *, besides: str = "") -> None:
    """Enter a total that is proven and not what these books have; a sale that was denied before is found so.

    besides: the purchase that is known not to be the one.
    """
    denied = _denied(session, row, total, besides)
    if denied is not None:
        denied.money, denied.state, row.open_intent = "spent", "unknown", denied.intent
    content = denied.content_id if denied is not None and total == row.total + denied.amount else ""
    book_channel_total(session, ref=_step(row), change=total - row.total, content=content, at=at)
    row.total, row.signed = total, max(row.signed, total)


def correct_balance(session: Session, row: Channel, balance: Money, at: datetime) -> None:
    """Enter what the chain says is in a channel: a refund, a withdrawal, or a deposit that these books had lost."""
    if balance != row.balance:
        book_channel_balance(session, ref=_step(row), change=balance - row.balance, at=at)
        row.balance = balance


def _denied(session: Session, row: Channel, total: Money, besides: str) -> Purchase | None:
    """Find the purchase that a node said it had not sold, and whose voucher it took all the same."""
    if total <= row.total:
        return None
    taken = select(Purchase).where(Purchase.channel_id == row.id, Purchase.total == total, Purchase.intent != besides)
    return session.scalar(taken.where(Purchase.money == "released", Purchase.state != "keyed").limit(1))


def _book(work: Work, row: Channel, purchase: Purchase, step: str, at: datetime) -> None:
    book_voucher(work, step, ref=_step(row), amount=purchase.amount, content=purchase.content_id, at=at)


def _step(row: Channel) -> str:
    row.step += 1
    return f"{row.id}:{row.step}"
