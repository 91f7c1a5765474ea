"""A creator's verification."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from services.wire.base import AddressField, Answer, Moment, Request

KycState = Literal["not_started", "pending", "verified", "rejected"]
Decision = Literal["verified", "rejected"]


class KycOut(Answer):
    """How a creator's verification stands; ``message`` says it for people, as the seed did."""

    message: str
    creator_id: str
    state: KycState
    reason: str = ""


class KycStepOut(Answer):
    """One change of a case, and who made it."""

    state: KycState
    by: AddressField
    reason: str
    at: Moment


class KycCaseOut(Answer):
    """A case as an operator sees it."""

    creator: AddressField
    state: KycState
    reason: str
    changed_at: Moment
    steps: tuple[KycStepOut, ...]


class DecisionIn(Request):
    """An operator's decision; a rejection says why, for the creator."""

    decision: Decision
    reason: Annotated[str, Field(max_length=500)] = ""
