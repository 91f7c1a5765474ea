"""Payment channels by x402's `batch-settlement`: configurations, ids, what is signed, calls and answers.

Source: the published specification and interface of x402 v2, scheme batch-settlement on EVM chains (seen 2026-11).
Pure and fast: no clock, no network, no general library; a voucher is signed or checked in a tenth of a millisecond.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from services.chain.abi import address_word, bytes32_word, uint_word
from services.chain.authorization import receive_digest
from services.chain.hashing import SignatureError, keccak256, recover_address, sign_digest
from services.units.address import Address, Bytes32, address, bytes32
from services.units.money import Money

# The standard's contracts have the same addresses on every chain (CREATE2).
SETTLEMENT = address("0x4020074e9df2ce1dee5a9c1b5c3f541d02a10003")
COLLECTOR = address("0x4020806089470a89826cb9fb1f4059150b550004")
DOMAIN_NAME = "x402 Batch Settlement"
DOMAIN_VERSION = "1"
MIN_WITHDRAW_DELAY_S = 900
MAX_WITHDRAW_DELAY_S = 2_592_000

# What fits into a channel's slot on the demo chain; the standard's own contract takes 128 bits.
MAX_CHANNEL_MICROS = (1 << 104) - 1

ZERO_ADDRESS = address("0x" + 40 * "0")

_DOMAIN_TYPE = keccak256(b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")
_CONFIG_TYPE = keccak256(
    b"ChannelConfig(address payer,address payerAuthorizer,address receiver,address receiverAuthorizer,address token,"
    b"uint40 withdrawDelay,bytes32 salt)"
)
_VOUCHER_TYPE = keccak256(b"Voucher(bytes32 channelId,uint128 maxClaimableAmount)")
_REFUND_TYPE = keccak256(b"Refund(bytes32 channelId,uint256 nonce,uint128 amount)")
_ENTRY = b"ClaimEntry(bytes32 channelId,uint128 maxClaimableAmount,uint128 totalClaimed)"
_ENTRY_TYPE = keccak256(_ENTRY)
_BATCH_TYPE = keccak256(b"ClaimBatch(ClaimEntry[] claims)" + _ENTRY)


@dataclass(frozen=True, slots=True)
class ChannelConfig:
    """What a channel is, for ever. Raises ValueError for what the contract would refuse.

    payer_authorizer is the key that signs vouchers; the zero address means the payer itself, a contract included.
    withdraw_delay_s: 900 … 2,592,000.
    """

    payer: Address
    payer_authorizer: Address
    receiver: Address
    receiver_authorizer: Address
    token: Address
    withdraw_delay_s: int
    salt: Bytes32

    def __post_init__(self) -> None:
        if ZERO_ADDRESS in (self.payer, self.receiver, self.receiver_authorizer, self.token):
            raise ValueError("a channel needs payer, receiver, receiver's authorizer and token")
        if not MIN_WITHDRAW_DELAY_S <= self.withdraw_delay_s <= MAX_WITHDRAW_DELAY_S:
            raise ValueError(f"not a delay that a channel may have: {self.withdraw_delay_s} s")

    @property
    def voucher_signer(self) -> Address:
        """Whose signature a voucher needs."""
        return self.payer if self.payer_authorizer == ZERO_ADDRESS else self.payer_authorizer


@dataclass(frozen=True, slots=True)
class Voucher:
    """A payer's word: the receiver may claim up to max_claimable in all. signature: r, s, v in 65 bytes."""

    channel_id: Bytes32
    max_claimable: Money
    signature: bytes


@dataclass(frozen=True, slots=True)
class Claim:
    """One row of a claim: the voucher of a channel, and the new total, at most what the voucher allows."""

    config: ChannelConfig
    voucher: Voucher
    total_claimed: Money


@dataclass(frozen=True, slots=True)
class Deposit:
    """A payer's ERC-3009 authorization to the collector, for one channel only. Times in Unix seconds, exclusive."""

    config: ChannelConfig
    amount: Money
    valid_after: int
    valid_before: int
    salt: int
    signature: bytes = b""


def config_words(config: ChannelConfig) -> bytes:
    """Encode a configuration as the contract's calls and its EIP-712 type hold it."""
    return (
        address_word(config.payer)
        + address_word(config.payer_authorizer)
        + address_word(config.receiver)
        + address_word(config.receiver_authorizer)
        + address_word(config.token)
        + uint_word(config.withdraw_delay_s)
        + bytes32_word(config.salt)
    )


