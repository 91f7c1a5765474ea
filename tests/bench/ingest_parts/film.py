"""The whole ingest of a film: its time beside a plain segmenter's, and the memory of all processes together."""

from __future__ import annotations

import asyncio
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from fractions import Fraction
from functools import partial
from pathlib import Path
from statistics import median
from threading import Event, Thread
from typing import Any

import av
import numpy as np

from services.media import worker
from services.media.fingerprint import fingerprint
from services.units.ids import content_id

_MB = 1_000_000
RATIO_MB = 1_000
PEAK_MB = (RATIO_MB, 100)
RUNS = 3
_BASE_S, _RATE, _SIZE, _BITS = 20, 30, (1280, 720), 8_000_000
_SECRET, _CONTENT = bytes(range(32)), content_id(f"0x{7:064x}")


def figures() -> dict[str, Any]:
    """Measure on films of 8 Mbit/s that are copied; MUSECLOCK_BENCH_LARGE=1 adds one of 5 GB to the memory."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        base = _make_base(folder / "base.mp4")
        ratio, peaks = {}, {}
        sizes = (*PEAK_MB, 5_000) if os.environ.get("MUSECLOCK_BENCH_LARGE") else PEAK_MB
        for megabytes in sizes:
            film = _repeated(base, folder / "film.mp4", megabytes * _MB)
            if megabytes == RATIO_MB:
                ratio = _ratio(film, folder)
            peaks[megabytes] = _peak(film, folder)
            film.unlink()
    shown = ", ".join(f"{peak / _MB:.0f} MB for {size} MB" for size, peak in peaks.items())
    peak = {"value": round(max(peaks.values()) / _MB), "unit": "MB", "goal": 300, "note": f"worker and caller; {shown}"}
    return {"ingest_ratio": ratio, "ingest_peak_mb": peak}


def _ratio(film: Path, folder: Path) -> dict[str, Any]:
    tool, segment = _segmenter()
    ours, theirs = [], []
    # Nothing is removed in between, and little was before: a file system that was just told to forget thousands of
    # files looks at each of them whenever it makes a new one (ext4 does for minutes).
    with ExitStack() as kept:
        _segmented(segment, film, kept.enter_context(_folder(folder / "first")))
        for turn in range(RUNS):
            theirs.append(_segmented(segment, film, kept.enter_context(_folder(folder / f"segments-{turn}"))))
            target = kept.enter_context(_folder(folder / f"ingest-{turn}"))
            ours.append(_timed(partial(_ingested, film, target)))
    note = (
        f"medians of {RUNS}: ingest {median(ours):.1f} s, {tool} {median(theirs):.1f} s, in turns, "
        f"{film.stat().st_size / _MB:.0f} MB of H.264 and AAC"
    )
    return {"value": round(median(ours) / median(theirs), 2), "unit": "x", "goal": 2.0, "note": note}


def _segmenter() -> tuple[str, list[str]]:
    """Give FFmpeg's program where the machine has it, else FFmpeg's segment muxer through av."""
    if found := shutil.which("ffmpeg"):
        copy = ["-map", "0", "-c", "copy", "-f", "segment", "-segment_time", "10"]
        return "ffmpeg -c copy -f segment", [found, "-v", "error", "-i", "{film}", *copy, "{folder}/%05d.mp4"]
    here = [sys.executable, "-m", "tests.bench.ingest_parts.segment", "{film}", "{folder}"]
    return "FFmpeg's segment muxer through av", here


def _segmented(command: list[str], film: Path, folder: Path) -> float:
    line = [part.format(film=film, folder=folder) for part in command]
    taken = _timed(lambda: subprocess.run(line, check=True))
    for segment in folder.iterdir():
        os.truncate(segment, 0)
    return taken


def _ingested(film: Path, target: Path) -> None:
    """Do what an upload does: take the file's fingerprint while it is looked at, cut, sealed and stored."""
    asyncio.run(_ingest(film, target))


