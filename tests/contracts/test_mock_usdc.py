"""MockUSDC, held to what USDC does: trees/mock_usdc.tree."""

from __future__ import annotations

import pytest

from services.chain.abi import WORD, address_word, bytes32_word, dynamic_bytes, read_text, selector, uint_word
from services.chain.authorization import domain_separator
from services.chain.calls import (
    Call,
    authorization_state_call,
    balance_of_call,
    domain_separator_call,
    mint_call,
    transfer_call,
)
from services.chain.demo.evm import Outcome
from services.chain.demo.genesis import FAUCET, TOKEN
from services.chain.hashing import sign_digest
from services.units.address import Address, Bytes32, bytes32
from services.units.money import Money
from tests.contracts.tokens import (
    ACCEPTING_WALLET,
    CANCEL_TYPE,
    RECEIVE_TYPE,
    REFUSING_WALLET,
    TRANSFER_TYPE,
    authorization_words,
    cancel_call,
    typed_digest,
)
from tests.fixtures.chain import CREATOR, FOREVER, RELAYER, START, STRANGER, VIEWER, Person, Stage, refusal

NONCE = bytes32(b"\x42" * 32)
_ARGUMENTS = "address,address,uint256,uint256,uint256,bytes32"


def signature(stage: Stage, kind: bytes, words: bytes, signer: Person = VIEWER) -> bytes:
    return sign_digest(typed_digest(stage, kind + words), signer.key)


def words(
    *, payer: Address = VIEWER.address, value: int = 500, after: int = 0, before: int = FOREVER, nonce: Bytes32 = NONCE
) -> bytes:
    return authorization_words(payer, CREATOR.address, value, after, before, nonce)


def by_bytes(name: str, arguments: bytes, signed: bytes) -> Call:
    data = selector(f"{name}({_ARGUMENTS},bytes)") + arguments + uint_word(7 * WORD) + dynamic_bytes(signed)
    return Call(TOKEN, data)


def by_parts(name: str, arguments: bytes, signed: bytes) -> Call:
    parts = uint_word(signed[64]) + signed[:64]
    return Call(TOKEN, selector(f"{name}({_ARGUMENTS},uint8,bytes32,bytes32)") + arguments + parts)


def receive(stage: Stage, arguments: bytes, *, signer: Person = VIEWER, sender: Address = CREATOR.address) -> Outcome:
    signed = signature(stage, RECEIVE_TYPE, arguments, signer)
    return stage.send(by_bytes("receiveWithAuthorization", arguments, signed), sender)


def money(stage: Stage, owner: Address) -> int:
    return stage.number_of(balance_of_call(TOKEN, owner))


def used(stage: Stage, nonce: Bytes32 = NONCE) -> bool:
    return stage.number_of(authorization_state_call(TOKEN, VIEWER.address, nonce)) == 1


def reason(outcome: Outcome) -> object:
    return refusal(outcome).arguments[0]


def issuer_call(name: str, account: Address) -> Call:
    return Call(TOKEN, selector(f"{name}(address)") + address_word(account))


def test_it_has_the_names_and_decimals_of_usdc(stage: Stage) -> None:
    texts = {name: read_text(stage.ask(Call(TOKEN, selector(f"{name}()")))) for name in ("name", "symbol", "version")}
    assert texts == {"name": "USDC", "symbol": "USDC", "version": "2"}
    assert stage.number_of(Call(TOKEN, selector("decimals()"))) == 6
    assert stage.ask(Call(TOKEN, selector("issuer()"))) == address_word(FAUCET)


def test_it_has_the_domain_that_our_signatures_use(stage: Stage) -> None:
    assert stage.ask(domain_separator_call(TOKEN)) == domain_separator(stage.chain_id, TOKEN)
    for kind, name in (
        (RECEIVE_TYPE, "RECEIVE_WITH_AUTHORIZATION_TYPEHASH"),
        (TRANSFER_TYPE, "TRANSFER_WITH_AUTHORIZATION_TYPEHASH"),
        (CANCEL_TYPE, "CANCEL_AUTHORIZATION_TYPEHASH"),
    ):
        assert stage.ask(Call(TOKEN, selector(f"{name}()"))) == kind


