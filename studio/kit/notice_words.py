"""Notices in words: for the list in the settings, and for whatever else tells them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.kit.format import money_exact
from studio.kit.words import mark, tr, tr_count

if TYPE_CHECKING:
    from services.wire.notices import Digest, NoticeKind, NoticeOut

NAMES: dict[NoticeKind, str] = {
    "sale": mark("Films sold"),
    "member_joined": mark("Somebody joined"),
    "member_left": mark("A membership ended"),
    "request_came": mark("A member asks something"),
    "refund_asked": mark("A refund is asked for"),
    "case_opened": mark("A case about you is opened"),
    "payout_done": mark("A payout arrived"),
    "payout_failed": mark("A payout failed"),
    "upload_done": mark("A film is published"),
    "upload_failed": mark("An upload stopped"),
    "low_gas": mark("Gas money runs low"),
    "renewal_failed": mark("A renewal failed"),
    "backup_due": mark("A backup is due"),
}
ROUTES: dict[NoticeKind, str] = {
    "sale": "earnings",
    "member_joined": "members",
    "member_left": "members",
    "request_came": "tiers",
    "refund_asked": "members",
    "case_opened": "sharing",
    "payout_done": "payouts",
    "payout_failed": "payouts",
    "upload_done": "content",
    "upload_failed": "upload",
    "low_gas": "payouts",
    "renewal_failed": "wallet",
    "backup_due": "settings",
}
"""The page with the rows behind a notice."""
DIGESTS: dict[Digest, str] = {
    "at_once": mark("One by one, at once"),
    "hourly": mark("Together, once an hour"),
    "daily": mark("Together, once a day"),
}


_SENTENCES: dict[NoticeKind, str] = {
    "member_joined": mark("Somebody joined {tier}."),
    "member_left": mark("A membership of {tier} ended."),
    "request_came": mark("A member of {tier} asks you something."),
    "refund_asked": mark("A viewer asks {sum} back for “{title}”."),
    "case_opened": mark("A case about your account is open. You can object to it."),
    "payout_done": mark("{sum} arrived in your wallet."),
    "payout_failed": mark("The payout of {sum} failed. Your earnings are where they were."),
    "upload_done": mark("“{title}” is published."),
    "upload_failed": mark("The upload of “{title}” stopped. Its form is kept."),
    "low_gas": mark("Gas money is running low; a withdrawal needs a little."),
    "backup_due": mark("Your key's backup is out of date, or there is none. Make a fresh one."),
    "renewal_failed": mark("A membership could not be renewed. Look at your wallet."),
}


def told(notice: NoticeOut) -> str:
    """Say what happened, in one sentence."""
    params = notice.params
    if notice.kind == "sale":
        return _sale(params)
    title = params.get("title") or tr("A film without a title")
    return tr(_SENTENCES[notice.kind], title=title, tier=params.get("tier", ""), sum=_sum(params))


def together(notices: tuple[NoticeOut, ...]) -> str:
    """Say several in few words; the last one in full."""
    if len(notices) == 1:
        return told(notices[0])
    rest = tr_count(len(notices) - 1, "and {count} more", "and {count} more")
    return f"{told(notices[-1])} ({rest})"


def _sale(params: dict[str, str]) -> str:
    count, title = int(params.get("count", "1")), params.get("title", "")
    if title:
        return tr_count(
            count, "{sum} from {count} payment for “{title}”.", "{sum} from {count} payments for “{title}”.",
            sum=_sum(params), title=title,
        )  # fmt: skip
    return tr_count(count, "{sum} from {count} payment.", "{sum} from {count} payments.", sum=_sum(params))


def _sum(params: dict[str, str]) -> str:
    from services.units.money import Money  # only when there is one

    return money_exact(Money(int(params.get("amount", "0"))))
