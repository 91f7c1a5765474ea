"""Files that are no films, broken films and films not for sale: each a typed problem, never a crash or a hang."""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from services.media import worker
from services.media.clip import make_timecode_clip
from services.media.film import Ingested
from services.wire.problems import ProblemError
from studio.kit.problem_texts import TEXTS
from tests.fixtures.film_kinds import Kind, make_kind
from tests.fixtures.media import ingest_into, ingest_job

# All of them, by `make soak`: MUSECLOCK_MUTATED=500.
MUTATIONS = int(os.environ.get("MUSECLOCK_MUTATED", "20"))
SECONDS = 110 + 5 * MUTATIONS
SRT = "1\n00:00:01,000 --> 00:00:02,000\nA clock\n\n"


def problem_of(source: Path, folder: Path) -> ProblemError:
    """Probe and ingest; both must fail alike, except where only reading the whole film shows it."""
    with pytest.raises(ProblemError) as caught:
        ingest_into(folder, source)
    return caught.value


def _text(path: Path, clip: bytes) -> None:
    path.write_text("This is no film.\n" * 100)


def _playlist(path: Path, clip: bytes) -> None:
    path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n")


def _concat(path: Path, clip: bytes) -> None:
    path.write_text("ffconcat version 1.0\nfile /etc/hostname\n")


def _noise(path: Path, clip: bytes) -> None:
    path.write_bytes(np.random.default_rng(1).bytes(100_000))


def _no_index(path: Path, clip: bytes) -> None:
    position = clip.index(b"moov")
    path.write_bytes(clip[:position] + b"uuid" + clip[position + 4 :])


def _half(path: Path, clip: bytes) -> None:
    path.write_bytes(clip[: len(clip) // 2])


def _header_only(path: Path, clip: bytes) -> None:
    path.write_bytes(clip[: clip.index(b"mdat") + 4])


def _folder(path: Path, clip: bytes) -> None:
    path.mkdir()


def _pipe(path: Path, clip: bytes) -> None:
    os.mkfifo(path)


def _nothing(path: Path, clip: bytes) -> None:
    return


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (_text, "media.unreadable"),
        (_playlist, "media.unreadable"),
        (_concat, "media.unreadable"),
        (_noise, "media.unreadable"),
        (_no_index, "media.unreadable"),
        (_half, "media.unreadable"),
        (_header_only, "media.unreadable"),
        (_folder, "media.unreadable"),
        (_pipe, "media.unreadable"),
        (lambda path, clip: path.touch(), "media.empty"),
        (_nothing, "upload.file_missing"),
        (lambda path, clip: path.symlink_to(path), "upload.file_missing"),
    ],
)
def test_what_is_no_whole_film_is_named(
    make: Callable[[Path, bytes], None], code: str, timecode_clip: Path, tmp_path: Path
) -> None:
    path = tmp_path / "film.mp4"
    make(path, timecode_clip.read_bytes())
    problem = problem_of(path, tmp_path)
    assert problem.code == code
    assert problem.params["name"] == "film.mp4"
    assert not list((tmp_path / "blocks").glob("*/*.data"))


def test_a_name_that_looks_like_an_address_is_a_file(tmp_path: Path, silent_clip: Path) -> None:
    path = tmp_path / "http:" / "concat:a|b?x=%41#1 é\n.mp4"
    path.parent.mkdir()
    path.write_bytes(silent_clip.read_bytes())
    assert asyncio.run(worker.probe(path)).duration_ms == 4_000


def _encode(
    path: Path, codec: str, *, seconds: int = 2, rate: int = 10, sound: str | None = None, **options: str
) -> None:
    """Write a grey film with the given encoders."""
    with av.open(str(path), "w") as container:
        video = container.add_stream(codec, rate=rate, options=options)
        assert isinstance(video, av.VideoStream)
        video.width, video.height, video.pix_fmt = 160, 90, "yuv420p"
        audio = container.add_stream(sound, rate=48_000, layout="mono") if sound else None
        for number in range(seconds * rate):
            frame = av.VideoFrame.from_ndarray(np.full((135, 160), 60 + number % 100, np.uint8), format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, rate)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        if isinstance(audio, av.AudioStream):
            _encode_sound(container, audio, seconds)


