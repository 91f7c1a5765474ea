"""A Qt test's garbage is collected on the main thread only, as the application does (studio.kit.collector)."""

from __future__ import annotations

import gc
from collections.abc import Generator

import pytest


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    if "qapp" not in getattr(item, "fixturenames", ()):
        return (yield)
    # What is alive now is not looked at again: a collection then takes as long as the test's own objects need.
    gc.freeze()
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.enable()
