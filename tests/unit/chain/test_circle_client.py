"""What goes to Circle and what is made of its answers; secrets show nowhere."""

from __future__ import annotations

import base64
import copy
import json
import logging
import pickle
from collections.abc import Callable, Iterator
from uuid import UUID, uuid4

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as new_curve_key
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as new_rsa_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from services.chain.authorization import PaymentTerms, SignedAuthorization, recover_payer
from services.chain.calls import Call, pay_call
from services.chain.circle.client import CircleClient, CircleRefused
from services.chain.circle.orders import key_of
from services.chain.circle.secret import CircleSecrets, read_public_key
from services.chain.errors import ChainUnreachable
from services.units.ids import IntentId
from services.units.money import Money
from tests.fixtures.chain import CONTENT, CREATOR, FOREVER, STRANGER, HandClock
from tests.fixtures.chain_fake import ESCROW, FakeGateway
from tests.fixtures.circle_server import (
    API_KEY,
    BLOCKCHAIN,
    ENTITY_SECRET,
    URL,
    WALLET,
    CircleLine,
    CircleServer,
    Refusal,
)

CALL = Call(STRANGER.address, b"\x01\x02")


@pytest.fixture
def server() -> CircleServer:
    gateway = FakeGateway(HandClock())
    gateway.fund(WALLET.address, usdc=Money(1_000_000), gas_wei=10**19)
    return CircleServer(gateway)


@pytest.fixture
def http(server: CircleServer) -> Iterator[httpx.Client]:
    with httpx.Client(transport=CircleLine(server)) as client:
        yield client


def client_of(
    http: httpx.Client, *, api_key: str = API_KEY, secret: str = ENTITY_SECRET, **changes: str
) -> CircleClient:
    return CircleClient(
        CircleSecrets(api_key, secret),
        wallet=WALLET.address,
        http=http,
        blockchain=changes.get("blockchain", BLOCKCHAIN),
        base_url=URL + "/",
    )


@pytest.fixture
def client(http: httpx.Client) -> CircleClient:
    return client_of(http)


def test_an_execution_carries_what_the_documentation_wants(client: CircleClient, server: CircleServer) -> None:
    made = client.execute(Call(STRANGER.address, b"\x0a\x0b", 15 * 10**17), key=uuid4(), reference="the intent")
    (body,) = server.requests("/contractExecution")
    assert body.pop("entitySecretCiphertext")
    assert UUID(body.pop("idempotencyKey")).version == 4
    assert body == {
        "walletAddress": WALLET.address,
        "blockchain": BLOCKCHAIN,
        "contractAddress": STRANGER.address,
        "callData": "0x0a0b",
        "amount": "1.5",
        "feeLevel": "MEDIUM",
        "refId": "the intent",
    }
    assert server.orders[made.id].call == Call(STRANGER.address, b"\x0a\x0b", 15 * 10**17)
    assert (made.status, made.hash) == ("INITIATED", None)


@pytest.mark.parametrize("wei", [1, 10**18, 123 * 10**18 + 456, 10**17, 20 * 10**18])
def test_gas_money_is_said_to_the_last_wei(client: CircleClient, server: CircleServer, wei: int) -> None:
    made = client.execute(Call(STRANGER.address, b"", wei), key=uuid4(), reference="r")
    assert server.orders[made.id].call.value == wei


def test_each_request_has_a_ciphertext_of_its_own(client: CircleClient, server: CircleServer) -> None:
    key = uuid4()
    answers = {client.execute(CALL, key=key, reference="r").id for _ in range(3)}
    assert len(answers) == len(server.orders) == 1
    sent = [body["entitySecretCiphertext"] for body in server.requests("/contractExecution")]
    assert len(set(sent)) == 3
    assert len([1 for _, path, _ in server.seen if path.endswith("publicKey")]) == 1


def test_a_ciphertext_taken_for_a_repetition_is_made_anew(client: CircleClient, server: CircleServer) -> None:
    client.public_key()
    server.faults = ["reused"]
    client.execute(CALL, key=uuid4(), reference="r")
    assert len(server.orders) == 1
    server.faults = ["reused", "reused"]
    with pytest.raises(CircleRefused) as refused:
        client.execute(CALL, key=uuid4(), reference="r")
    assert refused.value.code == 156004


def test_the_server_refuses_a_ciphertext_twice(server: CircleServer) -> None:
    """The rule itself, without a client that keeps to it."""
    body = {"entitySecretCiphertext": CircleSecrets(API_KEY, ENTITY_SECRET).ciphertext(_server_key(server))}
    server._check_secret(body)
    with pytest.raises(Refusal) as refused:
        server._check_secret(body)
    assert refused.value.answer[1]["code"] == 156004