def _encode_sound(container: av.container.OutputContainer, audio: av.AudioStream, seconds: int) -> None:
    samples = audio.codec_context.frame_size or 1_024
    for start in range(0, seconds * 48_000 - samples, samples):
        frame = av.AudioFrame.from_ndarray(np.zeros((1, samples), np.float32), format="fltp", layout="mono")
        frame.pts, frame.sample_rate, frame.time_base = start, 48_000, Fraction(1, 48_000)
        container.mux(audio.encode(frame))
    container.mux(audio.encode(None))


def test_an_unknown_codec_is_named_so(timecode_clip: Path, tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(timecode_clip.read_bytes().replace(b"avc1", b"zzzz"))
    problem = problem_of(film, tmp_path)
    assert (problem.code, problem.params) == ("media.codec", {"kind": "video", "codec": "unknown"})


def test_sound_alone_is_no_film(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "song.mp4"), "w") as container:
        _encode_sound(container, container.add_stream("aac", rate=48_000, layout="mono"), 2)
    assert problem_of(tmp_path / "song.mp4", tmp_path).code == "media.no_video"


def test_a_blink_is_too_short(tmp_path: Path) -> None:
    make_timecode_clip(tmp_path / "blink.mp4", 1, with_audio=False)
    _encode(tmp_path / "half.mp4", "libx264", seconds=1, rate=20, t="1")
    assert len(ingest_into(tmp_path, tmp_path / "blink.mp4").chunks) == 1


def test_matroska_with_the_same_codecs_is_a_film(timecode_clip: Path, tmp_path: Path) -> None:
    with av.open(str(timecode_clip)) as source, av.open(str(tmp_path / "film.mkv"), "w") as target:
        streams = [target.add_stream_from_template(stream) for stream in source.streams]
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream.index]
                target.mux(packet)
    film = ingest_into(tmp_path, tmp_path / "film.mkv")
    assert [chunk.start_ms for chunk in film.chunks] == [0, 10_000, 20_000]
    assert film.facts.container == "matroska"


SEEDS = {
    "whole.mp4": Kind(seconds=3),
    "tracks.mkv": Kind(seconds=3, sounds=("aac", "libopus"), captions=SRT, chapters=((0, "One"), (1, "Two"))),
    "coded.webm": Kind(seconds=2, video="libvpx", sounds=("vorbis",)),
    "recorded.ts": Kind(seconds=3, sounds=("ac3",)),
    "old.avi": Kind(seconds=3, video="mpeg4", sounds=("libmp3lame",)),
    "hevc.mov": Kind(seconds=2, video="libx265", sounds=()),
}


