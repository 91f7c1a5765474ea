"""What is asked back before an operator's decision: whom it is about, and what follows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from services.units.money import Money
from studio.kit.format import money_exact, month, short
from studio.kit.words import tr

if TYPE_CHECKING:
    from services.wire.cases import CaseOut
    from services.wire.kyc import KycCaseOut
    from services.wire.moderation import ReportedOut


class Question(NamedTuple):
    """What follows, and the two ways on."""

    words: str
    yes: str
    no: str


def taking_down(report: ReportedOut) -> Question:
    """Ask before a film is hidden."""
    words = tr(
        "“{title}” of {creator} leaves all lists at once and is not sold any more. Its creator is told why and can "
        "answer once. You can bring it back.",
        title=report.title,
        creator=short(report.creator),
    )
    return Question(words, tr("Take it down"), tr("Not now"))


def rejecting(case: KycCaseOut) -> Question:
    """Ask before a creator is not verified."""
    words = tr(
        "{who} is told that the documents did not show who they are, and can ask again. Until then nothing is paid "
        "out.",
        who=short(case.creator),
    )
    return Question(words, tr("Reject it"), tr("Not now"))


def settling(case: CaseOut, *, lifts: bool) -> Question:
    """Ask before a case is closed: it is decided once, and moves money."""
    who, amount = short(case.account), _sum_of(case)
    if lifts:
        words = tr("{sum} is shared out or paid out as if nothing had been found about {who}.", sum=amount, who=who)
    else:
        words = tr("{sum} stays held back from {who}, who is told so.", sum=amount, who=who)
    words = f"{words} {tr('A case is decided once.')}"
    return Question(words, tr("Lift the case") if lifts else tr("Uphold the case"), tr("Not now"))


def _sum_of(case: CaseOut) -> str:
    found = case.facts.get("withheld") or case.facts.get("paid") or ""
    return money_exact(Money(int(found))) if found.isdecimal() else tr("The money of {month}", month=month(case.month))