def test_it_moves_the_money_once(stage: Stage) -> None:
    assert receive(stage, words()).is_ok
    assert (money(stage, CREATOR.address), money(stage, VIEWER.address)) == (500, 10_000_000 - 500)
    assert used(stage)
    assert reason(receive(stage, words())) == "FiatTokenV2: authorization is used or canceled"


def test_it_takes_v_r_s(stage: Stage) -> None:
    signed = signature(stage, RECEIVE_TYPE, words())
    assert stage.send(by_parts("receiveWithAuthorization", words(), signed), CREATOR.address).is_ok
    assert money(stage, CREATOR.address) == 500


def test_it_refuses_a_caller_who_is_not_the_payee(stage: Stage) -> None:
    outcome = receive(stage, words(), sender=STRANGER.address)
    assert reason(outcome) == "FiatTokenV2: caller must be the payee"
    assert not used(stage)


@pytest.mark.parametrize(
    ("after", "before", "is_ok"),
    [(START, FOREVER, False), (START - 1, FOREVER, True), (0, START, False), (0, START + 1, True)],
)
def test_it_refuses_the_bounds_of_its_times(stage: Stage, after: int, before: int, *, is_ok: bool) -> None:
    assert receive(stage, words(after=after, before=before)).is_ok is is_ok


def test_it_refuses_a_stranger_s_signature(stage: Stage) -> None:
    assert reason(receive(stage, words(), signer=STRANGER)) == "FiatTokenV2: invalid signature"
    assert not used(stage)


@pytest.mark.parametrize("v", [0, 1, 26, 29, 255])
def test_it_refuses_a_wrong_v(stage: Stage, v: int) -> None:
    signed = signature(stage, RECEIVE_TYPE, words())[:64] + bytes((v,))
    for call in (by_bytes, by_parts):
        outcome = stage.send(call("receiveWithAuthorization", words(), signed), CREATOR.address)
        assert reason(outcome) == "FiatTokenV2: invalid signature"


def test_it_lets_anyone_bring_it(stage: Stage) -> None:
    signed = signature(stage, TRANSFER_TYPE, words())
    assert stage.send(by_bytes("transferWithAuthorization", words(), signed), STRANGER.address).is_ok
    assert money(stage, CREATOR.address) == 500


def test_it_takes_v_r_s_for_a_transfer(stage: Stage) -> None:
    signed = signature(stage, TRANSFER_TYPE, words())
    assert stage.send(by_parts("transferWithAuthorization", words(), signed), STRANGER.address).is_ok
    assert money(stage, CREATOR.address) == 500


def test_it_shares_nonces_with_receivewithauthorization(stage: Stage) -> None:
    assert receive(stage, words()).is_ok
    signed = signature(stage, TRANSFER_TYPE, words())
    outcome = stage.send(by_bytes("transferWithAuthorization", words(), signed), STRANGER.address)
    assert reason(outcome) == "FiatTokenV2: authorization is used or canceled"


def test_it_burns_the_nonce(stage: Stage) -> None:
    assert stage.send(cancel_call(stage, VIEWER, NONCE), STRANGER.address).is_ok
    assert used(stage)
    assert reason(receive(stage, words())) == "FiatTokenV2: authorization is used or canceled"


def test_it_takes_v_r_s_for_a_cancellation(stage: Stage) -> None:
    arguments = address_word(VIEWER.address) + bytes32_word(NONCE)
    signed = signature(stage, CANCEL_TYPE, arguments)
    name = selector("cancelAuthorization(address,bytes32,uint8,bytes32,bytes32)")
    assert stage.send(Call(TOKEN, name + arguments + uint_word(signed[64]) + signed[:64]), STRANGER.address).is_ok
    assert used(stage)


def test_it_refuses_a_stranger_s_cancellation(stage: Stage) -> None:
    arguments = address_word(VIEWER.address) + bytes32_word(NONCE)
    signed = signature(stage, CANCEL_TYPE, arguments, STRANGER)
    name = selector("cancelAuthorization(address,bytes32,bytes)")
    outcome = stage.send(Call(TOKEN, name + arguments + uint_word(96) + dynamic_bytes(signed)), STRANGER.address)
    assert reason(outcome) == "FiatTokenV2: invalid signature"
    assert not used(stage)


