"""Who puts a suggestion into words: Google's Gemini, where its key is configured.

Wire format as documented at ai.google.dev/api/generate-content (v1beta, seen 2026-11): the key goes in the header
``x-goog-api-key``, never into the address, where logs would keep it.
"""

from __future__ import annotations

from typing import Any, Final, Protocol

import httpx

URL = "https://generativelanguage.googleapis.com"
MODEL = "gemini-2.5-flash"
_TIMEOUT = httpx.Timeout(15.0, connect=5.0)
_MAX_ANSWER_BYTES = 256 * 1024
_MAX_TOKENS = 400


class NotToldError(Exception):
    """No usable words came; the message says why, without the key."""


class Narrator(Protocol):
    """Puts facts into words."""

    model: str

    async def tell(self, orders: str, facts: str) -> str:
        """Give the words. Raises NotToldError."""


class GeminiNarrator:
    """One key of one Google account. ``str`` and ``repr`` do not show the key."""

    def __init__(
        self, key: str, *, model: str = MODEL, base_url: str = URL, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._key: Final = key
        self._transport: Final = transport
        self._base: Final = base_url.rstrip("/")
        self.model = model

    async def tell(self, orders: str, facts: str) -> str:
        """Ask once; who waits has the plain words meanwhile."""
        body = {
            "systemInstruction": {"parts": [{"text": orders}]},
            "contents": [{"role": "user", "parts": [{"text": facts}]}],
            "generationConfig": {"temperature": 0, "maxOutputTokens": _MAX_TOKENS, "candidateCount": 1},
        }
        address = f"{self._base}/v1beta/models/{self.model}:generateContent"
        try:
            async with httpx.AsyncClient(transport=self._transport, timeout=_TIMEOUT, trust_env=False) as http:
                answer = await http.post(address, json=body, headers={"x-goog-api-key": self._key})
        except (httpx.HTTPError, httpx.InvalidURL) as exc:
            raise NotToldError(type(exc).__name__) from exc
        if answer.status_code != httpx.codes.OK:
            raise NotToldError(f"HTTP {answer.status_code}")
        return _words(answer)


def _words(answer: httpx.Response) -> str:
    """Read the first candidate; one that was cut off or blocked is none."""
    if len(answer.content) > _MAX_ANSWER_BYTES:
        raise NotToldError("too long")
    try:
        data: Any = answer.json()
        candidate = data["candidates"][0]
        if candidate.get("finishReason") != "STOP":
            raise NotToldError(f"ended by {str(candidate.get('finishReason'))[:40]}")
        return "".join(part["text"] for part in candidate["content"]["parts"]).strip()
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as exc:
        raise NotToldError("no words in the answer") from exc
