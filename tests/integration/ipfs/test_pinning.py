"""A pinning service that has too much to do: it is asked again when it says, so often and no longer."""

from __future__ import annotations

from contextlib import closing

import pytest

from services.ipfs.pinning import PinningService
from services.units.cid import Cid
from services.wire.problems import ProblemError
from tests.fixtures.storage_pinning import TOKEN, FakePinning

ROOT = Cid.of(b"a film")


def test_it_is_asked_again_after_as_long_as_it_says(pinning_service: FakePinning) -> None:
    pinning_service.fault = "busy"
    # A number of seconds, more than anybody waits, a day, nothing; and a service that is down for a while.
    days = "Wed, 21 Oct 2026 07:28:00 GMT"
    pinning_service.busy = [(429, "3"), (429, "86400"), (503, "2"), (429, days)]
    waits: list[float] = []
    with closing(PinningService(pinning_service.address, TOKEN, wait=waits.append)) as service:
        assert service.add(ROOT, ()).cid == ROOT
    assert waits == [3.0, 10.0, 2.0, 1.0]
    # Whoever asked five times asked for one pin.
    assert len(pinning_service.pins) == 1


def test_one_that_never_has_time_is_left(pinning_service: FakePinning) -> None:
    pinning_service.fault, pinning_service.busy = "busy", [(429, "")] * 9
    waits: list[float] = []
    with (
        closing(PinningService(pinning_service.address, TOKEN, wait=waits.append)) as service,
        pytest.raises(ProblemError) as caught,
    ):
        service.find(ROOT)
    assert (caught.value.code, caught.value.params["reason"]) == ("store.unreachable", "429")
    assert (waits, len(pinning_service.asked)) == ([1.0] * 4, 5)


def test_an_error_without_a_time_is_no_reason_to_wait(pinning_service: FakePinning) -> None:
    pinning_service.fault, pinning_service.busy = "busy", [(503, "")]
    waits: list[float] = []
    with (
        closing(PinningService(pinning_service.address, TOKEN, wait=waits.append)) as service,
        pytest.raises(ProblemError, match=r"store\.unreachable"),
    ):
        service.check()
    assert waits == []
