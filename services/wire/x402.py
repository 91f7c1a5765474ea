"""x402 version 2 on the wire: offers, payments and answers as base64 JSON in headers.

Sources: x402 v2 HTTP transport (PAYMENT-REQUIRED, PAYMENT-SIGNATURE, PAYMENT-RESPONSE) and the schemes ``exact`` and
``batch-settlement`` on EVM chains (seen 2026-11). The scheme ``escrow`` is ours: an ERC-3009 ReceiveWithAuthorization
to the Escrow whose nonce binds creator, content and chunks; it travels as an extension, which stock clients pass over.
"""

from __future__ import annotations

import base64
import json
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from services.units.money import Money
from services.wire.base import AddressField, Bytes32Field, ContentIdField
from services.wire.problems import ProblemError

PAYMENT_REQUIRED = "PAYMENT-REQUIRED"
PAYMENT_SIGNATURE = "PAYMENT-SIGNATURE"
PAYMENT_RESPONSE = "PAYMENT-RESPONSE"
MAX_HEADER_BYTES = 16_384

TOTAL_MISMATCH = "invalid_batch_settlement_evm_cumulative_amount_mismatch"
"""The error of a corrective 402: the voucher's total does not follow on what the node holds."""
BELOW_CLAIMED = "invalid_batch_settlement_evm_cumulative_below_claimed"
"""Another one: it lies below what was claimed already."""
CHANNEL_BUSY = "invalid_batch_settlement_evm_channel_busy"

Whole = Annotated[str, Field(pattern=r"^[0-9]{1,19}$")]
Whole256 = Annotated[str, Field(pattern=r"^(0x[0-9a-fA-F]{1,64}|[0-9]{1,78})$")]
"""A number of up to 256 bits, decimal or as hexadecimal digits."""
Signature = Annotated[str, Field(pattern=r"^0x[0-9a-fA-F]{130}$")]
M = TypeVar("M", bound=BaseModel)


class _Camel(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True, defer_build=True
    )


class _Requirements(_Camel):
    """One way to pay. ``amount`` is in micro-USDC."""

    network: str
    amount: Whole
    asset: AddressField
    pay_to: AddressField
    max_timeout_seconds: int

    @property
    def money(self) -> Money:
        """The amount."""
        return read_money(self.amount)


class TokenExtra(_Camel):
    """The token's EIP-712 domain."""

    name: str
    version: str


class ExactRequirements(_Requirements):
    """An ERC-3009 TransferWithAuthorization to ``payTo``, the creator's till."""

    scheme: Literal["exact"] = "exact"
    extra: TokenExtra


class ChannelState(_Camel):
    """A channel as the node knows it. Amounts in micro-USDC; the moment in Unix seconds, 0 for none."""

    channel_id: Bytes32Field
    balance: Whole
    total_claimed: Whole
    withdraw_requested_at: int
    refund_nonce: Whole
    charged_cumulative_amount: Whole


class VoucherState(_Camel):
    """The last voucher that the node holds; a client believes it by its own signature only."""

    signed_max_claimable: Whole
    signature: Signature


class ChannelExtra(TokenExtra):
    """What a channel to this node must have; the two states travel in a corrective 402."""

    receiver_authorizer: AddressField
    withdraw_delay: int
    min_deposit: Whole | None = None
    channel_state: ChannelState | None = None
    voucher_state: VoucherState | None = None


class ChannelRequirements(_Requirements):
    """A voucher of a channel whose receiver is ``payTo``, the creator's till."""

    scheme: Literal["batch-settlement"] = "batch-settlement"
    extra: ChannelExtra


class EscrowExtra(TokenExtra):
    """What the nonce binds, beside the token's domain."""

    creator: AddressField
    content_id: ContentIdField
    first_chunk: int
    chunk_count: int


class EscrowRequirements(_Requirements):
    """An authorization to the Escrow, which is ``payTo``."""

    scheme: Literal["escrow"] = "escrow"
    extra: EscrowExtra


class OtherRequirements(_Requirements):
    """A way to pay that we do not know."""

    scheme: str


class Resource(_Camel):
    """What is being paid for."""

    url: str
    description: str = ""
    mime_type: str = "application/json"


class EscrowOffer(_Camel):
    """The extension ``museclock``: the same purchase by the Escrow, which takes no other chunk's payment for it."""

    escrow: EscrowRequirements


class EscrowExtension(_Camel):
    """An x402 extension's outer form."""

    info: EscrowOffer


class Extensions(_Camel):
    """The extensions that we read."""

    museclock: EscrowExtension | None = None


class PaymentRequired(_Camel):
    """The content of PAYMENT-REQUIRED; the first known way is the one that a client takes."""

    x402_version: Literal[2] = Field(2, alias="x402Version")
    error: str = ""
    resource: Resource
    accepts: Annotated[
        tuple[ChannelRequirements | ExactRequirements | OtherRequirements, ...], Field(min_length=1, max_length=32)
    ]
    extensions: Extensions = Extensions()
    sent: str = Field("", exclude=True)
    """The header that it was read from, where somebody has to give it back word for word."""

    @property
    def channel(self) -> ChannelRequirements | None:
        """The offer of a channel, if there is one."""
        return next((offer for offer in self.accepts if isinstance(offer, ChannelRequirements)), None)

    @property
    def exact(self) -> ExactRequirements | None:
        """The offer of one transfer, if there is one."""
        return next((offer for offer in self.accepts if isinstance(offer, ExactRequirements)), None)

    @property
    def escrow(self) -> EscrowRequirements | None:
        """The offer of the Escrow, if there is one."""
        return self.extensions.museclock.info.escrow if self.extensions.museclock else None


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


