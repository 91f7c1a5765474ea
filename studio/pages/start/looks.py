"""What was found on this computer, each in a sentence that says whether it will do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from player.vlc.library import load
from services.wire.problems import ProblemError
from studio.kit.format import size
from studio.kit.problems import Problem, advice
from studio.kit.words import mark, tr

if TYPE_CHECKING:
    from services.wire.backup import ProbeOut

LOOKS: Final = {
    "disk": mark("Disk"),
    "chain": mark("Network and payment chain"),
    "player": mark("Player (libVLC)"),
    "encoder": mark("Encoder for films that cannot be copied"),
}
_LEAST_BYTES = 5 * 1024**3
_SLOW_MS = 2_000


@dataclass(frozen=True, slots=True)
class Look:
    """One finding; good: it will do as it is."""

    sentence: str
    good: bool = True


def looks_of(probe: ProbeOut | None) -> dict[str, Look]:
    """Put findings into words; the player is looked at here, the rest by the service."""
    found = {"player": _player()}
    if probe is not None:
        found |= {"disk": _disk(probe), "chain": _chain(probe), "encoder": _encoder(probe)}
    return found


def _disk(probe: ProbeOut) -> Look:
    room = size(probe.disk_free)
    if probe.disk_free < _LEAST_BYTES:
        return Look(tr("Only {size} are free at {path}; a film takes as much room as its file.", size=room,
                       path=probe.path), good=False)  # fmt: skip
    return Look(tr("{size} are free at {path}.", size=room, path=probe.path))


def _chain(probe: ProbeOut) -> Look:
    if probe.chain != "ok":
        code = {"unreachable": "chain.unreachable", "wrong_chain": "chain.wrong_chain"}.get(probe.chain)
        return Look(advice(Problem(code or "chain.not_deployed")).sentence, good=False)
    if probe.chain_ms > _SLOW_MS:
        return Look(tr("Answers, but took {ms} ms: payments will be slow.", ms=probe.chain_ms), good=False)
    return Look(tr("Answered in {ms} ms.", ms=probe.chain_ms))


def _player() -> Look:
    try:
        vlc = load()
    except ProblemError as problem:
        return Look(advice(Problem.of(problem)).sentence, good=False)
    return Look(tr("Ready: {version}.", version=vlc.libvlc_get_version().decode()))


def _encoder(probe: ProbeOut) -> Look:
    if not probe.encoder:
        return Look(tr("None was found: only films that can be copied as they are can be sold."), good=False)
    if probe.encoder_is_hardware:
        return Look(tr("{name}, on the graphics card.", name=probe.encoder))
    return Look(tr("{name}, on the processor: slower than a graphics card would be.", name=probe.encoder))
