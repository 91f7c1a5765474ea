"""What waits for a creator, in words: icon, sentence, button, and what it opens."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from studio.kit.format import day, money_exact
from studio.kit.words import mark, tr, tr_count

if TYPE_CHECKING:
    from services.wire.earnings import NeedOut
    from studio.kit.tokens import Tone

# By code: icon, tone, sentence, the button, and the page that it opens.
NEEDS: dict[str, tuple[str, Tone, str, str, str]] = {
    "no_items": ("upload", "accent", mark("Nothing is for sale yet."), mark("Upload a film"), "upload"),
    "upload_failed": (
        "alert", "bad", mark("The upload of “{title}” stopped. Its form is kept."), mark("Look at it"), "upload",
    ),
    "upload_ready": ("check", "ok", mark("“{title}” is ready to publish."), mark("Publish it"), "upload"),
    "payout_ready": ("payouts", "accent", mark("{sum} is ready to be withdrawn."), mark("Withdraw"), "payouts"),
    "low_gas": (
        "alert", "warn", mark("Gas money is running low; a withdrawal needs a little."), mark("See payouts"),
        "payouts",
    ),
    "unreconciled": (
        "alert", "warn", mark("A sum differs between the books: {sums}."), mark("Compare them"), "payouts",
    ),
    "requests": ("members", "accent", "", mark("Answer"), "tiers"),
    "refunds": ("members", "warn", "", mark("Decide"), "members"),
    "backup_due": ("key", "warn", "", mark("Make a backup"), "settings"),
}  # fmt: skip
_SUMS = {
    "paid": mark("paid"),
    "deposited": mark("deposited"),
    "earned": mark("earned"),
    "withdrawn": mark("withdrawn"),
    "available": mark("available"),
}

_SECTIONS = {"backup_due": "backup", "unreconciled": "books"}


def told(need: NeedOut) -> str:
    """Say what waits."""
    if need.code == "backup_due":
        return _backup(need)
    count = int(need.params.get("count", "0"))
    if need.code == "requests":
        return tr_count(count, "{count} member waits for an answer.", "{count} members wait for an answer.")
    if need.code == "refunds":
        return tr_count(count, "{count} viewer asks for money back.", "{count} viewers ask for money back.")
    return tr(
        NEEDS[need.code][2],
        title=need.params.get("title") or tr("A film without a title"),
        sum=_sum(need.params.get("amount", "")),
        sums=", ".join(tr(_SUMS.get(name, name)) for name in need.params.get("sums", "").split(", ")),
    )


def behind(need: NeedOut) -> dict[str, str]:
    """Give what the opened page is to show."""
    if "upload" in need.params:
        return {"upload": need.params["upload"]}
    section = _SECTIONS.get(need.code)
    return {"section": section} if section else {}


def _backup(need: NeedOut) -> str:
    newer, made = int(need.params.get("newer", "0")), need.params.get("made", "")
    if not made:
        return tr("Your key was never backed up. If this computer is lost, so is what it earned.")
    since = day(datetime.fromisoformat(made).astimezone().date())
    if newer:
        return tr_count(
            newer, "{count} film is not in your backup of {day}.", "{count} films are not in your backup of {day}.",
            day=since,
        )  # fmt: skip
    return tr("Your backup is of {day}: make a fresh one.", day=since)


def _sum(micros: str) -> str:
    from services.units.money import Money  # only when there is one

    return money_exact(Money(int(micros))) if micros else tr("Your share")
