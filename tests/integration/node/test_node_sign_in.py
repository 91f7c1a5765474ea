"""Sign-in: the own words of the own account, once, in time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from services.wire.sign_in import VALIDITY, SignIn
from tests.fixtures.chain import STRANGER, VIEWER, HandClock
from tests.fixtures.node_caller import at_the_door
from tests.fixtures.world import RunningWorld, SealedFilm

Mistake = Callable[[SignIn], SignIn]
MINUTE = timedelta(minutes=1)

MISTAKES: dict[str, tuple[Mistake, str]] = {
    "domain": (lambda message: replace(message, domain="elsewhere.example"), "domain"),
    "uri": (lambda message: replace(message, uri="http://elsewhere.example"), "uri"),
    "chain": (lambda message: replace(message, chain_id=5042002), "chain"),
    "nonce": (lambda message: replace(message, nonce="0" * 32), "nonce"),
    "expired": (lambda message: replace(message, expires_at=message.issued_at - MINUTE), "time"),
    "from the future": (
        lambda message: replace(
            message, issued_at=message.issued_at + 2 * MINUTE, expires_at=message.issued_at + VALIDITY + 2 * MINUTE
        ),
        "time",
    ),
    "for a second too long": (
        lambda message: replace(message, expires_at=message.issued_at + VALIDITY + timedelta(seconds=1)),
        "time",
    ),
    "another account": (lambda message: replace(message, address=STRANGER.address), "signature"),
}


async def test_a_wrong_message_is_refused(running: RunningWorld) -> None:
    async with at_the_door(running.world, VIEWER, signed_in=False) as (viewer,):
        for mistake, (change, reason) in MISTAKES.items():
            answer = await viewer.answer(change(await viewer.question()))
            assert (answer.status_code, answer.json()["params"]) == (401, {"reason": reason}), mistake


async def test_a_nonce_is_good_for_one_sign_in(running: RunningWorld) -> None:
    async with at_the_door(running.world, VIEWER, signed_in=False) as (viewer,):
        message = await viewer.question()
        assert (await viewer.answer(message)).status_code == 200
        assert (await viewer.answer(message)).json()["params"] == {"reason": "nonce"}


async def test_a_message_runs_out_and_so_does_a_session(running: RunningWorld, hand_clock: HandClock) -> None:
    async with at_the_door(running.world, VIEWER, signed_in=False) as (viewer,):
        message = await viewer.question()
        hand_clock.advance(timedelta(minutes=5))
        assert (await viewer.answer(message)).status_code == 401
        await viewer.sign_in()
        assert (await viewer.http.get("/users/me/spending")).status_code == 200
        hand_clock.advance(timedelta(minutes=60, seconds=1))
        assert (await viewer.http.get("/users/me/spending")).status_code == 401


async def test_a_desk_signs_in_again_by_itself(running: RunningWorld, hand_clock: HandClock) -> None:
    await running.creator.earnings.overview()
    hand_clock.advance(timedelta(days=3))
    await running.creator.earnings.overview()


async def test_every_route_that_acts_for_somebody_asks_who(running: RunningWorld) -> None:
    film = await running.publish()
    for token in ("", "Bearer", "Bearer ", "Bearer x", "Basic eDp5", "Bearer é"):
        await _assert_nobody(running, film, token)


async def _assert_nobody(running: RunningWorld, film: SealedFilm, token: str) -> None:
    async with at_the_door(running.world, VIEWER, signed_in=False) as (viewer,):
        viewer.http.headers["Authorization"] = token
        for method, path, body in (
            ("POST", "/tiers/", {"creator_id": VIEWER.address, "name": "x", "price": 2.99}),
            ("PUT", f"/content/{film.content}/manifest", {"signed": "x", "keys": []}),
            ("GET", f"/content/{film.content}/keys", None),
            ("GET", "/channels", None),
            ("POST", "/creators/collect", None),
            ("GET", "/creators/dashboard", None),
            ("GET", "/creators/sums", None),
            ("GET", "/users/me/spending", None),
        ):
            answer = await viewer.http.request(method, path, json=body)
            assert answer.status_code == 401, path
        for path in (f"/content/{film.content}/stream", f"/content/{film.content}/pay"):
            # Any x402 client may ask for the price; who means to be somebody has to be it.
            answer = await viewer.http.post(path, json={})
            assert answer.status_code == (401 if token else 402), path
            assert "key" not in answer.json()
