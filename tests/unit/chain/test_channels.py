"""What channels and the Escrow's orders have people sign, against eth-account's EIP-712."""

from __future__ import annotations

from dataclasses import replace

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from hypothesis import given
from hypothesis import strategies as st

from services.chain.authorization import DOMAIN_NAME, DOMAIN_VERSION
from services.chain.channels import (
    COLLECTOR,
    SETTLEMENT,
    ZERO_ADDRESS,
    ChannelConfig,
    Claim,
    Deposit,
    Voucher,
    channel_id,
    claim_digest,
    deposit_nonce,
    is_signed_by,
    refund_digest,
    sign_claims,
    sign_deposit,
    sign_refund,
    sign_voucher,
    voucher_digest,
)
from services.chain.hashing import sign_digest
from services.chain.membership import (
    Quote,
    Subscription,
    recover_seller,
    sign_quote,
    sign_subscription,
    subscription_nonce,
)
from services.chain.orders import AppointOrder, WithdrawOrder
from services.units.address import Bytes32, address, bytes32
from services.units.money import Money
from services.wire.problems import ProblemError
from tests.fixtures.chain import CREATOR, RELAYER, STRANGER, VIEWER

CHAIN = 7427010
TOKEN = address("0x3600000000000000000000000000000000000000")
ESCROW = address("0x" + "e5" * 20)
CONFIG = ChannelConfig(
    payer=VIEWER.address,
    payer_authorizer=STRANGER.address,
    receiver=CREATOR.address,
    receiver_authorizer=RELAYER.address,
    token=TOKEN,
    withdraw_delay_s=86_400,
    salt=bytes32(b"\x05" * 32),
)
CHANNEL = bytes32(b"\x06" * 32)
QUOTE = Quote(
    chain_id=CHAIN,
    escrow=ESCROW,
    viewer=VIEWER.address,
    creator=CREATOR.address,
    tier=CHANNEL,
    amount=Money(2_990_000),
    until=2**33,
    deadline=2**32,
)
TYPES: dict[str, list[dict[str, str]]] = {
    name: [dict(zip(("type", "name"), part.split(" "), strict=True)) for part in parts.split(",")]
    for name, parts in {
        "ChannelConfig": "address payer,address payerAuthorizer,address receiver,address receiverAuthorizer,"
        "address token,uint40 withdrawDelay,bytes32 salt",
        "Voucher": "bytes32 channelId,uint128 maxClaimableAmount",
        "Refund": "bytes32 channelId,uint256 nonce,uint128 amount",
        "ClaimEntry": "bytes32 channelId,uint128 maxClaimableAmount,uint128 totalClaimed",
        "ClaimBatch": "ClaimEntry[] claims",
        "ReceiveWithAuthorization": "address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,"
        "bytes32 nonce",
        "WithdrawCreator": "address creator,uint256 nonce,uint256 deadline",
        "AppointSeller": "address creator,address seller,bool isAppointed,uint256 nonce,uint256 deadline",
        "Quote": "address viewer,address creator,bytes32 tier,uint256 amount,uint64 until,uint64 deadline",
    }.items()
}
CHANNELS = ("x402 Batch Settlement", "1", SETTLEMENT)
OURS = ("Museclock Escrow", "1", ESCROW)
MONEY = (DOMAIN_NAME, DOMAIN_VERSION, TOKEN)


def signed(kind: str, message: dict[str, object], domain: tuple[str, str, str], key: bytes) -> bytes:
    """Sign with eth-account, as any wallet would."""
    name, version, contract = domain
    wanted = (kind, "ClaimEntry") if kind == "ClaimBatch" else (kind,)
    data = encode_typed_data(
        full_message={
            "types": {
                "EIP712Domain": [
                    {"name": "name", "type": "string"},
                    {"name": "version", "type": "string"},
                    {"name": "chainId", "type": "uint256"},
                    {"name": "verifyingContract", "type": "address"},
                ],
                **{one: TYPES[one] for one in wanted},
            },
            "primaryType": kind,
            "domain": {"name": name, "version": version, "chainId": CHAIN, "verifyingContract": contract},
            "message": message,
        }
    )
    return bytes(Account.sign_message(data, key).signature)


