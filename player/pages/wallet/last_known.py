"""The wallet as it was read last: what is shown, with its time, while the service is slow or away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from player.parts.answers_view_model import KeptAnswers
    from services.wire.memberships import MembershipsOut

MEMBERSHIPS = "wallet-memberships"
_ONE = (
    ("balance", "BalanceOut"),
    ("sums", "Reconciliation"),
    ("budgets", "BudgetsOut"),
    ("payment", "PaymentChoice"),
)
_SEVERAL = (("channels", "ChannelOut"), ("receipts", "ReceiptOut"))
"""Parts with their types in services.wire.desk, which are not loaded before they are needed."""


def name_of(part: str) -> str:
    """Name the copy of a part of the wallet's state."""
    return f"wallet-{part}"


def last_known(kept: KeptAnswers) -> dict[str, Any]:
    """Give the parts of the wallet's state that were kept, and ``as_of``; nothing without the numbers."""
    from services.wire import desk  # not before it is needed: it brings pydantic with it

    numbers = kept.recall(name_of("wallet"), desk.WalletOut)
    if numbers is None or not numbers[0]:
        return {}
    (wallet,), _ = numbers
    # By the clock of its service, as the line says otherwise too: a demo world has its own time.
    parts: dict[str, Any] = {"wallet": wallet, "as_of": wallet.as_of}
    for part, kind in _ONE:
        one = kept.recall(name_of(part), getattr(desk, kind))
        if one is not None and one[0]:
            parts[part] = one[0][0]
    for part, kind in _SEVERAL:
        several = kept.recall(name_of(part), getattr(desk, kind))
        if several is not None:
            parts[part] = several[0]
    return parts


def last_memberships(kept: KeptAnswers) -> MembershipsOut | None:
    """Give the memberships that were kept."""
    from services.wire.memberships import MembershipsOut

    found = kept.recall(MEMBERSHIPS, MembershipsOut)
    return None if found is None or not found[0] else found[0][0]
