"""Identity checks by a service over HTTP: asked once, believed by its signature only, and each report once."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.host.verifying import FILE, open_provider
from services.node.kyc.provider import SIGNATURE, HttpProvider, ManualReview, signed
from services.units.time import unix_seconds
from services.wire.problems import ProblemError
from tests.fixtures.chain import CREATOR, HandClock
from tests.fixtures.node_caller import at_the_door
from tests.fixtures.world import RunningWorld

SECRET = b"shared with the node alone"


@dataclass(slots=True)
class Checks:
    """A service that checks identities: what it was asked."""

    url: str
    asked: list[dict[str, Any]] = field(default_factory=list)
    status: int = 200


@contextmanager
def checks_service() -> Iterator[Checks]:
    """Run one on this computer."""
    found = Checks("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            found.asked.append({**body, "key": self.headers["Idempotency-Key"], "auth": self.headers["Authorization"]})
            self.send_response(found.status)
            self.end_headers()
            self.wfile.write(json.dumps({"id": "check-1", "url": f"{found.url}/check-1"}).encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def report(clock: HandClock, name: str, status: str, *, secret: bytes = SECRET, age_s: int = 0) -> tuple[bytes, str]:
    """Write a report and sign it as the service does."""
    body = json.dumps({"id": name, "reference": CREATOR.address, "status": status, "reason": "Papers."}).encode()
    at = str(unix_seconds(clock.now()) - age_s)
    return body, f"t={at},v1={signed(secret, at, body)}"


async def test_a_service_checks_and_only_its_own_fresh_reports_count(
    running: RunningWorld, hand_clock: HandClock
) -> None:
    with checks_service() as service, httpx.Client() as http:
        provider = HttpProvider(service.url, "the node's key", SECRET, http)
        world = replace(running.world, node=replace(running.world.node, kyc=provider))
        async with at_the_door(world, CREATOR) as (creator,):

            async def bring(body: bytes, signature: str) -> httpx.Response:
                return await creator.http.post("/kyc/reports", content=body, headers={SIGNATURE: signature})

            async def state() -> str:
                return str((await creator.http.get(f"/kyc/{CREATOR.address}")).json()["state"])

            begun = (await creator.http.post(f"/kyc/verify/{CREATOR.address}")).json()
            assert (begun["state"], begun["url"]) == ("pending", f"{service.url}/check-1")
            await creator.http.post(f"/kyc/verify/{CREATOR.address}")
            assert len({(asked["key"], asked["auth"], asked["reference"]) for asked in service.asked}) == 1
            good = report(hand_clock, "r1", "verified")
            refused = {
                "signature": [
                    report(hand_clock, "r1", "verified", secret=b"some other secret"),
                    (good[0].replace(b"Papers", b"Nobody"), good[1]),
                    (good[0], ""),
                ],
                "time": [
                    report(hand_clock, "r1", "verified", age_s=301),
                    report(hand_clock, "r1", "verified", age_s=-301),
                ],
            }
            for reason, reports in refused.items():
                for one in reports:
                    answer = await bring(*one)
                    assert (answer.status_code, answer.json()["params"]) == (401, {"reason": reason})
            assert await state() == "pending"
            assert (await bring(*good)).status_code == 204
            assert await state() == "verified"
            assert (await bring(*good)).json()["params"] == {"reason": "replay"}
            hand_clock.advance(timedelta(minutes=1))
            assert (await bring(*report(hand_clock, "r2", "rejected"))).status_code == 204
            assert await state() == "rejected"
            service.status = 500
            down = await creator.http.post(f"/kyc/verify/{CREATOR.address}")
            assert (down.status_code, down.json()["code"]) == (502, "kyc.provider")
            # The case waits all the same.
            assert await state() == "pending"


async def test_where_an_operator_checks_nobody_reports(running: RunningWorld, hand_clock: HandClock) -> None:
    async with at_the_door(running.world, CREATOR) as (creator,):
        body, signature = report(hand_clock, "r1", "verified")
        answer = await creator.http.post("/kyc/reports", content=body, headers={SIGNATURE: signature})
        assert answer.json()["params"] == {"reason": "none"}


def test_the_service_is_named_in_a_file_of_its_owner(tmp_path: Path) -> None:
    assert isinstance(open_provider(tmp_path), ManualReview)
    file = tmp_path / FILE
    file.write_text('url = "https://checks.example/v1/"\napi_key = "k"\nreport_secret = "sixteen letters or more"\n')
    file.chmod(0o644)
    with pytest.raises(ProblemError, match=r"request\.invalid"):
        open_provider(tmp_path)
    file.chmod(0o600)
    found = open_provider(tmp_path)
    assert isinstance(found, HttpProvider)
    assert (found.url, "sixteen" in repr(found)) == ("https://checks.example/v1", False)
    found.http.close()
    file.write_text('url = "http://checks.example"\napi_key = "k"\nreport_secret = "sixteen letters or more"\n')
    with pytest.raises(ProblemError, match=r"request\.invalid"):
        open_provider(tmp_path)
