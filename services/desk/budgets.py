"""Limits on everything that is signed, by click or by itself: checked in the unit of work that signs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Select, bindparam, case, func, select, update

from services.db.columns import to_microseconds
from services.db.plain import Prepared, Unit, Work, unit_of
from services.desk.choices import Choices, read_choices, write_choice
from services.desk.context import Desk
from services.desk.films import budget_of
from services.desk.memberships.tables import MembershipPayment
from services.desk.tables import Film, Purchase
from services.desk.tips.tables import GivenTip
from services.units.address import Address
from services.units.ids import ContentId
from services.units.money import ZERO, Money
from services.wire.desk import BudgetsIn, BudgetsOut, CreatorDayOut, DayOut, FilmBudgetOut
from services.wire.node import CardOut
from services.wire.problems import ProblemError

MAX_BUDGET = Money(1_000_000_000)
_SHOWN = 50


def _signed(table: type[Purchase | MembershipPayment | GivenTip]) -> ColumnElement[bool]:
    # What lies in the future was signed before the clock was put back: it counts, or putting it back would make room.
    return (table.at >= bindparam("since")) & (table.money != "released")


def _beside(table: type[MembershipPayment | GivenTip]) -> Select[Money]:
    return select(func.coalesce(func.sum(table.amount), 0)).where(_signed(table), table.intent != bindparam("intent"))


_SUMS = Prepared(
    select(
        func.sum(Purchase.amount),
        func.sum(case((Purchase.creator == bindparam("creator"), Purchase.amount))),
        *(_beside(table).scalar_subquery() for table in (MembershipPayment, GivenTip)),
        *(
            _beside(table).where(table.creator == bindparam("creator")).scalar_subquery()
            for table in (MembershipPayment, GivenTip)
        ),
    ).where(_signed(Purchase), Purchase.intent != bindparam("intent")),
    ("since", "creator", "intent"),
)
_SPEND = Prepared(
    update(Film)
    .where(Film.content_id == bindparam("content"))
    .values(budget_spent=Film.budget_spent + bindparam("amount", type_=Film.budget_spent.type)),
    ("content", "amount"),
)


_BY_THEMSELVES = (
    select(Film)
    .where(Film.budget_limit.is_not(None), Film.budget_limit > Film.budget_spent)
    .order_by(Film.opened_at.desc(), Film.content_id)
    .limit(_SHOWN)
)


def charge(
    work: Work, desk: Desk, *, intent: str, content: ContentId, creator: Address, amount: Money, auto: bool
) -> None:
    """Make sure that a purchase about to be signed is inside every limit, and charge an automatic one to its film.

    Raises ProblemError: budget.session, budget.day, budget.creator.
    """
    if auto:
        _charge_film(unit_of(work), content, amount)
    check_day(work, desk, intent=intent, creator=creator, amount=amount)


def check_day(work: Work, desk: Desk, *, intent: str, creator: Address, amount: Money) -> None:
    """Make sure that what is about to be signed is inside the day's limits: parts, memberships and tips together.

    Raises ProblemError: budget.day, budget.creator.
    """
    unit = unit_of(work)
    chosen, since = _choices(unit, desk), to_microseconds(_day(desk.clock.now()))
    day, mine, joined, tipped, my_joined, my_tipped = _SUMS.one(unit, since, creator, intent)
    _within("budget.day", chosen.day_limit, Money((day or 0) + joined + tipped), amount)
    _within("budget.creator", chosen.creator_limit, Money((mine or 0) + my_joined + my_tipped), amount)


def budgets_out(desk: Desk) -> BudgetsOut:
    """Give the limits and what is used of them today. Blocking."""
    with desk.database.read() as session:
        chosen = read_choices(session)
        used: dict[Address, Money] = {}
        for table in (Purchase, MembershipPayment, GivenTip):
            query = select(table.creator, func.sum(table.amount)).where(_signed(table)).group_by(table.creator)
            for creator, amount in session.execute(query, {"since": _day(desk.clock.now())}):
                used[creator] = used.get(creator, ZERO) + amount
        films = tuple(_film_out(row) for row in session.scalars(_BY_THEMSELVES))
    spent = sum(used.values(), ZERO)
    shown = sorted(((amount, creator) for creator, amount in used.items()), reverse=True)[:_SHOWN]
    return BudgetsOut(
        day=DayOut(limit=chosen.day_limit, spent=spent),
        creator_limit=chosen.creator_limit,
        creators=tuple(CreatorDayOut(creator=creator, spent=amount) for amount, creator in shown),
        films=films,
    )


def _film_out(row: Film) -> FilmBudgetOut:
    title = CardOut.model_validate(row.card).title
    return FilmBudgetOut(content_id=row.content_id, title=title, limit=row.budget_limit or ZERO, spent=row.budget_spent)


def set_budgets(desk: Desk, wanted: BudgetsIn) -> None:
    """Keep new limits. Blocking; checking a passphrase takes about a second.

    Raises ProblemError: budget.invalid, wallet.wrong_passphrase (a limit rises and the passphrase is not given).
    """
    with desk.database.read() as session:
        before = read_choices(session)
    limits = {"day_limit": wanted.day, "creator_limit": wanted.creator}
    new = {name: limit for name, limit in limits.items() if limit is not None}
    if any(not ZERO <= limit <= MAX_BUDGET for limit in new.values()):
        raise ProblemError("budget.invalid", limit=MAX_BUDGET.micros)
    if any(limit > getattr(before, name) for name, limit in new.items()):
        desk.keyring.confirm(wanted.passphrase or "")
    keep_choices(desk, new)


def keep_choices(desk: Desk, new: Mapping[str, Money | int | str]) -> None:
    """Keep what was chosen; it holds for the next signature. Blocking."""
    with desk.database.write() as session:
        # The memory is filled in write units only, which take turns: nobody puts the old ones back.
        desk.memory.choices = None
        for name, value in new.items():
            write_choice(session, name, value)


def _choices(unit: Unit, desk: Desk) -> Choices:
    """Give what the person chose, in a write unit; from the memory where it is known."""
    chosen = desk.memory.choices
    if chosen is None:
        chosen = desk.memory.choices = read_choices(unit)
    return chosen


def _charge_film(unit: Unit, content: ContentId, amount: Money) -> None:
    budget = budget_of(unit, content)
    if budget is None or budget.spent + amount > budget.limit:
        limit, spent = (budget.limit.micros, budget.spent.micros) if budget else (0, 0)
        raise ProblemError("budget.session", limit=limit, spent=spent, amount=amount.micros)
    _SPEND.run(unit, content, amount.micros)


def _within(code: str, limit: Money, spent: Money, amount: Money) -> None:
    if spent + amount > limit:
        raise ProblemError(code, limit=limit.micros, spent=spent.micros, amount=amount.micros)


def _day(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)