def _server_key(server: CircleServer) -> RSAPublicKey:
    return read_public_key(server._do("GET", "/v1/w3s/config/entity/publicKey", {})["publicKey"])


def test_the_same_key_for_something_else_is_refused(client: CircleClient) -> None:
    key = uuid4()
    client.execute(CALL, key=key, reference="r")
    with pytest.raises(CircleRefused) as refused:
        client.execute(Call(STRANGER.address, b"\x03"), key=key, reference="r")
    assert refused.value.status == 409


@pytest.mark.parametrize(
    ("changes", "status"),
    [({"api_key": "A:B:C"}, 401), ({"secret": "00" * 32}, 400), ({"blockchain": "ETH"}, 404)],
)
def test_a_wrong_account_is_refused(http: httpx.Client, changes: dict[str, str], status: int) -> None:
    with pytest.raises(CircleRefused) as refused:
        client_of(http, **changes).execute(CALL, key=uuid4(), reference="r")
    assert refused.value.status == status


@pytest.mark.parametrize("fault", [429, 500, 503, 302, "lost", "down", "garbage"])
def test_no_usable_answer_is_not_a_refusal(client: CircleClient, server: CircleServer, fault: int | str) -> None:
    client.public_key()
    server.faults = [fault]
    with pytest.raises(ChainUnreachable):
        client.execute(CALL, key=uuid4(), reference="r")
    server.faults = [fault]
    with pytest.raises(ChainUnreachable):
        client.transaction(str(uuid4()))


ODD: dict[str, object] = {
    "no data": {"code": 0},
    "a list": [],
    "no transaction": {"data": {}},
    "no id": {"data": {"transaction": {"state": "SENT"}}},
    "a path for an id": {"data": {"transaction": {"id": "../x", "state": "SENT"}}},
    "no state": {"data": {"transaction": {"id": str(UUID(int=1))}}},
    "half a hash": {"data": {"transaction": {"id": str(UUID(int=1)), "state": "SENT", "txHash": "0x12"}}},
}


@pytest.mark.parametrize("how", ODD)
def test_odd_answers_are_no_answers(how: str) -> None:
    odd = httpx.MockTransport(lambda _: httpx.Response(200, json=ODD[how]))
    with httpx.Client(transport=odd) as http, pytest.raises(ChainUnreachable):
        client_of(http).transaction(str(uuid4()))


@pytest.mark.parametrize("status", [302, 429, 500])
def test_an_answer_counts_by_its_status_first(status: int) -> None:
    good = {"data": {"transaction": {"id": str(UUID(int=1)), "state": "COMPLETE"}}}
    other = httpx.MockTransport(lambda _: httpx.Response(status, json=good))
    with httpx.Client(transport=other) as http, pytest.raises(ChainUnreachable):
        client_of(http).transaction(str(uuid4()))


@pytest.mark.parametrize("key", ["", "no key", "curve", "short"])
def test_a_key_that_is_none_gets_no_secret(key: str) -> None:
    if key in ("curve", "short"):
        private = new_curve_key(SECP256R1()) if key == "curve" else new_rsa_key(65537, 1024)  # noqa: S505  too short
        key = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={"data": {"publicKey": key}})

    with httpx.Client(transport=httpx.MockTransport(answer)) as http, pytest.raises(ChainUnreachable):
        client_of(http).execute(CALL, key=uuid4(), reference="r")
    assert [request.method for request in asked] == ["GET"]


def test_states_move_on_until_a_hash_and_an_end(client: CircleClient, server: CircleServer) -> None:
    made = client.execute(CALL, key=uuid4(), reference="r")
    seen = [client.transaction(made.id) for _ in range(6)]
    assert [one.status for one in seen] == ["QUEUED", "CLEARED", "SENT", "CONFIRMED", "COMPLETE", "COMPLETE"]
    assert [one.hash is None for one in seen] == [True, True, False, False, False, False]
    assert server.executions == 1


def test_accelerating_and_cancelling_have_their_states(client: CircleClient, server: CircleServer) -> None:
    first, second = (client.execute(CALL, key=uuid4(), reference="r") for _ in range(2))
    with pytest.raises(CircleRefused):
        client.accelerate(first.id, key=uuid4())
    server.orders[first.id].state = "STUCK"
    with pytest.raises(CircleRefused):
        client.cancel(first.id, key=uuid4())
    client.accelerate(first.id, key=uuid4())
    assert server.orders[first.id].is_accelerated
    client.cancel(second.id, key=uuid4())
    assert client.transaction(second.id).status == "CANCELLED"


