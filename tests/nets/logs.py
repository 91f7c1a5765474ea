"""A log record of WARNING or above fails its test, unless the test said so; a test leaves no handler behind."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator

import pytest


class ExpectedLogs:
    """What a test expects in the log."""

    def __init__(self) -> None:
        self._patterns: list[re.Pattern[str]] = []

    def allow(self, pattern: str) -> None:
        """Expect records whose "logger: message" matches the pattern."""
        self._patterns.append(re.compile(pattern))

    def covers(self, line: str) -> bool:
        return any(pattern.search(line) for pattern in self._patterns)


class _Catch(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if record.exc_info:
            text += "\n" + logging.Formatter().formatException(record.exc_info)
        self.lines.append(f"{record.name}: {text}")


@pytest.fixture
def expected_logs(request: pytest.FixtureRequest) -> ExpectedLogs:
    """Say in a test: ``expected_logs.allow("services.desk: the node is gone")``; or use the mark ``logs(pattern)``."""
    expected = ExpectedLogs()
    for mark in request.node.iter_markers("logs"):
        for pattern in mark.args:
            expected.allow(pattern)
    return expected


@pytest.fixture(autouse=True)
def _no_unexpected_logs(expected_logs: ExpectedLogs) -> Iterator[None]:
    catch = _Catch()
    root = logging.getLogger()
    before, level = {*root.handlers}, root.level
    root.addHandler(catch)
    yield
    # A command that ran in this process has set up its log as for a process of its own, on streams that end with the
    # test.
    for handler in {*root.handlers} - before:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)
    surprises = [line for line in catch.lines if not expected_logs.covers(line)]
    if surprises:
        pytest.fail("unexpected in the log:\n" + "\n".join(surprises), pytrace=False)