async def _ingest(film: Path, target: Path) -> None:
    work = worker.ingest(
        film,
        secret=_SECRET,
        content_id=_CONTENT,
        store_root=target / "blocks",
        resume_dir=target / "notes",
        on_progress=lambda news: None,
    )
    await asyncio.gather(asyncio.to_thread(fingerprint, film), work)


def _peak(film: Path, folder: Path) -> int:
    """Give the most that this process grew by and its worker held, looked at every 20 ms; pages shared are counted."""
    before = _resident(os.getpid())
    most, done = [0], Event()

    def look() -> None:
        while not done.wait(0.02):
            own = max(_resident(os.getpid()) - before, 0)
            most[0] = max(most[0], own + sum(_resident(pid) for pid in _children()))

    looking = Thread(target=look)
    looking.start()
    try:
        with _folder(folder / "ingest") as target:
            _ingested(film, target)
    finally:
        done.set()
        looking.join()
    return most[0]


def _children() -> list[int]:
    found: list[int] = []
    for task in Path("/proc/self/task").iterdir():
        try:
            found += [int(pid) for pid in (task / "children").read_text().split()]
        except OSError:
            continue
    return found


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize()
    except (OSError, IndexError):
        return 0


@contextmanager
def _folder(path: Path) -> Iterator[Path]:
    path.mkdir()
    try:
        yield path
    finally:
        shutil.rmtree(path)


def _timed(work: Any) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _make_base(path: Path) -> Path:
    """Encode 20 s of moving noise at 8 Mbit/s, a key frame each 2 s, with a tone."""
    options = {"preset": "ultrafast", "b": str(_BITS), "minrate": str(_BITS), "maxrate": str(_BITS), "nal-hrd": "cbr"}
    with av.open(str(path), "w") as container:
        picture = container.add_stream("libx264", rate=_RATE, options=options | {"bufsize": str(_BITS)})
        assert isinstance(picture, av.VideoStream)
        (picture.width, picture.height), picture.pix_fmt = _SIZE, "yuv420p"
        picture.bit_rate, picture.codec_context.gop_size = _BITS, 2 * _RATE
        sound = container.add_stream("aac", rate=48_000, layout="stereo")
        noise = np.random.default_rng(1).integers(0, 128, (_SIZE[1] * 3 // 2, _SIZE[0]), np.uint8)
        for number in range(_BASE_S * _RATE):
            frame = av.VideoFrame.from_ndarray(np.roll(noise, number * 7, axis=1) + 40, format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, _RATE)
            container.mux(picture.encode(frame))
        container.mux(picture.encode(None))
        assert isinstance(sound, av.AudioStream)
        _add_tone(container, sound)
    return path


def _add_tone(container: av.container.OutputContainer, sound: av.AudioStream) -> None:
    for start in range(0, (_BASE_S - 1) * 48_000, 1024):
        wave = (0.2 * np.sin(np.arange(start, start + 1024) * 0.0576)).astype(np.float32)
        block = av.AudioFrame.from_ndarray(np.stack([wave, wave]), format="fltp", layout="stereo")
        block.pts, block.sample_rate, block.time_base = start, 48_000, Fraction(1, 48_000)
        container.mux(sound.encode(block))
    container.mux(sound.encode(None))


def _repeated(base: Path, target: Path, size_bytes: int) -> Path:
    """Write the base as often as the size needs, copied."""
    with av.open(str(target), "w", format="mp4") as output:
        with av.open(str(base)) as first:
            streams = [output.add_stream_from_template(stream) for stream in first.streams]
        for turn in range(max(round(size_bytes / base.stat().st_size), 1)):
            with av.open(str(base)) as container:
                for packet in container.demux():
                    if packet.dts is None or packet.pts is None or packet.time_base is None:
                        continue
                    shift = int(turn * _BASE_S / packet.time_base)
                    packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                    packet.stream = streams[packet.stream.index]
                    output.mux_one(packet)
    # What is left to be written of it would be written in the time of what is measured.
    with target.open("rb") as file:
        os.fsync(file.fileno())
    return target
