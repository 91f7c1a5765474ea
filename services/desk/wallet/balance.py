"""The wallet's changes, each with its reason: read from the ledger, an entry a line."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.chain.errors import ChainUnreachable
from services.db.books import LedgerLine
from services.db.ledger import balance as ledger_balance
from services.desk.context import Desk
from services.desk.memberships.tables import MembershipPayment
from services.desk.money import CHANNEL, PROMISED, WALLET
from services.desk.tables import Film
from services.desk.wallet.outside import lines as outside_lines
from services.units.membership import tier_word
from services.units.money import ZERO, Money, total
from services.wire.desk import BalanceLineOut, BalanceOut

_CHANNELS = (CHANNEL, PROMISED)


def balance_out(desk: Desk, limit: int) -> BalanceOut:
    """List the latest entries that changed what can be spent, or what lies in channels. Blocking."""
    with desk.database.read() as session:
        merged = (*_lines(session, limit), *outside_lines(session, limit))
        known = ledger_balance(session, WALLET)
    owner, outside = desk.keyring.address, None
    if owner is not None:
        try:
            outside = desk.chain.token_balance(owner) - known
        except ChainUnreachable:
            outside = None
    # Sorting keeps the ledger's own order where moments are equal.
    latest = sorted(merged, key=lambda line: line.at, reverse=True)
    return BalanceOut(lines=tuple(latest[:limit]), from_outside=outside)


def _lines(session: Session, limit: int) -> tuple[BalanceLineOut, ...]:
    accounts = (WALLET, *_CHANNELS)
    wanted = select(LedgerLine.kind, LedgerLine.ref).where(LedgerLine.account.in_(accounts))
    # An entry is one change however many lines it has; some move money inside the channels only.
    latest = wanted.group_by(LedgerLine.kind, LedgerLine.ref).order_by(func.max(LedgerLine.seq).desc())
    made = []
    for kind, ref in session.execute(latest.limit(2 * limit)).all():
        entry = list(session.scalars(select(LedgerLine).where(LedgerLine.kind == kind, LedgerLine.ref == ref)))
        free = _sum(entry, (WALLET,))
        held = _sum(entry, _CHANNELS)
        if free or held:
            made.append((entry[0], free, held))
    titles = _titles(session, {line.item for line, _, _ in made if line.item})
    return tuple(
        BalanceLineOut(kind=line.kind, title=titles.get(line.item, ""), amount=free, in_channels=held, at=line.at)
        for line, free, held in made[:limit]
    )


def _sum(entry: list[LedgerLine], accounts: tuple[str, ...]) -> Money:
    return total([line.amount for line in entry if line.account in accounts]) or ZERO


def _titles(session: Session, items: set[str]) -> dict[str, str]:
    films = session.execute(select(Film.content_id, Film.card).where(Film.content_id.in_(items)))
    found = {str(content): str(card.get("title", "")) for content, card in films}
    tiers = session.execute(select(MembershipPayment.tier_id, MembershipPayment.tier_name).distinct())
    return found | {f"tier:{tier_word(tier)}": name for tier, name in tiers}
