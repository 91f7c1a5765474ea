"""Sending money out of the wallet: a check that says all of it, then the order to do exactly that."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from services.wire.base import AddressField, Answer, Moment, MoneyField, Request

SendingState = Literal["signed", "sent", "confirmed", "failed", "unknown"]
Caution = Literal["new", "contract", "unchecked"]
"""new: nothing was ever sent there from here. contract: a program owns it, which may not be able to give money back.
unchecked: written without the capitals by which a slip shows."""
_ADDRESS = Field(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")


class SendCheckIn(Request):
    """Check what would be sent; nothing is signed."""

    payee: Annotated[str, _ADDRESS]
    """As it was typed; letters in both cases are its checksum (EIP-55)."""
    amount: MoneyField


class SendCheckOut(Answer):
    """What would happen, to be confirmed as it stands here."""

    ordinal: int
    """Names this order: sending it twice moves money once."""
    payee: str
    """With its checksum."""
    amount: MoneyField
    fee: MoneyField
    """The most that the network takes for it."""
    fee_from_balance: bool
    """Whether the fee comes out of the same balance, or out of gas money of its own."""
    available: MoneyField
    left: MoneyField
    """What can be spent afterwards."""
    cautions: tuple[Caution, ...] = ()
    needs_passphrase: bool = True


class SendIn(Request):
    """Do what was checked."""

    ordinal: Annotated[int, Field(ge=1, le=10**9)]
    payee: AddressField
    amount: MoneyField
    passphrase: Annotated[str, Field(max_length=1000)] = ""


class SendingOut(Answer):
    """One payment out of the wallet, with the state of its money."""

    ordinal: int
    payee: str
    amount: MoneyField
    fee: MoneyField | None
    """Once the chain has said it."""
    state: SendingState
    transaction: str | None
    error: str
    at: Moment
