"""Opens who puts price suggestions into words, where its key is configured."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Final

from services.desk.pricing.narrator import MODEL, URL, GeminiNarrator, Narrator
from services.wire.problems import ProblemError

SECRETS_FILE: Final = "gemini.toml"
API_KEY: Final = "MUSECLOCK_GEMINI_API_KEY"
_OTHERS = 0o077


def open_narrator(profile: Path) -> Narrator | None:
    """Give the narrator of a profile; None without a key.

    The key comes from the environment, else from ``gemini.toml`` in the profile (api_key; model and url where they are
    others than usual), which only its owner may read. Raises ProblemError: request.invalid for a file that is no use.
    """
    if key := os.environ.get(API_KEY):
        return GeminiNarrator(key)
    path = profile / SECRETS_FILE
    if not path.exists():
        return None
    try:
        with path.open("rb") as file:
            if os.name == "posix" and os.fstat(file.fileno()).st_mode & _OTHERS:
                raise ProblemError("request.invalid", field=f"{SECRETS_FILE}: others may read it")
            found = tomllib.load(file)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        # Not their text: it may quote the file.
        raise ProblemError("request.invalid", field=SECRETS_FILE) from None
    key = str(found.get("api_key", ""))
    return (
        GeminiNarrator(key, model=str(found.get("model", MODEL)), base_url=str(found.get("url", URL))) if key else None
    )
