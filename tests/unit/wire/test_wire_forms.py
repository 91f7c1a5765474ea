"""What crosses a border: payment headers, money and ids on the wire, and the table of problems."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from services.units.cid import Cid
from services.units.money import Money
from services.wire.base import AddressField, Answer, Bytes32Field, CidField, ContentIdField, MoneyField
from services.wire.catalogue import BudgetOut, BuyIn
from services.wire.desk import ReconciliationRow
from services.wire.problems import KINDS, ProblemError
from services.wire.x402 import (
    ChannelExtra,
    ChannelRequirements,
    EscrowExtension,
    EscrowExtra,
    EscrowOffer,
    EscrowPayment,
    EscrowRequirements,
    ExactRequirements,
    Extensions,
    PaymentRequired,
    Resource,
    Settled,
    TokenExtra,
    decode,
    decode_payment,
    encode,
    network,
)

COMMON = {
    "network": network(7427010),
    "amount": "10000",
    "asset": "0x" + "36" * 20,
    "pay_to": "0x" + "77" * 20,
    "max_timeout_seconds": 120,
}
ESCROW = EscrowRequirements(
    extra=EscrowExtra(
        name="USDC", version="2", creator="0x" + "11" * 20, content_id="0x" + "22" * 32, first_chunk=1, chunk_count=2
    ),
    **COMMON,
)
EXACT = ExactRequirements(extra=TokenExtra(name="USDC", version="2"), **COMMON)
CHANNEL = ChannelRequirements(
    extra=ChannelExtra(name="USDC", version="2", receiver_authorizer="0x" + "44" * 20, withdraw_delay=86_400), **COMMON
)
REQUIRED = PaymentRequired(
    error="Payment required",
    resource=Resource(url="u", description="d"),
    accepts=(CHANNEL, EXACT),
    extensions=Extensions(museclock=EscrowExtension(info=EscrowOffer(escrow=ESCROW))),
)


class _Fields(Answer):
    money: MoneyField
    address: AddressField
    hash: Bytes32Field
    content: ContentIdField
    cid: CidField


def test_a_402_is_x402_version_2() -> None:
    read = json.loads(base64.b64decode(encode(REQUIRED)))
    assert read["x402Version"] == 2
    assert set(read) == {"x402Version", "error", "resource", "accepts", "extensions"}
    assert [offer["scheme"] for offer in read["accepts"]] == ["batch-settlement", "exact"]
    for offer in read["accepts"]:
        assert (offer["network"], offer["amount"]) == ("eip155:7427010", "10000")
        assert {"payTo", "maxTimeoutSeconds", "asset", "extra"} <= set(offer)
    assert read["accepts"][0]["extra"]["receiverAuthorizer"] == "0x" + "44" * 20
    assert read["accepts"][0]["extra"]["withdrawDelay"] == 86_400
    found = decode(PaymentRequired, encode(REQUIRED))
    assert found == REQUIRED
    assert (found.channel, found.exact, found.escrow) == (CHANNEL, EXACT, ESCROW)


def test_ways_to_pay_that_we_do_not_know_are_passed_over() -> None:
    data = json.loads(base64.b64decode(encode(REQUIRED)))
    data["accepts"].insert(0, {**data["accepts"][1], "scheme": "upto", "extra": {"anything": [1]}})
    data["extensions"]["other"] = {"info": 1}
    found = decode(PaymentRequired, base64.b64encode(json.dumps(data).encode()).decode())
    assert (found.channel, found.exact) == (CHANNEL, EXACT)


def test_a_payment_of_an_unknown_scheme_says_so() -> None:
    with pytest.raises(ProblemError, match=r"payment\.scheme"):
        decode_payment(base64.b64encode(b'{"accepted":{"scheme":"upto"}}').decode())


HOSTILE = [
    "", " ", "x", "é", "\u202e", "e30=", "W10=", "bnVsbA==", "=" * 8, "A" * 16_385,
    base64.b64encode(b"[" * 5_000).decode(),
    base64.b64encode(b'{"x402Version":2,"accepts":[]}').decode(),
    base64.b64encode(b'{"x402Version":NaN}').decode(),
    base64.b64encode(b"\xff\xfe").decode(),
]  # fmt: skip


@pytest.mark.parametrize("header", HOSTILE)
@pytest.mark.parametrize("kind", [PaymentRequired, EscrowPayment, Settled])
def test_a_hostile_header_is_one_problem(kind: type[BaseModel], header: str) -> None:
    with pytest.raises(ProblemError, match=r"request\.invalid"):
        decode(kind, header)


@given(st.text(max_size=200))
def test_any_text_is_a_header_or_a_problem(text: str) -> None:
    with pytest.raises(ProblemError, match=r"request\.invalid"):
        decode_payment(text)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_payment_or_a_problem(data: bytes) -> None:
    with pytest.raises(ProblemError, match=r"request\.invalid"):
        decode_payment(base64.b64encode(data).decode())


@pytest.mark.parametrize(
    "change",
    [{"amount": "1.5"}, {"amount": "-1"}, {"amount": 5}, {"amount": "٣"}, {"amount": "1" * 20}, {"payTo": "0x0"},
     {"asset": "0x" + "36" * 20 + "\n"}],
)  # fmt: skip
def test_malformed_terms_are_refused(change: dict[str, object]) -> None:
    data = json.loads(base64.b64decode(encode(REQUIRED)))
    data["accepts"][0].update(change)
    with pytest.raises(ProblemError, match=r"request\.invalid"):
        decode(PaymentRequired, base64.b64encode(json.dumps(data).encode()).decode())


FIELDS = {
    "money": "-5", "address": "0x" + "Aa" * 20, "hash": "0x" + "Bb" * 32, "content": "0x" + "00" * 32,
    "cid": str(Cid.of(b"x")),
}  # fmt: skip


def test_values_travel_as_text_and_come_back_the_same() -> None:
    read = _Fields.model_validate_json(json.dumps(FIELDS))
    assert (read.money, read.address, read.cid) == (Money(-5), "0x" + "aa" * 20, Cid.of(b"x"))
    assert _Fields.model_validate_json(read.model_dump_json()) == read


@pytest.mark.parametrize(
    ("name", "value"),
    [("money", 5), ("money", 5.0), ("money", "5.0"), ("money", "5\n"), ("money", "٣"), ("money", "9" * 19),
     ("money", ""), ("address", 1), ("address", "0x" + "a" * 40 + "\n"), ("hash", b"x"), ("cid", "x"), ("cid", 7)],
)  # fmt: skip
def test_other_forms_of_a_value_are_refused(name: str, value: object) -> None:
    with pytest.raises(ValidationError):
        _Fields.model_validate({**FIELDS, name: value})


def test_a_request_with_an_unknown_field_is_a_mistake_an_answer_is_not() -> None:
    with pytest.raises(ValidationError):
        BuyIn.model_validate({"first_chunk": 1, "price": 5})
    assert BudgetOut.model_validate({"limit": "5", "spent": "7", "new": 1}).remaining_micros == 0


def test_sums_agree_only_when_all_three_are_equal() -> None:
    five, six = Money(5), Money(6)
    assert ReconciliationRow(name="paid", chain=five, node=five, desk=five).agrees
    for chain, node, desk in ((five, five, six), (six, five, five), (None, five, five), (None, None, five)):
        assert not ReconciliationRow(name="paid", chain=chain, node=node, desk=desk).agrees


def test_every_code_has_a_status_and_an_unknown_one_is_a_bug() -> None:
    assert all(400 <= kind.status < 600 for kind in KINDS.values())
    assert all(code == code.lower() and code.count(".") <= 1 for code in KINDS)
    problem = ProblemError("disk.full", free=1, path="x")
    assert problem.body() == {
        "code": "disk.full", "params": {"free": "1", "path": "x"}, "retryable": True, "trace": "",
    }  # fmt: skip
    with pytest.raises(KeyError):
        ProblemError("no.such.code")