def config_message(config: ChannelConfig) -> dict[str, object]:
    return {
        "payer": config.payer,
        "payerAuthorizer": config.payer_authorizer,
        "receiver": config.receiver,
        "receiverAuthorizer": config.receiver_authorizer,
        "token": config.token,
        "withdrawDelay": config.withdraw_delay_s,
        "salt": bytes.fromhex(config.salt[2:]),
    }


def test_the_id_is_the_whole_digest_of_the_configuration() -> None:
    digest = bytes.fromhex(channel_id(CHAIN, CONFIG)[2:])
    assert sign_digest(digest, VIEWER.key) == signed("ChannelConfig", config_message(CONFIG), CHANNELS, VIEWER.key)


@given(micros=st.integers(0, 2**63 - 1), salt=st.binary(min_size=32, max_size=32))
def test_a_voucher_is_what_wallets_sign(micros: int, salt: bytes) -> None:
    message: dict[str, object] = {"channelId": salt, "maxClaimableAmount": micros}
    voucher = sign_voucher(CHAIN, bytes32(salt), Money(micros), STRANGER.key)
    assert voucher.signature == signed("Voucher", message, CHANNELS, STRANGER.key)
    assert is_signed_by(CHAIN, voucher, STRANGER.address)


@pytest.mark.parametrize(
    "change",
    [
        {"channel_id": bytes32(b"\x07" * 32)},
        {"max_claimable": Money(501)},
        {"signature": bytes(65)},
        {"signature": b""},
    ],
    ids=str,
)
def test_a_changed_voucher_is_nobody_s(change: dict[str, object]) -> None:
    voucher = sign_voucher(CHAIN, CHANNEL, Money(500), STRANGER.key)
    assert not is_signed_by(CHAIN, replace(voucher, **change), STRANGER.address)  # type: ignore[arg-type]
    assert not is_signed_by(CHAIN + 1, voucher, STRANGER.address)
    assert not is_signed_by(CHAIN, voucher, VIEWER.address)


def test_a_refund_is_what_wallets_sign() -> None:
    message: dict[str, object] = {"channelId": bytes.fromhex(CHANNEL[2:]), "nonce": 7, "amount": 300}
    assert sign_refund(CHAIN, CHANNEL, 7, Money(300), RELAYER.key) == signed("Refund", message, CHANNELS, RELAYER.key)
    assert refund_digest(CHAIN, CHANNEL, 7, Money(300)) != refund_digest(CHAIN, CHANNEL, 8, Money(300))


def test_a_batch_is_what_wallets_sign() -> None:
    rows = [Claim(CONFIG, Voucher(CHANNEL, Money(limit), b""), Money(total)) for limit, total in ((500, 300), (9, 9))]
    entries = [
        {"channelId": bytes.fromhex(CHANNEL[2:]), "maxClaimableAmount": limit, "totalClaimed": total}
        for limit, total in ((500, 300), (9, 9))
    ]
    assert sign_claims(CHAIN, rows, RELAYER.key) == signed("ClaimBatch", {"claims": entries}, CHANNELS, RELAYER.key)
    assert claim_digest(CHAIN, rows) != claim_digest(CHAIN, rows[::-1])


def test_a_deposit_is_an_authorization_to_the_collector() -> None:
    unsigned = Deposit(CONFIG, Money(900_000), 3, 2**33, 11)
    message: dict[str, object] = {
        "from": VIEWER.address,
        "to": COLLECTOR,
        "value": 900_000,
        "validAfter": 3,
        "validBefore": 2**33,
        "nonce": bytes.fromhex(deposit_nonce(channel_id(CHAIN, CONFIG), 11)[2:]),
    }
    expected = signed("ReceiveWithAuthorization", message, MONEY, VIEWER.key)
    assert sign_deposit(CHAIN, unsigned, VIEWER.key).signature == expected


