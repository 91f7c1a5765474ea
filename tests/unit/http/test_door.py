"""One door: whatever the other side does, the caller gets a typed answer or one problem."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from fastapi import FastAPI

from services.http.answers import install_problem_answers
from services.http.door import Door
from services.wire.base import EventOut
from services.wire.catalogue import BudgetOut
from services.wire.problems import KINDS, ProblemError
from services.wire.sellers import encode_payment, sent_offer
from services.wire.x402 import (
    BELOW_CLAIMED,
    CHANNEL_BUSY,
    PAYMENT_REQUIRED,
    PAYMENT_RESPONSE,
    PAYMENT_SIGNATURE,
    TOTAL_MISMATCH,
)
from tests.nets.logs import ExpectedLogs

Handler = Callable[[httpx.Request], httpx.Response]


def door(handler: Handler) -> Door:
    http = httpx.AsyncClient(transport=httpx.MockTransport(handler), base_url="http://x")
    return Door(http, "/p", "node.unreachable")


def saying(status: int, **options: object) -> Handler:
    return lambda _request: httpx.Response(status, **options)  # type: ignore[arg-type]


def failing(kind: type[httpx.TransportError]) -> Handler:
    def fail(request: httpx.Request) -> httpx.Response:
        raise kind("no", request=request)

    return fail


@pytest.mark.parametrize(
    ("handler", "code"),
    [
        (failing(httpx.ConnectError), "node.unreachable"),
        (failing(httpx.ReadError), "node.unreachable"),
        (failing(httpx.RemoteProtocolError), "node.unreachable"),
        (failing(httpx.ReadTimeout), "service.timeout"),
        (failing(httpx.ConnectTimeout), "service.timeout"),
        (saying(302, headers={"location": "https://elsewhere.example"}), "internal"),
        (saying(500, text="<html>"), "internal"),
        (saying(418, json={"code": "teapot"}), "internal"),
        (saying(400, json=["x"]), "internal"),
        (saying(400, json={"code": ["x"]}), "internal"),
        (saying(400, json={"code": "disk.full", "params": "x", "trace": 5}), "disk.full"),
        (saying(200, text="no json"), "service.version"),
        (saying(200, json={"limit": 5}), "service.version"),
        (saying(204), "service.version"),
    ],
)
async def test_every_failure_is_one_problem(handler: Handler, code: str) -> None:
    with pytest.raises(ProblemError) as found:
        await door(handler).call(BudgetOut, "GET", "/budget")
    assert found.value.code == code


@pytest.mark.parametrize("code", sorted(KINDS))
async def test_every_code_survives_the_way(code: str) -> None:
    sent = ProblemError(code, trace="t1", amount=5)
    with pytest.raises(ProblemError) as found:
        await door(saying(sent.kind.status, json=dict(sent.body()))).send("GET", "/")
    assert found.value.body() == sent.body()


async def test_answers_are_typed() -> None:
    answered = saying(200, json={"limit": "5", "spent": "2"})
    assert (await door(answered).call(BudgetOut, "GET", "/")).remaining_micros == 3
    many = await door(saying(200, json=[{"kind": "wallet"}])).call(tuple[EventOut, ...], "GET", "/")
    assert many == (EventOut(kind="wallet"),)
    nothing = await door(saying(200, text="null")).call(
        BudgetOut | None,  # type: ignore[arg-type]  # pydantic takes unions, type[T] cannot say so
        "GET",
        "/",
    )
    assert nothing is None


@pytest.fixture
async def app() -> AsyncIterator[httpx.AsyncClient]:
    made = FastAPI()
    install_problem_answers(made)

    @made.get("/number/{number}")
    async def number(number: int) -> int:
        if number == 13:
            raise KeyError("a secret thing")
        if number == 14:
            problem = ProblemError("payment.required", amount=1)
            problem.headers = {"PAYMENT-REQUIRED": "e30="}
            raise problem
        return number

    transport = httpx.ASGITransport(made, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as http:
        yield http


async def test_an_application_answers_with_problems_only(app: httpx.AsyncClient) -> None:
    for method, path, status, code in (
        ("GET", "/number/x", 422, "request.invalid"),
        ("GET", "/nowhere", 404, "request.not_found"),
        ("POST", "/number/1", 405, "request.invalid"),
        ("GET", "/number/14", 402, "payment.required"),
    ):
        answer = await app.request(method, path)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["payment-required"] == "e30="


async def test_an_inner_error_tells_the_log_and_not_the_caller(
    app: httpx.AsyncClient, expected_logs: ExpectedLogs, caplog: pytest.LogCaptureFixture
) -> None:
    expected_logs.allow("services.http.answers: unexpected error")
    with caplog.at_level(logging.ERROR):
        answer = await app.get("/number/13")
    assert answer.status_code == 500
    body = answer.json()
    assert (body["code"], body["params"]) == ("internal", {})
    assert "secret" not in answer.text
    (record,) = caplog.records
    assert record.__dict__["trace"] == body["trace"]
    assert json.dumps(body)


OFFER = {
    "scheme": "exact", "network": "eip155:7427010", "amount": "10000", "asset": "0x" + "36" * 20,
    "payTo": "0x" + "Ab" * 20, "maxTimeoutSeconds": 60, "extra": {"name": "USDC", "version": "2", "other": 1},
}  # fmt: skip


def header(content: object) -> str:
    return base64.b64encode(json.dumps(content).encode()).decode()


def selling(error: str, **more: str) -> Handler:
    """Answer as a seller who speaks x402 only: the body says nothing."""
    required = {"x402Version": 2, "error": error, "resource": {"url": "http://x"}, "accepts": [OFFER]}
    return saying(402, json={}, headers={PAYMENT_REQUIRED: header(required), **more})


FAILED = header({"success": False, "transaction": "", "network": "eip155:7427010", "errorReason": "insufficient_funds"})


@pytest.mark.parametrize(
    ("handler", "sent", "code", "params"),
    [
        (selling("Payment required"), {}, "payment.required", {"amount": "10000"}),
        (selling(TOTAL_MISMATCH), {PAYMENT_SIGNATURE: "x"}, "channel.total", {}),
        (selling(BELOW_CLAIMED), {PAYMENT_SIGNATURE: "x"}, "channel.total", {}),
        (selling(CHANNEL_BUSY), {PAYMENT_SIGNATURE: "x"}, "channel.busy", {}),
        (selling("no_good"), {PAYMENT_SIGNATURE: "x"}, "payment.refused", {"reason": "no_good"}),
        (
            selling("any", **{PAYMENT_RESPONSE: FAILED}),
            {PAYMENT_SIGNATURE: "x"},
            "payment.refused",
            {"reason": "insufficient_funds"},
        ),
        (saying(402, json={}), {}, "internal", {"status": "402"}),
        (saying(402, json={}, headers={PAYMENT_REQUIRED: "?"}), {}, "internal", {"status": "402"}),
        (saying(500, headers={PAYMENT_REQUIRED: "?"}), {}, "internal", {"status": "500"}),
    ],
)
async def test_a_seller_who_speaks_x402_only_is_understood(
    handler: Handler, sent: dict[str, str], code: str, params: dict[str, str]
) -> None:
    with pytest.raises(ProblemError) as found:
        await door(handler).send("POST", "/pay", headers=sent)
    assert (found.value.code, found.value.params) == (code, params)
    if code != "internal":
        assert sent_offer(found.value.headers[PAYMENT_REQUIRED.lower()], "exact") == OFFER


def test_an_offer_is_given_back_word_for_word() -> None:
    said = header({"accepts": [OFFER, {**OFFER, "scheme": "other"}]})
    assert sent_offer(said, "exact") == OFFER
    assert sent_offer(said, "batch-settlement") is None
    assert (
        encode_payment({"accepted": OFFER})
        == base64.b64encode(json.dumps({"accepted": OFFER}, separators=(",", ":")).encode()).decode()
    )
    for broken in ("?", header([]), header({"accepts": [1]}), header({"accepts": [{}]})):
        with pytest.raises(ProblemError, match=r"request\.invalid"):
            sent_offer(broken, "exact")
