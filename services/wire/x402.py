"""x402 version 2 on the wire: payment headers as base64 JSON.

Source: x402 v2 HTTP transport (PAYMENT-REQUIRED, PAYMENT-SIGNATURE, PAYMENT-RESPONSE). The scheme ``escrow`` is
ours: an ERC-3009 ReceiveWithAuthorization to the Escrow whose nonce binds creator, content and chunks.
"""

from __future__ import annotations

import base64
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from services.wire.base import AddressField, Bytes32Field, ContentIdField
from services.wire.problems import ProblemError

PAYMENT_REQUIRED = "PAYMENT-REQUIRED"
PAYMENT_SIGNATURE = "PAYMENT-SIGNATURE"
PAYMENT_RESPONSE = "PAYMENT-RESPONSE"
SCHEME = "escrow"
MAX_HEADER_BYTES = 16_384

Whole = Annotated[str, Field(pattern=r"^[0-9]{1,19}$")]
Signature = Annotated[str, Field(pattern=r"^0x[0-9a-fA-F]{130}$")]
M = TypeVar("M", bound=BaseModel)


class _Camel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True)


class EscrowExtra(_Camel):
    """What the nonce binds, and the token's EIP-712 domain."""

    name: str
    version: str
    creator: AddressField
    content_id: ContentIdField
    first_chunk: int
    chunk_count: int


class Requirements(_Camel):
    """One way to pay. ``amount`` is in micro-USDC; ``payTo`` is the Escrow."""

    scheme: Literal["escrow"] = "escrow"
    network: str
    amount: Whole
    asset: AddressField
    pay_to: AddressField
    max_timeout_seconds: int
    extra: EscrowExtra


class Resource(_Camel):
    """What is being paid for."""

    url: str
    description: str
    mime_type: str = "video/mp4"


class PaymentRequired(_Camel):
    """The content of PAYMENT-REQUIRED."""

    x402_version: Literal[2] = Field(2, alias="x402Version")
    error: str
    resource: Resource
    accepts: tuple[Requirements, ...]


class Authorization(_Camel):
    """The ERC-3009 message; ``from`` is a keyword, hence ``payer``."""

    payer: AddressField = Field(alias="from")
    to: AddressField
    value: Whole
    valid_after: Whole
    valid_before: Whole
    nonce: Bytes32Field


class Payload(_Camel):
    """The signed authorization."""

    signature: Signature
    authorization: Authorization


class Payment(_Camel):
    """The content of PAYMENT-SIGNATURE."""

    x402_version: Literal[2] = Field(2, alias="x402Version")
    accepted: Requirements
    payload: Payload


class Settled(_Camel):
    """The content of PAYMENT-RESPONSE."""

    success: bool
    transaction: str
    network: str
    payer: AddressField
    error_reason: str | None = None


def encode(message: BaseModel) -> str:
    """Write a message as a header value."""
    return base64.b64encode(message.model_dump_json(by_alias=True, exclude_none=True).encode()).decode()


def decode(message_type: type[M], header: str) -> M:
    """Read a header value from a stranger. Raises ProblemError: request.invalid."""
    if len(header) > MAX_HEADER_BYTES:
        raise ProblemError("request.invalid", field="payment header")
    try:
        return message_type.model_validate_json(base64.b64decode(header, validate=True))
    except ValueError as exc:
        # What pydantic refuses and what is no base64 are both.
        raise ProblemError("request.invalid", field="payment header") from exc


def network(chain_id: int) -> str:
    """Name a chain by CAIP-2."""
    return f"eip155:{chain_id}"