def test_it_refuses_a_used_nonce(stage: Stage) -> None:
    assert receive(stage, words()).is_ok
    outcome = stage.send(cancel_call(stage, VIEWER, NONCE), STRANGER.address)
    assert reason(outcome) == "FiatTokenV2: authorization is used or canceled"


def test_it_asks_the_wallet(stage: Stage) -> None:
    wallet = stage.install("0x" + "aa" * 20, ACCEPTING_WALLET)
    stage.mint(wallet, 500)
    call = by_bytes("receiveWithAuthorization", words(payer=wallet), b"any form")
    assert stage.send(call, CREATOR.address).is_ok
    assert money(stage, CREATOR.address) == 500


def test_it_believes_a_wallet_that_refuses(stage: Stage) -> None:
    wallet = stage.install("0x" + "ab" * 20, REFUSING_WALLET)
    stage.mint(wallet, 500)
    signed = signature(stage, RECEIVE_TYPE, words(payer=wallet))
    outcome = stage.send(by_bytes("receiveWithAuthorization", words(payer=wallet), signed), CREATOR.address)
    assert reason(outcome) == "FiatTokenV2: invalid signature"


def test_it_lets_only_the_issuer_mint(stage: Stage) -> None:
    outcome = stage.send(mint_call(TOKEN, STRANGER.address, Money(1)), STRANGER.address)
    assert reason(outcome) == "MockUSDC: caller is not the issuer"
    assert stage.send(mint_call(TOKEN, STRANGER.address, Money(1)), FAUCET).is_ok
    assert money(stage, STRANGER.address) == 1


@pytest.mark.parametrize("name", ["pause", "unpause"])
def test_it_lets_only_the_issuer_pause(stage: Stage, name: str) -> None:
    outcome = stage.send(Call(TOKEN, selector(f"{name}()")), STRANGER.address)
    assert reason(outcome) == "MockUSDC: caller is not the issuer"


@pytest.mark.parametrize("name", ["blacklist", "unBlacklist"])
def test_it_lets_only_the_issuer_block(stage: Stage, name: str) -> None:
    outcome = stage.send(issuer_call(name, VIEWER.address), STRANGER.address)
    assert reason(outcome) == "MockUSDC: caller is not the issuer"


def test_it_stops_every_movement_and_starts_again(stage: Stage) -> None:
    assert stage.send(Call(TOKEN, selector("pause()")), FAUCET).is_ok
    assert stage.number_of(Call(TOKEN, selector("paused()"))) == 1
    transfer = transfer_call(TOKEN, CREATOR.address, Money(1))
    for outcome in (
        receive(stage, words()),
        stage.send(transfer, VIEWER.address),
        stage.send(mint_call(TOKEN, VIEWER.address, Money(1)), FAUCET),
        stage.send(cancel_call(stage, VIEWER, NONCE), RELAYER.address),
    ):
        assert reason(outcome) == "Pausable: paused"
    assert stage.send(Call(TOKEN, selector("unpause()")), FAUCET).is_ok
    assert stage.send(transfer, VIEWER.address).is_ok


@pytest.mark.parametrize("blocked", [VIEWER, CREATOR], ids=lambda one: one.name)
def test_it_bars_sender_and_receiver_and_caller(stage: Stage, blocked: Person) -> None:
    stage.mint(CREATOR.address, 10)
    assert stage.send(issuer_call("blacklist", blocked.address), FAUCET).is_ok
    assert stage.number_of(issuer_call("isBlacklisted", blocked.address)) == 1
    for outcome in (
        receive(stage, words()),
        stage.send(transfer_call(TOKEN, CREATOR.address, Money(1)), VIEWER.address),
        stage.send(transfer_call(TOKEN, VIEWER.address, Money(1)), CREATOR.address),
    ):
        assert reason(outcome) == "Blacklistable: account is blacklisted"


def test_it_frees_an_account_again(stage: Stage) -> None:
    for name in ("blacklist", "unBlacklist"):
        assert stage.send(issuer_call(name, VIEWER.address), FAUCET).is_ok
    assert receive(stage, words()).is_ok