def test_typed_data_is_signed_by_the_wallet(client: CircleClient) -> None:
    terms = PaymentTerms(
        chain_id=FakeGateway.chain_id, token=FakeGateway.token, escrow=ESCROW, payer=WALLET.address,
        creator=CREATOR.address, content_id=CONTENT, first_chunk=0, chunk_count=1, amount=Money(5), valid_after=0,
        valid_before=FOREVER,
    )  # fmt: skip
    fields = (
        "from address",
        "to address",
        "value uint256",
        "validAfter uint256",
        "validBefore uint256",
        "nonce bytes32",
    )
    domain = ("name string", "version string", "chainId uint256", "verifyingContract address")
    data = {
        "types": {
            "EIP712Domain": [dict(zip(("name", "type"), one.split(), strict=True)) for one in domain],
            "ReceiveWithAuthorization": [dict(zip(("name", "type"), one.split(), strict=True)) for one in fields],
        },
        "domain": {"name": "USDC", "version": "2", "chainId": terms.chain_id, "verifyingContract": terms.token},
        "primaryType": "ReceiveWithAuthorization",
        "message": {
            "from": terms.payer, "to": terms.escrow, "value": "5", "validAfter": "0", "validBefore": str(FOREVER),
            "nonce": SignedAuthorization(terms, b"").nonce,
        },
    }  # fmt: skip
    signed = SignedAuthorization(terms, client.sign_typed_data(json.dumps(data), memo="a deposit"))
    assert recover_payer(signed) == WALLET.address
    assert pay_call(signed).to == ESCROW
    with pytest.raises(CircleRefused):
        client.sign_typed_data("{}")


@pytest.mark.parametrize("signature", ["0x12", "zz", None, "0x" + "11" * 64])
def test_a_signature_of_another_form_is_no_answer(server: CircleServer, signature: str | None) -> None:
    key = server._do("GET", "/v1/w3s/config/entity/publicKey", {})["publicKey"]

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"data": {"publicKey": key, "signature": signature}})

    with httpx.Client(transport=httpx.MockTransport(answer)) as http, pytest.raises(ChainUnreachable):
        client_of(http).sign_typed_data("{}")


def test_a_contract_is_not_created(client: CircleClient) -> None:
    with pytest.raises(ValueError, match="create"):
        client.execute(Call(None, b"\x60"), key=uuid4(), reference="r")


def test_keys_come_from_the_intent_and_what_is_done() -> None:
    intent = IntentId("ab" * 32)
    assert key_of(intent, "execute") == key_of(intent, "execute")
    others = {key_of(intent, "execute"), key_of(intent, "accelerate"), key_of(IntentId("ac" * 32), "execute")}
    assert len(others) == 3
    assert {key.version for key in others} == {4}


SHOWN: dict[str, Callable[[CircleSecrets], object]] = {"repr": repr, "str": str, "format": lambda one: f"{one}"}


@pytest.mark.parametrize("how", SHOWN)
def test_secrets_do_not_show(how: str) -> None:
    shown = str(SHOWN[how](CircleSecrets(API_KEY, ENTITY_SECRET)))
    assert API_KEY.split(":")[2] not in shown
    assert ENTITY_SECRET[:8] not in shown


def test_secrets_are_not_written_down() -> None:
    secrets = CircleSecrets(API_KEY, ENTITY_SECRET)
    for write in (pickle.dumps, copy.copy):
        with pytest.raises(TypeError):
            write(secrets)


@pytest.mark.parametrize(
    ("api_key", "secret"),
    [("", ENTITY_SECRET), ("A:B", ENTITY_SECRET), ("A:B:C\nX-Other: 1", ENTITY_SECRET), ("A::C", ENTITY_SECRET),
     (API_KEY, ""), (API_KEY, "5e" * 31), (API_KEY, "zz" * 32)],
)  # fmt: skip
def test_malformed_secrets_are_named_and_not_shown(api_key: str, secret: str) -> None:
    with pytest.raises(ValueError) as wrong:
        CircleSecrets(api_key, secret)
    assert all(part not in str(wrong.value) for part in ("zz", "5e5e", "A:B", "9a51"))


def test_nothing_secret_is_logged_or_told(
    client: CircleClient, server: CircleServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client.execute(CALL, key=uuid4(), reference="r")
    for fault in (500, "lost", "down", "garbage"):
        server.faults = [fault]
        with pytest.raises(ChainUnreachable) as failed:
            client.execute(CALL, key=uuid4(), reference="r")
        caplog.handler.format(logging.LogRecord("x", 10, "", 0, str(failed.value.params), None, None))
        assert failed.value.__cause__ is None
        assert "Bearer" not in str(failed.value.params)
    ciphertexts = [body["entitySecretCiphertext"] for body in server.requests("/contractExecution")]
    secret = bytes.fromhex(ENTITY_SECRET)
    hidden = [API_KEY, API_KEY.split(":")[2], ENTITY_SECRET, base64.b64encode(secret).decode(), *ciphertexts]
    assert all(part not in caplog.text for part in hidden)