@pytest.mark.parametrize("amount", [-1, -(2**62)])
def test_no_negative_amount_can_be_signed(amount: int) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        voucher_digest(CHAIN, CHANNEL, Money(amount))


@pytest.mark.parametrize(
    "change",
    [
        {"payer": ZERO_ADDRESS},
        {"receiver": ZERO_ADDRESS},
        {"receiver_authorizer": ZERO_ADDRESS},
        {"token": ZERO_ADDRESS},
        {"withdraw_delay_s": 899},
        {"withdraw_delay_s": 2_592_001},
    ],
    ids=str,
)
def test_no_channel_that_the_contract_refuses_can_be_made(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="channel"):
        replace(CONFIG, **change)  # type: ignore[arg-type]
    assert replace(CONFIG, payer_authorizer=ZERO_ADDRESS).voucher_signer == VIEWER.address


def test_an_order_is_what_wallets_sign() -> None:
    place = {"chain_id": CHAIN, "escrow": ESCROW, "creator": CREATOR.address, "nonce": 4, "deadline": 99}
    withdraw = WithdrawOrder(**place)  # type: ignore[arg-type]
    message: dict[str, object] = {"creator": CREATOR.address, "nonce": 4, "deadline": 99}
    assert sign_digest(withdraw.digest, CREATOR.key) == signed("WithdrawCreator", message, OURS, CREATOR.key)
    appoint = AppointOrder(**place, seller=RELAYER.address, is_appointed=True)  # type: ignore[arg-type]
    message |= {"seller": RELAYER.address, "isAppointed": True}
    assert sign_digest(appoint.digest, CREATOR.key) == signed("AppointSeller", message, OURS, CREATOR.key)


def test_a_quote_is_what_wallets_sign() -> None:
    message: dict[str, object] = {
        "viewer": VIEWER.address,
        "creator": CREATOR.address,
        "tier": bytes.fromhex(CHANNEL[2:]),
        "amount": 2_990_000,
        "until": 2**33,
        "deadline": 2**32,
    }
    signature = sign_quote(QUOTE, RELAYER.key)
    assert signature == signed("Quote", message, OURS, RELAYER.key)
    assert recover_seller(QUOTE, signature) == RELAYER.address
    assert recover_seller(replace(QUOTE, amount=Money(1)), signature) != RELAYER.address
    with pytest.raises(ProblemError, match=r"payment\.refused"):
        recover_seller(QUOTE, signature[:-1])


def test_a_membership_s_payment_binds_who_what_and_until_when() -> None:
    def nonce(**change: object) -> Bytes32:
        return subscription_nonce(VIEWER.address, replace(QUOTE, **change))  # type: ignore[arg-type]

    different = {
        nonce(),
        nonce(chain_id=1),
        nonce(escrow=TOKEN),
        nonce(viewer=STRANGER.address),
        nonce(creator=STRANGER.address),
        nonce(tier=bytes32(bytes(32))),
        nonce(until=5),
        subscription_nonce(STRANGER.address, QUOTE),
    }
    assert len(different) == 8
    assert nonce() == nonce(amount=Money(1)) == nonce(deadline=5)


def test_a_membership_s_payment_is_an_authorization_to_the_escrow() -> None:
    unsigned = Subscription(
        quote=QUOTE, quote_signature=b"", token=TOKEN, payer=VIEWER.address, valid_after=0, valid_before=9
    )
    message: dict[str, object] = {
        "from": VIEWER.address,
        "to": ESCROW,
        "value": 2_990_000,
        "validAfter": 0,
        "validBefore": 9,
        "nonce": bytes.fromhex(unsigned.nonce[2:]),
    }
    expected = signed("ReceiveWithAuthorization", message, MONEY, VIEWER.key)
    assert sign_subscription(unsigned, VIEWER.key).signature == expected


@pytest.mark.parametrize("change", [{"amount": Money(0)}, {"until": 0}, {"until": 2**64}, {"deadline": -1}], ids=str)
def test_no_quote_that_the_escrow_refuses_can_be_made(change: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        replace(QUOTE, **change)  # type: ignore[arg-type]
