"""The bridge's loop logs what nobody else sees, and not what a cancelled read leaves behind."""

from __future__ import annotations

import asyncio
import socket

import pytest

from studio.kit.bridge_worker import report


def _after_one_turn(loop: asyncio.AbstractEventLoop) -> None:
    loop.call_soon(loop.stop)
    loop.run_forever()


def test_a_read_that_is_cancelled_as_it_becomes_ready_is_not_logged() -> None:
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(report)
    near, far = socket.socketpair()
    with near, far:
        future = loop.create_future()
        loop.add_reader(near, future.set_result, None)
        far.send(b"x")
        future.cancel()
        _after_one_turn(loop)
        loop.remove_reader(near)
    loop.close()


@pytest.mark.logs("asyncio: Exception in callback")
def test_any_other_lost_error_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(report)
    loop.call_soon(lambda: 1 // 0)
    _after_one_turn(loop)
    loop.close()
    assert "division" in caplog.text
