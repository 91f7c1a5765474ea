"""What cases of the pass are called: reasons of published rules, kinds and states."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.units.money import Money
from studio.kit.format import day, duration, money, month
from studio.kit.words import mark, tr

if TYPE_CHECKING:
    from services.wire.cases import CaseOut
    from studio.kit.tokens import Tone

REASONS: Final[dict[str, str]] = {
    "more_than_a_day": mark("More was watched on one day than a day has hours."),
    "own_creator": mark("A channel that was watched paid for this pass, or shares a device with it."),
    "hardly_a_pause": mark("More than twenty hours were watched on one day."),
    "receipts_missing": mark("Much of the watching has no receipt."),
    "shared_funds": mark("A channel that was watched paid for this pass, or shares a device with it."),
    "self_dealing": mark("Holders of the pass who watched this channel share its money or its device."),
    "large_first": mark("A first month of more than $1,000 is looked at by a person."),
    "sudden_growth": mark("This month is more than five times the months before."),
    "unlike_others": mark("This month's watching is unlike that of others."),
}
STATES: Final[dict[str, tuple[str, Tone]]] = {
    "open": (mark("Waits for a person"), "warn"),
    "appealed": (mark("Objection is read"), "warn"),
    "lifted": (mark("Lifted"), "ok"),
    "upheld": (mark("Upheld"), "bad"),
}
KINDS: Final[dict[str, str]] = {
    "watching": mark("Part of a pass is withheld"),
    "payout": mark("A month's payout waits"),
    "proposed": mark("Proposed by statistics"),
}


FACTS: Final[dict[str, str]] = {
    "longest_day_s": mark("longest day"),
    "watched_s": mark("watched"),
    "quarters": mark("quarters believed"),
    "funded_by_owner_share": mark("part with who is near"),
    "withheld": mark("withheld"),
    "paid": mark("to be paid"),
    "near": mark("holders near"),
    "near_s": mark("watched by them"),
    "watchers": mark("watchers"),
    "days": mark("days"),
    "owners": mark("channels"),
    "most_part": mark("part of the most watched"),
}


def case_facts(case: CaseOut) -> str:
    """Say what was observed."""
    return ", ".join(f"{tr(FACTS.get(name, name))} {_fact(name, value)}" for name, value in case.facts.items())


def _fact(name: str, value: str) -> str:
    if name.endswith("_s") and value.isdecimal():
        return duration(int(value) * 1000)
    if name in ("withheld", "paid") and value.isdecimal():
        return money(Money(int(value)))
    return value


def case_sentence(case: CaseOut) -> str:
    """Say why a case is there, and what was said last."""
    why = " ".join(tr(REASONS.get(reason, reason)) for reason in case.reasons)
    said = next((step for step in reversed(case.steps) if step.text), None)
    last = f" “{said.text}”" if said else ""
    return tr("{month}, since {day}. {why}{last}", month=month(case.month), day=day(case.opened_at), why=why, last=last)
