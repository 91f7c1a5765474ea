"""A world that is to be changed: whatever becomes of it, who asked is answered and the service goes on."""

from __future__ import annotations

import asyncio

import pytest

from services.host.exchange import Wish
from services.wire.problems import ProblemError


@pytest.mark.logs("a world could not be changed")
async def test_what_nobody_expected_is_logged_and_answered() -> None:
    def change() -> None:
        raise PermissionError("not ours")

    wish = Wish(change, asyncio.get_running_loop().create_future())
    wish.answer(wish.make())
    with pytest.raises(ProblemError) as problem:
        await wish.done
    assert problem.value.code == "internal"


async def test_a_change_that_is_made_is_answered() -> None:
    made: list[int] = []
    wish = Wish(lambda: made.append(1), asyncio.get_running_loop().create_future())
    wish.answer(wish.make())
    await wish.done
    assert made == [1]
