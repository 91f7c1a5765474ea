"""Loading libVLC, and the arguments that every instance gets."""

from __future__ import annotations

import ctypes
import os
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from services.wire.problems import ProblemError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType
    from typing import Any

# No title over the picture, no subtitles from beside the file, no network: the only input is our memory.
# A late picture is shown late, not dropped: under load VLC else loses the first picture of a run (2 of 24 measured).
# A decoder in a hurry leaves pictures out that others build on: what follows is torn until the next key frame.
# Hardware decoding cannot write into memory frames and probes drivers at start. VLC makes up to four outputs at the
# start of a run, and each would look through the system's fonts (5 to 18 ms) for text that we never show.
ARGUMENTS = (
    "--quiet",
    "--no-video-title-show",
    "--no-spu",
    "--text-renderer=tdummy",
    "--no-sub-autodetect-file",
    "--no-metadata-network-access",
    "--no-stats",
    "--no-drop-late-frames",
    # Faster or slower, voices stay as high as they are.
    "--audio-time-stretch",
    "--no-avcodec-hurry-up",
    "--avcodec-hw=none",
)
# Without prefetch options VLC reads 16 MiB ahead (measured). It gives a block on only when it is whole, so large
# blocks would hold back the last second of a film of low bit rate before a border. The container is known: a
# stranger's file shall not choose the parser. At its end a run pauses, because VLC would else drop the last picture
# four times in ten (see VlcThread). When its data came too late for its clock, VLC would throw away what is decoded
# and go on torn up to the next key picture; without allowance for that it sets its clock anew instead. No script
# looks whether a chunk is a playlist (2 ms of each run).
_MEDIA_OPTIONS = (
    ":prefetch-buffer-size=256",
    ":prefetch-read-size=4096",
    ":demux=mp4",
    ":play-and-pause",
    ":clock-jitter=-1",
    ":no-lua",
)
# WORKAROUND(VLC 3): decoding on several threads gives the first two pictures at once, and the second then flushes
# the first before it is shown (7 of 96 runs measured, none with one thread). Larger films need the threads.
_ONE_THREAD = ":avcodec-threads=1"
_ONE_THREAD_PIXELS = 1920 * 1088
_LINUX_LIBRARY = "libvlc.so.5"


def load() -> ModuleType:
    """Give python-vlc; raises ProblemError player.no_vlc when the system has no libVLC 3."""
    if sys.platform.startswith("linux") and "PYTHON_VLC_LIB_PATH" not in os.environ:
        _require(_LINUX_LIBRARY)
    try:
        import vlc
    # SystemExit: python-vlc ends the process when PYTHON_VLC_LIB_PATH is wrong; NameError: functions are missing.
    except (ImportError, OSError, NotImplementedError, NameError, SystemExit) as exc:
        raise ProblemError("player.no_vlc", detail=exc) from exc
    module: ModuleType = vlc
    return module


def _require(name: str) -> None:
    try:
        ctypes.CDLL(name)
    except OSError as exc:
        raise ProblemError("player.no_vlc", detail=exc) from exc


@cache
def instance(*, silent: bool) -> Any:
    """Give the process's libVLC instance; raises ProblemError player.no_vlc (also when its plugins are missing)."""
    arguments = [*ARGUMENTS, "--aout=dummy"] if silent else list(ARGUMENTS)
    made = load().Instance(arguments)
    if made is None:
        raise ProblemError("player.no_vlc", detail="libvlc_new")
    return made


def has_sound(environ: Mapping[str, str], root: Path = Path("/")) -> bool:
    """Tell whether this session can play sound.

    Without a device VLC retries for ever and prints thousands of lines (measured), so it then gets a dummy.
    """
    if not sys.platform.startswith("linux"):
        return True
    if environ.get("QT_QPA_PLATFORM", "") == "offscreen":
        return False
    runtime = environ.get("XDG_RUNTIME_DIR")
    if environ.get("PULSE_SERVER") or (runtime and (Path(runtime) / "pulse" / "native").exists()):
        return True
    return any((root / "dev" / "snd").glob("pcm*p"))


def media_options(pixels: int) -> tuple[str, ...]:
    """Give the options of a run, by the size of its pictures."""
    return (*_MEDIA_OPTIONS, _ONE_THREAD) if decodes_in_one_thread(pixels) else _MEDIA_OPTIONS


def decodes_in_one_thread(pixels: int) -> bool:
    """Tell whether pictures of this size get a single thread."""
    return pixels <= _ONE_THREAD_PIXELS
