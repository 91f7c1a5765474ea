"""The short way of a voucher says just what the route says; what is no plain voucher goes to the route."""

from __future__ import annotations

import httpx
import pytest

from services.node.sales import quick
from services.node.sales.routes import sell_chunks
from services.units.money import Money
from services.wire.x402 import PAYMENT_RESPONSE, PAYMENT_SIGNATURE, VoucherPayload, encode
from tests.fixtures.chain import VIEWER
from tests.fixtures.node_caller import at_the_door
from tests.fixtures.node_payer import ChannelPayer, channel_payer
from tests.fixtures.world import PRICE, RunningWorld

# Without a session the route passes over it, and the short way leaves it to the route.
BY_ROUTE = {"Idempotency-Key": "k"}
DEPOSIT = Money(80_000)


async def pay(payer: ChannelPayer, content: str, *, total: Money, chunk: object, by_route: bool) -> httpx.Response:
    payment = payer.payment(VoucherPayload(channel_config=payer.fields(), voucher=payer.voucher(total)))
    headers = {PAYMENT_SIGNATURE: encode(payment), **(BY_ROUTE if by_route else {})}
    return await payer.caller.http.post(f"/content/{content}/pay", json={"first_chunk": chunk}, headers=headers)


def shape(answer: httpx.Response) -> tuple[int, set[str], object]:
    body = answer.json()
    if answer.is_success:
        return answer.status_code, set(answer.headers), sorted(body)
    return answer.status_code, set(answer.headers), (body["code"], body["params"])


async def test_both_ways_answer_alike(running: RunningWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[str] = []

    async def counted(node: object, content_id: str, *rest: object) -> object:
        taken.append(content_id)
        return await sell_chunks(node, content_id, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(quick, "sell_chunks", counted)
    film = await running.publish()
    running.chain.fund(VIEWER.address, usdc=DEPOSIT, gas_wei=0)
    async with at_the_door(running.world, VIEWER, signed_in=False) as (viewer,):
        payer = await channel_payer(viewer, film.content)
        assert (await payer.open(DEPOSIT, chunk=1)).status_code == httpx.codes.OK
        assert taken == []
        second = await pay(payer, film.content, total=PRICE * 2, chunk=2, by_route=False)
        third = await pay(payer, film.content, total=PRICE * 3, chunk=3, by_route=True)
        assert shape(second) == shape(third)
        assert [one["key"] for one in second.json()["keys"]] == [film.keys[2]]
        assert PAYMENT_RESPONSE in second.headers
        assert taken == [film.content]
        for total, chunk in ((PRICE * 3, 3), (PRICE * 5, 4), (PRICE * 400, 4), (PRICE * 4, 99), (PRICE * 4, 0)):
            asked = [await pay(payer, film.content, total=total, chunk=chunk, by_route=way) for way in (False, True)]
            assert shape(asked[0]) == shape(asked[1]), chunk
            assert not asked[0].is_success
        assert len(taken) == 6
        for nonsense in (None, "x", -1):
            answers = [
                await pay(payer, film.content, total=PRICE * 9, chunk=nonsense, by_route=way) for way in (False, True)
            ]
            assert shape(answers[0]) == shape(answers[1]), nonsense
        assert len(taken) == 6
        assert (await payer.buy(4)).status_code in (httpx.codes.OK, httpx.codes.PAYMENT_REQUIRED)
