"""What a loop makes while a thread waits: made once, in the loop, at the latest when it is asked for."""

from __future__ import annotations

import asyncio
import threading

import pytest

from services.http.meanwhile import Meanwhile


async def test_what_a_thread_begins_is_made_in_the_loop_while_the_thread_still_waits() -> None:
    makers: list[threading.Thread] = []
    is_made = threading.Event()

    def make() -> str:
        makers.append(threading.current_thread())
        is_made.set()
        return "made"

    thing = Meanwhile(asyncio.get_running_loop(), make)

    def wait_for_the_disk() -> bool:
        thing.begin()
        return is_made.wait(10)

    assert await asyncio.get_running_loop().run_in_executor(None, wait_for_the_disk)
    assert (thing.made(), thing.made()) == ("made", "made")
    assert makers == [threading.current_thread()]


async def test_what_nobody_began_is_made_when_it_is_asked_for() -> None:
    assert Meanwhile(asyncio.get_running_loop(), lambda: 3).made() == 3


@pytest.mark.logs("Exception in callback")
async def test_what_cannot_be_made_is_told_to_who_asks() -> None:
    def fail() -> None:
        raise KeyError("no key")

    thing = Meanwhile(asyncio.get_running_loop(), fail)
    thing.begin()
    await asyncio.sleep(0)
    with pytest.raises(KeyError):
        thing.made()


def test_a_thread_that_outlives_the_loop_goes_on() -> None:
    loop = asyncio.new_event_loop()
    thing = Meanwhile(loop, lambda: 3)
    loop.close()
    thing.begin()
