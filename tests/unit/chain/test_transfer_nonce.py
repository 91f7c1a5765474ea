"""The nonce of a purchase by one transfer: the same for the same purchase, another for every other."""

from __future__ import annotations

from eth_account import Account
from eth_account.messages import encode_typed_data

from services.chain.authorization import TransferTerms, sign_transfer, transfer_nonce
from services.chain.message import checksum
from services.units.address import address
from services.units.ids import content_id, purchase_intent
from services.units.money import Money
from tests.fixtures.chain import STRANGER, VIEWER

CHAIN, TOKEN, TILL = 5042002, address("0x36" + "00" * 19), address("0x" + "39" * 20)
FILM = content_id(TILL + "ab" * 12)
INTENT = purchase_intent(payer=VIEWER.address, content=FILM, first_chunk=1, chunk_count=1)
NONCE = "0x6946b798c76e99724ec15fdf398d8dc64411a9682eb6fea409e7ae5fc184891f"


def test_it_follows_from_chain_till_and_purchase() -> None:
    others = [
        purchase_intent(payer=STRANGER.address, content=FILM, first_chunk=1, chunk_count=1),
        purchase_intent(payer=VIEWER.address, content=FILM, first_chunk=2, chunk_count=1),
        purchase_intent(payer=VIEWER.address, content=FILM, first_chunk=1, chunk_count=2),
    ]
    nonces = [
        transfer_nonce(CHAIN, TILL, INTENT),
        transfer_nonce(CHAIN + 1, TILL, INTENT),
        transfer_nonce(CHAIN, TOKEN, INTENT),
        *(transfer_nonce(CHAIN, TILL, other) for other in others),
    ]
    assert len(set(nonces)) == len(nonces)
    # Fixed for ever: another one would let the token take a second payment for what was bought before.
    assert transfer_nonce(CHAIN, TILL, INTENT) == NONCE


def test_the_signature_is_what_wallets_of_others_make() -> None:
    terms = TransferTerms(VIEWER.address, TILL, Money(10_000), 1, 2, transfer_nonce(CHAIN, TILL, INTENT))
    fields = ("from:address", "to:address", "value:uint256", "validAfter:uint256", "validBefore:uint256")
    types = [{"name": name, "type": kind} for name, kind in (field.split(":") for field in (*fields, "nonce:bytes32"))]
    message = {
        "from": checksum(VIEWER.address),
        "to": checksum(TILL),
        "value": 10_000,
        "validAfter": 1,
        "validBefore": 2,
        "nonce": bytes.fromhex(terms.nonce[2:]),
    }
    domain = {"name": "USDC", "version": "2", "chainId": CHAIN, "verifyingContract": checksum(TOKEN)}
    signable = encode_typed_data(domain, {"TransferWithAuthorization": types}, message)
    theirs = Account.sign_message(signable, VIEWER.key).signature
    assert sign_transfer(CHAIN, TOKEN, terms, VIEWER.key) == bytes(theirs)
