"""A creator's verification."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from services.wire.base import AddressField, Answer, Moment, Request

KycState = Literal["not_started", "pending", "verified", "rejected", "expired"]
Decision = Literal["verified", "rejected"]
DocumentKind = Literal["identity", "residence", "business"]
MAX_DOCUMENT_BYTES = 8 * 1024 * 1024


class DocumentOut(Answer):
    """A document that a creator brought; its bytes are for operators only."""

    kind: DocumentKind
    size: Annotated[int, Field(ge=0)]
    at: Moment


class KycOut(Answer):
    """How a creator's verification stands; ``message`` says it for people, as the seed did."""

    message: str
    creator_id: str
    state: KycState
    reason: str = ""
    expires_at: Moment | None = None
    """When a verification has to be renewed; none for any other state."""
    missing: tuple[DocumentKind, ...] = ()
    """What an operator would want to see and was not brought yet."""
    documents: tuple[DocumentOut, ...] = ()
    url: str = ""
    """The page of the service that checks, where the creator goes on; empty where an operator checks by hand."""


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
    documents: tuple[DocumentOut, ...] = ()


class DocumentIn(Request):
    """A file on this computer to bring as a document."""

    path: Annotated[str, Field(min_length=1, max_length=4096, pattern=r"^[^\x00]*$")]


class DecisionIn(Request):
    """An operator's decision; a rejection says why, for the creator."""

    decision: Decision
    reason: Annotated[str, Field(max_length=500)] = ""