@lru_cache(maxsize=4096)
def channel_id(chain_id: int, config: ChannelConfig) -> Bytes32:
    """Compute a channel's id: the whole EIP-712 digest of its configuration."""
    return bytes32(_digest(chain_id, keccak256(_CONFIG_TYPE + config_words(config))))


def voucher_digest(chain_id: int, channel: Bytes32, max_claimable: Money) -> bytes:
    """Hash what a payer signs for each chunk: the growing total."""
    struct = _VOUCHER_TYPE + bytes32_word(channel) + _uint128(max_claimable)
    return _digest(chain_id, keccak256(struct))


def refund_digest(chain_id: int, channel: Bytes32, nonce: int, amount: Money) -> bytes:
    """Hash what the receiver's authorizer signs to give money back."""
    struct = _REFUND_TYPE + bytes32_word(channel) + uint_word(nonce) + _uint128(amount)
    return _digest(chain_id, keccak256(struct))


def claim_digest(chain_id: int, claims: Sequence[Claim]) -> bytes:
    """Hash what the receiver's authorizer signs so that anyone may bring a claim."""
    entries = b"".join(
        keccak256(
            _ENTRY_TYPE
            + bytes32_word(claim.voucher.channel_id)
            + _uint128(claim.voucher.max_claimable)
            + _uint128(claim.total_claimed)
        )
        for claim in claims
    )
    return _digest(chain_id, keccak256(_BATCH_TYPE + keccak256(entries)))


def sign_voucher(chain_id: int, channel: Bytes32, max_claimable: Money, key: bytes) -> Voucher:
    """Sign the new total with the session key (32 bytes)."""
    return Voucher(channel, max_claimable, sign_digest(voucher_digest(chain_id, channel, max_claimable), key))


def is_signed_by(chain_id: int, voucher: Voucher, signer: Address) -> bool:
    """Tell whether a plain account signed a voucher; malformed and high-s signatures are nobody's."""
    digest = voucher_digest(chain_id, voucher.channel_id, voucher.max_claimable)
    try:
        return recover_address(digest, voucher.signature) == signer
    except SignatureError:
        return False


def sign_refund(chain_id: int, channel: Bytes32, nonce: int, amount: Money, key: bytes) -> bytes:
    """Sign a refund with the receiver's authorizer's key."""
    return sign_digest(refund_digest(chain_id, channel, nonce, amount), key)


def sign_claims(chain_id: int, claims: Sequence[Claim], key: bytes) -> bytes:
    """Sign a batch with the key of the receiver's authorizer that all rows share."""
    return sign_digest(claim_digest(chain_id, claims), key)


def deposit_nonce(channel: Bytes32, salt: int) -> Bytes32:
    """Compute the ERC-3009 nonce of a deposit: it binds the channel, and with it chain, payer and receiver."""
    return bytes32(keccak256(bytes32_word(channel) + uint_word(salt)))


def deposit_digest(chain_id: int, deposit: Deposit) -> bytes:
    """Hash what a payer signs for a deposit: ReceiveWithAuthorization to the collector, in the token's domain."""
    config = deposit.config
    return receive_digest(
        chain_id,
        config.token,
        payer=config.payer,
        payee=COLLECTOR,
        amount=deposit.amount,
        valid_after=deposit.valid_after,
        valid_before=deposit.valid_before,
        nonce=deposit_nonce(channel_id(chain_id, config), deposit.salt),
    )


def sign_deposit(chain_id: int, deposit: Deposit, key: bytes) -> Deposit:
    """Sign a deposit with the payer's key."""
    return Deposit(
        deposit.config,
        deposit.amount,
        deposit.valid_after,
        deposit.valid_before,
        deposit.salt,
        sign_digest(deposit_digest(chain_id, deposit), key),
    )


@lru_cache(maxsize=16)
def channels_domain(chain_id: int, contract: Address = SETTLEMENT) -> bytes:
    """Hash the channels' EIP-712 domain."""
    return keccak256(
        _DOMAIN_TYPE
        + keccak256(DOMAIN_NAME.encode())
        + keccak256(DOMAIN_VERSION.encode())
        + uint_word(chain_id)
        + address_word(contract)
    )


def _digest(chain_id: int, struct_hash: bytes) -> bytes:
    return keccak256(b"\x19\x01" + channels_domain(chain_id) + struct_hash)


def _uint128(amount: Money) -> bytes:
    if not 0 <= amount.micros < 1 << 128:
        raise ValueError(f"not an amount of a channel: {amount.micros}")
    return uint_word(amount.micros)
