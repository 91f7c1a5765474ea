"""What preparing a film will take, before anything is done with it. Pure data, checked on arrival."""

from __future__ import annotations

from dataclasses import dataclass

from services.media.fields import Json, text, whole
from services.media.film import MediaFacts


@dataclass(frozen=True, slots=True)
class Outlook:
    """A film's facts, and what its way into the block store will be.

    is_copied: whether the picture stays as it is; None where only reading the whole file can tell. encoder: FFmpeg's
    name of the one that codes the picture anew where it has to be, "" where none is needed. work_ms, sealed_bytes:
    estimates of the time that cutting takes on this machine, and of what is stored.
    """

    facts: MediaFacts
    is_copied: bool | None
    encoder: str
    is_hardware: bool
    work_ms: int
    sealed_bytes: int

    def to_json(self) -> dict[str, object]:
        """Give the worker's message."""
        plain = {name: getattr(self, name) for name in self.__slots__ if name != "facts"}
        return plain | {"facts": self.facts.to_json()}

    @classmethod
    def from_json(cls, data: Json) -> Outlook:
        """Read the worker's message; raises ValueError."""
        facts, is_copied = data.get("facts"), data.get("is_copied")
        if not isinstance(facts, dict) or not (is_copied is None or isinstance(is_copied, bool)):
            raise ValueError("no outlook")
        return cls(
            facts=MediaFacts.from_json(facts),
            is_copied=is_copied,
            encoder=text(data, "encoder"),
            is_hardware=data.get("is_hardware") is True,
            work_ms=whole(data, "work_ms"),
            sealed_bytes=whole(data, "sealed_bytes"),
        )