def _mutated(film: bytes, number: int) -> bytes:
    """Change a film in one of eight ways, the same for the same number; headers are hit more often than pictures."""
    draw = random.Random(number)  # noqa: S311 - a seed, not a secret
    data = bytearray(film)
    index = data.find(b"moov") if b"moov" in data else 0
    head = range(index, min(index + 2_500, len(data)))
    at = draw.choice(head) if number % 3 else draw.randrange(len(data))
    match draw.randrange(8):
        case 0:
            data[at] ^= 1 << draw.randrange(8)
        case 1:
            data[at : at + 4] = b"\xff\xff\xff\xff"
        case 2:
            data[at : at + 8] = bytes(8)
        case 3:
            del data[at : at + draw.randrange(1, 5_000)]
        case 4:
            data[at:at] = draw.randbytes(64)
        case 5:
            del data[draw.randrange(len(data) // 10, len(data)) :]
        case 6:
            # Two neighbours of one length change places: boxes with their tables, clusters, packets.
            length = min(draw.choice((188, 512, 4_096)), (len(data) - at) // 2)
            one, two = data[at : at + length], data[at + length : at + 2 * length]
            data[at : at + 2 * length] = two + one
        case _:
            for _ in range(40):
                data[draw.choice(head)] = draw.randrange(256)
    return bytes(data)


@pytest.fixture(scope="module")
def mutated_films(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("mutated")
    seeds = [make_kind(folder / name, kind) for name, kind in SEEDS.items()]
    films = []
    for number in range(MUTATIONS):
        seed = seeds[number % len(seeds)]
        films.append(folder / f"{number}{seed.suffix}")
        films[-1].write_bytes(_mutated(seed.read_bytes(), number))
    return films


@pytest.mark.timeout(SECONDS)
@pytest.mark.logs("worker.died")
async def test_mutated_films_never_crash_or_hang(mutated_films: list[Path], tmp_path: Path) -> None:
    """Each ends as a film or with a sentence; a decoder that dies takes its worker with it and nothing else."""
    turns = asyncio.Semaphore(2)

    async def outcome(film: Path) -> str:
        async with turns:
            try:
                job = ingest_job(tmp_path / film.name, film, lambda news: None)
                result = await asyncio.wait_for(job, 120)
            except ProblemError as exc:
                return exc.code
        assert isinstance(result, Ingested)
        return "film"

    outcomes = Counter(await asyncio.gather(*(outcome(film) for film in mutated_films)))
    assert set(outcomes) <= {
        "film",
        "media.unreadable",
        "media.no_video",
        "media.codec",
        "media.limits",
        "media.too_short",
        "media.too_long",
        "media.too_large",
        "media.worker_failed",
    }
    assert outcomes["media.unreadable"] > MUTATIONS // 20
    assert outcomes["film"] > MUTATIONS // 4
    assert outcomes["media.worker_failed"] <= MUTATIONS // 50, outcomes
    assert all(code in TEXTS for code in outcomes if code != "film")


def _renamed(before: bytes, after: bytes) -> Callable[[bytes], bytes]:
    return lambda data: data.replace(before, after)


UNREADABLE = ("film", "media.unreadable", "media.no_video")
WIDE = (2**30).to_bytes(4, "little")
EDGES: dict[str, tuple[Kind, Callable[[bytes], bytes], tuple[str, ...]]] = {
    "half.ts": (Kind(seconds=3), lambda data: data[: len(data) // 2], ("film",)),
    "holes.ts": (Kind(seconds=3), lambda data: data[:9_400] + bytes(18_800) + data[28_200:], ("film",)),
    "twice.mp4": (Kind(seconds=2), lambda data: data + data, ("film",)),
    "huge_box.mp4": (Kind(seconds=2), _renamed(b"\0\0\0\x6cmvhd", b"\xff\xff\xff\xffmvhd"), UNREADABLE),
    "reference.mov": (Kind(seconds=2), _renamed(b"url ", b"alis"), UNREADABLE),
    "no_clusters.mkv": (Kind(seconds=3), _renamed(b"\x1f\x43\xb6\x75", b"\x1f\x43\xb6\x76"), UNREADABLE),
    "huge_picture.avi": (
        Kind(seconds=2, video="mpeg4", sounds=()),
        _renamed((320).to_bytes(4, "little"), WIDE),
        (*UNREADABLE, "media.limits", "media.too_large"),
    ),
}


@pytest.mark.parametrize("name", EDGES)
def test_known_corner_cases_end_in_a_sentence(name: str, tmp_path: Path) -> None:
    kind, change, ends = EDGES[name]
    film = make_kind(tmp_path / name, kind)
    film.write_bytes(change(film.read_bytes()))
    assert _end_of(film, tmp_path / "job") in ends


def _end_of(film: Path, folder: Path) -> str:
    try:
        ingest_into(folder, film)
    except ProblemError as problem:
        return problem.code
    return "film"
