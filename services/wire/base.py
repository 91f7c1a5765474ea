"""The base of wire types and the fields that need a form of their own on the wire.

A type's reader is built when it is used first: building all of them was a fifth of a service's start.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, PlainSerializer, PlainValidator, WithJsonSchema

from services.units.address import Address, Bytes32, address, bytes32
from services.units.cid import Cid
from services.units.ids import ContentId
from services.units.money import Money

_MICROS = re.compile(r"-?[0-9]{1,19}")


class Answer(BaseModel):
    """What a service says; fields unknown to an older window are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)


class Request(BaseModel):
    """What a service is asked; an unknown field is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


def _read_money(value: object) -> Money:
    if isinstance(value, Money):
        return value
    if isinstance(value, str) and _MICROS.fullmatch(value):
        try:
            return Money(int(value))
        except OverflowError as exc:
            raise ValueError("more money than there is") from exc
    raise ValueError("money is a string of whole micro-USDC")


def _read_cid(value: object) -> Cid:
    if isinstance(value, Cid):
        return value
    if isinstance(value, str):
        return Cid.parse(value)
    raise ValueError("a CID is a string")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("expected a string")
    return value


MoneyField = Annotated[
    Money,
    PlainValidator(_read_money),
    PlainSerializer(lambda money: str(money.micros), return_type=str),
    WithJsonSchema({"type": "string", "pattern": "^-?[0-9]{1,19}$", "description": "whole micro-USDC"}),
]
DollarsField = Annotated[
    Decimal,
    # A number of JSON, which is no number of ours: for programs of others that expect one, never read back.
    PlainSerializer(float, return_type=float),
    WithJsonSchema({"type": "number", "description": "dollars, for showing; exact in the field of micro-USDC beside"}),
]
CidField = Annotated[
    Cid,
    PlainValidator(_read_cid),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "description": "CIDv1 in base32"}),
]
AddressField = Annotated[
    Address,
    PlainValidator(lambda value: address(_text(value))),
    WithJsonSchema({"type": "string", "pattern": "^0x[0-9a-fA-F]{40}$"}),
]
Bytes32Field = Annotated[
    Bytes32,
    PlainValidator(lambda value: bytes32(_text(value))),
    WithJsonSchema({"type": "string", "pattern": "^0x[0-9a-fA-F]{64}$"}),
]
ContentIdField = Annotated[
    ContentId,
    PlainValidator(lambda value: ContentId(bytes32(_text(value)))),
    WithJsonSchema({"type": "string", "pattern": "^0x[0-9a-fA-F]{64}$"}),
]
Moment = AwareDatetime


class ProblemOut(Answer):
    """A problem that is part of a state, such as why an upload failed."""

    code: str
    params: dict[str, str] = {}
    retryable: bool = False


LISTENING = "listening"
"""The kind of a stream's first event: from here on nothing is missed, what is shown is fetched once more."""


class EventOut(Answer):
    """Something changed; views that show it fetch it again."""

    kind: str
    """LISTENING, or one of: upload, catalogue, tier, purchase, wallet, channel, membership,
    earnings, payout, node, profile, message, library, download."""
    ids: tuple[str, ...] = ()
    initiator: str = ""
