"""Cases between desks, nodes and the window."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from services.wire.base import AddressField, Answer, Moment, Request

CaseKind = Literal["watching", "payout", "proposed"]
"""watching: a holder's, whose fee is withheld in part; payout: an owner's month that waits; proposed: by statistics."""
CaseState = Literal["open", "appealed", "lifted", "upheld"]
CaseDecision = Literal["lifted", "upheld"]
_Text = Annotated[str, Field(min_length=1, max_length=1000, pattern=r"^[^\x00]*$")]


class CaseStepOut(Answer):
    """One thing that was done to a case. by: an account, or ``rules``."""

    what: str
    by: str
    text: str
    at: Moment


class CaseOut(Answer):
    """A case. reasons: codes of published rules; facts: what was observed."""

    id: str
    kind: CaseKind
    account: AddressField
    month: str
    reasons: tuple[str, ...]
    facts: dict[str, str]
    state: CaseState
    opened_at: Moment
    decided_at: Moment | None
    steps: tuple[CaseStepOut, ...]


class AppealIn(Request):
    """Why the account objects."""

    text: _Text


class CaseDecisionIn(Request):
    """A person's decision, with the reason for the account."""

    decision: CaseDecision
    text: _Text
