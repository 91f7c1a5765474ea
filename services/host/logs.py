"""A process's log: one JSON object a line, in the profile or on standard error, never with a secret."""

from __future__ import annotations

import json
import logging
import logging.handlers
from datetime import UTC, datetime
from pathlib import Path

_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}
_MAX_BYTES = 2_000_000


class JsonLines(logging.Formatter):
    """Writes a record's event and its structured fields."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "event": record.getMessage(),
        }
        line.update({name: str(value) for name, value in record.__dict__.items() if name not in _STANDARD})
        if record.exc_info:
            line["trace_back"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def log_to(folder: Path) -> None:
    """Send the process's log to ``service.log`` in a folder (0700), two files of 2 MB at most."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handler = logging.handlers.RotatingFileHandler(
        folder / "service.log", maxBytes=_MAX_BYTES, backupCount=1, encoding="utf-8"
    )
    handler.setFormatter(JsonLines())
    _send_to(handler)


def log_to_errors() -> None:
    """Send the process's log to standard error: what runs a server keeps it from there."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    _send_to(handler)


def _send_to(handler: logging.Handler) -> None:
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    # Their INFO lines carry full URLs, or say what ours say.
    for noisy in ("httpx", "httpcore", "alembic", "web3", "urllib3", "uvicorn.error"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
