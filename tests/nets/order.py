"""The longest files begin first: of two processes, none then waits long for the other's last file."""

from __future__ import annotations

import pytest

_LONG = ("tests/e2e/", "tests/arch/test_lint", "tests/integration/host/test_power_cuts")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(_LONG))
