"""Tips: money given to a creator for nothing in return, with a few words."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from services.wire.base import AddressField, Answer, Moment, MoneyField, Request
from services.wire.x402 import Payload

MAX_MESSAGE = 280
Message = Annotated[str, Field(max_length=MAX_MESSAGE, pattern=r"^[^\x00]*$")]
TipState = Literal["signed", "sent", "paid", "refused", "unknown"]


class TipIn(Request):
    """A viewer's signed transfer into the creator's till, and what it says to the creator."""

    payload: Payload
    message: Message = ""


class TipOut(Answer):
    """A tip as its node has it."""

    nonce: str
    """Of the transfer: the token takes it once."""
    payer: AddressField
    creator: AddressField
    amount: MoneyField
    message: str
    transaction: str | None
    at: Moment


class GiveTipIn(Request):
    """Give a creator a tip. ordinal: as it was asked for; the same again moves money once."""

    amount: MoneyField
    message: Message = ""
    ordinal: Annotated[int, Field(ge=1, le=10**9)]


class NextTipOut(Answer):
    """What a tip would be now: its number, and what can be spent."""

    ordinal: int
    available: MoneyField


class OwnTipOut(Answer):
    """A tip that this account gave, with the state of its money."""

    ordinal: int
    creator: AddressField
    amount: MoneyField
    message: str
    state: TipState
    transaction: str | None
    at: Moment