class ConfigFields(_Camel):
    """A channel's configuration; see services.chain.channels.ChannelConfig."""

    payer: AddressField
    payer_authorizer: AddressField
    receiver: AddressField
    receiver_authorizer: AddressField
    token: AddressField
    withdraw_delay: int
    salt: Bytes32Field


class VoucherFields(_Camel):
    """A signed total."""

    channel_id: Bytes32Field
    max_claimable_amount: Whole
    signature: Signature


class DepositAuthorization(_Camel):
    """The ERC-3009 authorization to the collector, without what follows from the channel."""

    valid_after: Whole
    valid_before: Whole
    salt: Whole256
    signature: Signature


class DepositConsent(_Camel):
    """How the deposit is allowed; Permit2 is not offered."""

    erc3009_authorization: DepositAuthorization = Field(alias="erc3009Authorization")


class DepositFields(_Camel):
    """A deposit into the channel."""

    amount: Whole
    authorization: DepositConsent


class VoucherPayload(_Camel):
    """A voucher on an open channel."""

    type: Literal["voucher"] = "voucher"
    channel_config: ConfigFields
    voucher: VoucherFields


class DepositPayload(_Camel):
    """A deposit, and the voucher that it pays for."""

    type: Literal["deposit"] = "deposit"
    channel_config: ConfigFields
    voucher: VoucherFields
    deposit: DepositFields


class RefundPayload(_Camel):
    """A voucher that adds nothing: give back what is left, or ``amount`` of it."""

    type: Literal["refund"] = "refund"
    channel_config: ConfigFields
    voucher: VoucherFields
    amount: Whole | None = None


ChannelPayload = Annotated[VoucherPayload | DepositPayload | RefundPayload, Field(discriminator="type")]


class _Payment(_Camel):
    x402_version: Literal[2] = Field(2, alias="x402Version")


class EscrowPayment(_Payment):
    """A payment into the Escrow."""

    accepted: EscrowRequirements
    payload: Payload


class ExactPayment(_Payment):
    """A payment into the creator's till."""

    accepted: ExactRequirements
    payload: Payload


class ChannelPayment(_Payment):
    """A payment by a channel."""

    accepted: ChannelRequirements
    payload: ChannelPayload


Payment = EscrowPayment | ExactPayment | ChannelPayment
"""The content of PAYMENT-SIGNATURE."""
_PAYMENTS: dict[object, type[EscrowPayment] | type[ExactPayment] | type[ChannelPayment]] = {
    "escrow": EscrowPayment,
    "exact": ExactPayment,
    "batch-settlement": ChannelPayment,
}


class SettledExtra(_Camel):
    """What a voucher was charged, and the channel after it."""

    charged_amount: Whole | None = None
    channel_state: ChannelState | None = None


class Settled(_Camel):
    """The content of PAYMENT-RESPONSE."""

    success: bool
    transaction: str
    network: str
    payer: AddressField | None = None
    amount: str | None = None
    error_reason: str | None = None
    extra: SettledExtra | None = None


def encode(message: BaseModel) -> str:
    """Write a message as a header value."""
    return base64.b64encode(message.model_dump_json(by_alias=True, exclude_none=True).encode()).decode()


def decode(message_type: type[M], header: str) -> M:
    """Read a header value from a stranger. Raises ProblemError: request.invalid."""
    try:
        return message_type.model_validate_json(header_text(header))
    except ValueError as exc:
        # What pydantic refuses and what is no base64 are both.
        raise ProblemError("request.invalid", field="payment header") from exc


def decode_payment(header: str) -> Payment:
    """Read PAYMENT-SIGNATURE from a stranger. Raises ProblemError: request.invalid, payment.scheme."""
    try:
        content: Any = json.loads(header_text(header))
        scheme = content["accepted"]["scheme"]
    except (ValueError, KeyError, TypeError, RecursionError) as exc:
        raise ProblemError("request.invalid", field="payment header") from exc
    return read_payment(scheme, content)


def read_payment(scheme: object, content: object) -> Payment:
    """Read a payment of a scheme. Raises ProblemError: request.invalid, payment.scheme."""
    payment_type = _PAYMENTS.get(scheme) if isinstance(scheme, str) else None
    if payment_type is None:
        raise ProblemError("payment.scheme", scheme=str(scheme)[:40])
    try:
        return payment_type.model_validate(content)
    except ValueError as exc:
        raise ProblemError("request.invalid", field="payment header") from exc


def read_money(amount: str) -> Money:
    """Read an amount. Raises ProblemError: request.invalid beyond what money can be."""
    try:
        return Money(int(amount))
    except OverflowError as exc:
        raise ProblemError("request.invalid", field="amount") from exc


def network(chain_id: int) -> str:
    """Name a chain by CAIP-2."""
    return f"eip155:{chain_id}"


def header_text(header: str) -> bytes:
    """Give the JSON in a header value; raises ValueError."""
    if len(header) > MAX_HEADER_BYTES:
        raise ValueError("too long")
    return base64.b64decode(header, validate=True)
