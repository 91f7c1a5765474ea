"""Films of every kind, cut: what comes out is what went in, in step, without a gap, and libVLC plays it."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from threading import Event

import av
import pytest

from player.vlc import library
from player.vlc.callbacks import forget_pictures, send_pictures
from player.vlc.frames import Frame, FrameStore
from services.ipfs.store import DiskBlockStore
from services.ipfs.unixfs import read_file
from services.media.barcode import read_frame_number
from services.media.captions import plain_line
from services.media.cut import InitSegment, cut
from services.media.probe import probe
from services.media.survey import survey
from services.media.tracks import Chapter, plain_language, plain_name
from tests.fixtures.film_kinds import Kind, beeps, make_kind, opened, plain_of, shown
from tests.fixtures.media import ingest_into

SRT = "1\n00:00:01,000 --> 00:00:02,500\nA <i>clock</i>\n& a bell\n\n2\n00:00:03,000 --> 00:00:04,000\n{\\an8}1 < 2\n\n"


@dataclass(frozen=True, slots=True)
class Cut:
    """A film after its way through survey and cut."""

    init: InitSegment
    chunks: tuple[bytes, ...]
    spans: tuple[tuple[int, int], ...]
    is_copied: bool
    recoded: int

    @property
    def whole(self) -> bytes:
        return self.init.data + b"".join(self.chunks)


def cut_film(path: Path) -> Cut:
    plan = survey(path, lambda done, total: None).plan
    # Whether the film's index tells or every packet does is one.
    assert plan == survey(path, lambda done, total: None, by_index=False).plan
    init: InitSegment | None = None
    chunks, spans = [], []
    for piece in cut(path, plan):
        if isinstance(piece, InitSegment):
            init = piece
        else:
            chunks.append(plain_of(piece))
            spans.append((piece.start_ms, piece.end_ms))
    assert init is not None
    return Cut(init, tuple(chunks), tuple(spans), plan.is_copied, len(plan.recoded))


COPIED = {
    "h264_aac.mp4": Kind(),
    "h264_aac.mov": Kind(),
    "h264_aac_opus.mkv": Kind(sounds=("aac", "libopus"), languages=("deu", "eng")),
    "h264_aac.ts": Kind(seconds=22),
    "clock_runs.ts": Kind(muxing={"output_ts_offset": "90000"}),
    "h264_ac3.ts": Kind(sounds=("ac3",)),
    "mpeg2_mp2.ts": Kind(video="mpeg2video", sounds=("mp2",), rate=25),
    "hevc_eac3.mkv": Kind(video="libx265", sounds=("eac3",)),
    "vp9_opus.webm": Kind(video="libvpx-vp9", sounds=("libopus",)),
    "av1_opus.mkv": Kind(video="libsvtav1", sounds=("libopus",)),
    "mpeg4_mp3.mp4": Kind(video="mpeg4", sounds=("libmp3lame",)),
    "mpeg4_mp3.avi": Kind(video="mpeg4", sounds=("libmp3lame",)),
    "h264_flac.mkv": Kind(sounds=("flac",)),
    "silent.mp4": Kind(sounds=()),
    "portrait.mp4": Kind(size=(320, 570), sounds=()),
    "uneven_rate.mp4": Kind(skipped=lambda number: number % 7 == 3),
    "short.mp4": Kind(seconds=5),
    "sound_ends_early.mkv": Kind(seconds=14, sound_s=4),
    "ten_bits.mkv": Kind(pix_fmt="yuv420p10le", sounds=()),
}
CODED = {
    "long_gop.mp4": Kind(key_s=400, seconds=32),
    "long_gop_uneven.mp4": Kind(key_s=400, seconds=22, skipped=lambda number: number % 7 == 3),
    "vp8_vorbis.webm": Kind(video="libvpx", sounds=("vorbis",)),
    "odd_size.mkv": Kind(video="libvpx", size=(321, 181), sounds=("libopus",)),
    "wmv_pcm.avi": Kind(video="wmv2", sounds=("pcm_s16le",)),
    "h264_mp3.avi": Kind(sounds=("libmp3lame",)),
}


@pytest.mark.parametrize("name", [*COPIED, *CODED])
def test_what_comes_out_is_what_went_in(name: str, tmp_path: Path) -> None:
    kind = (COPIED | CODED)[name]
    source = make_kind(tmp_path / name, kind)
    film = cut_film(source)
    assert film.is_copied == (name in COPIED)
    pictures, expected = shown(film.whole), shown(source)
    assert [number for number, _ in pictures] == [number for number, _ in expected]
    if name == "h264_mp3.avi":  # AVI does not know when pictures are shown
        expected = [(number, (number or 0) / kind.rate) for number, _ in expected]
    start = expected[0][1]
    assert all(abs(at - (then - start)) < 0.002 for (_, at), (_, then) in zip(pictures, expected, strict=True))
    for track in range(len(kind.sounds)):
        before, after = _steps(expected, beeps(source, track), kind), _steps(pictures, beeps(film.whole, track), kind)
        assert max(abs(one - other) for one, other in zip(before, after, strict=True)) <= 0.020
    assert abs(film.spans[-1][1] - _length_ms(source)) <= 1000 / kind.rate
    _check_chunks(film, pictures, kind)


def _length_ms(source: Path) -> float:
    """Give the length of the picture where the file tells it apart from the padding of the sound."""
    with opened(source) as container:
        video = container.streams.video[0]
        if video.duration and video.time_base:
            return float(video.duration * video.time_base * 1000)
        return (container.duration or 0) / 1000


def _steps(pictures: list[tuple[int | None, float]], begun: list[float], kind: Kind) -> list[float]:
    """Say for each second by how much its beep comes after its picture."""
    moments = dict(pictures)
    heard = range(kind.late_s, kind.sound_s or kind.seconds)
    assert len(begun) == len(heard)
    marks = zip(heard, begun, strict=True)
    return [at - moments[second * kind.rate] for second, at in marks if second * kind.rate in moments]


def _check_chunks(film: Cut, pictures: list[tuple[int | None, float]], kind: Kind) -> None:
    """Chunks follow on; each plays alone, from its first millisecond."""
    assert [start for start, _ in film.spans] == [0, *(end for _, end in film.spans[:-1])]
    assert all(6_000 <= end - start <= 15_000 for start, end in film.spans[:-1])
    shown_alone: list[int | None] = []
    for (start_ms, _), chunk in zip(film.spans, film.chunks, strict=True):
        alone = shown(film.init.data + chunk)
        assert abs(alone[0][1] * 1000 - start_ms) < 1000 / kind.rate
        shown_alone += [number for number, _ in alone]
    assert shown_alone == [number for number, _ in pictures]


def test_ten_hours_are_a_film(tmp_path: Path) -> None:
    kind = Kind(seconds=10, rate=1, key_s=10, sounds=(), skipped=lambda number: number % 5 != 0)
    hours_s, base = 36_000, make_kind(tmp_path / "base.mp4", kind)
    source = _repeated(base, tmp_path / "long.mp4", hours_s // 10)
    film = cut_film(source)
    assert film.is_copied
    assert [start for start, _ in film.spans] == list(range(0, hours_s * 1000, 10_000))
    assert abs(film.spans[-1][1] - _length_ms(source)) <= 1
    for start_s, chunk in ((0, film.chunks[0]), (hours_s - 10, film.chunks[-1])):
        alone = shown(film.init.data + chunk)
        assert [(number, round(at)) for number, at in alone] == [(at, start_s + at) for at in (0, 5)]


def _repeated(base: Path, target: Path, turns: int) -> Path:
    """Write a film of ten seconds so many times one after the other, copied."""
    with opened(base) as source:
        packets = [packet for packet in source.demux() if packet.dts is not None]
        times = [(packet.pts or 0, packet.dts or 0, packet.time_base or Fraction(1)) for packet in packets]
        with av.open(str(target), "w") as output:
            stream = output.add_stream_from_template(source.streams.video[0])
            for turn in range(turns):
                for packet, (pts, dts, time_base) in zip(packets, times, strict=True):
                    shift = round(turn * 10 / time_base)
                    packet.pts, packet.dts, packet.time_base = pts + shift, dts + shift, time_base
                    packet.stream = stream
                    output.mux_one(packet)
    return target


def test_no_coded_byte_is_touched_that_may_stay(tmp_path: Path) -> None:
    film = cut_film(make_kind(tmp_path / "late.mkv", Kind(seconds=14, late_s=4)))
    assert film.is_copied
    assert film.recoded == 1
    assert len(beeps(film.whole)) == 10


def test_pictures_that_stand_for_long_are_given_again(tmp_path: Path) -> None:
    kind = Kind(key_s=400, seconds=32, skipped=lambda number: 40 < number < 200)
    film = cut_film(make_kind(tmp_path / "slides.mp4", kind))
    assert [start for start, _ in film.spans] == [0, 10_000, 20_000, 30_000]
    times = [at for _, at in shown(film.whole)]
    assert max(after - before for before, after in pairwise(times)) <= 1.001


def test_a_turned_film_that_is_coded_anew_stays_turned(tmp_path: Path) -> None:
    source = make_kind(tmp_path / "turned.mp4", Kind(key_s=400, seconds=20, turned=90, sounds=()))
    film = cut_film(source)
    assert not film.is_copied
    assert (probe(source).width, probe(source).height) == (180, 320)
    with opened(film.whole) as container:
        assert next(container.decode(video=0)).rotation == 90


class TestBeside:
    @pytest.fixture
    def source(self, tmp_path: Path) -> Path:
        kind = Kind(
            sounds=("aac", "aac"),
            languages=("deu", "eng"),
            captions=SRT,
            chapters=((0, "The shop"), (5, "The \u202ebell\n")),
        )
        return make_kind(tmp_path / "beside.mkv", kind)

    def test_captions_chapters_and_languages_are_kept(self, source: Path, tmp_path: Path) -> None:
        film = ingest_into(tmp_path, source)
        (caption,) = film.captions
        text = read_file(DiskBlockStore(tmp_path / "blocks"), caption.cid, 10_000).decode()
        assert (caption.language, caption.name) == ("fra", "")
        assert text == (
            "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\nA clock\n&amp; a bell\n\n"
            "00:00:03.000 --> 00:00:04.000\n1 &lt; 2\n"
        )
        assert film.facts.chapters == (Chapter(0, "The shop"), Chapter(5_000, "The bell"))
        assert [sound.language for sound in film.facts.sounds] == ["deu", "eng"]
        init = read_file(DiskBlockStore(tmp_path / "blocks"), film.init_cid, 10_000)
        with opened(init) as container:
            assert [stream.language for stream in container.streams.audio] == ["deu", "eng"]

    @pytest.mark.parametrize(
        ("stranger", "plain"),
        [("a\0b\nc", "a b c"), ("\u202eevil\u202c", "evil"), ("x" * 300, "x" * 80), ("  ", ""), ("Été", "Été")],
    )
    def test_names_do_not_steer(self, stranger: str, plain: str) -> None:
        assert plain_name(stranger) == plain

    @pytest.mark.parametrize(
        ("stranger", "plain"),
        [("deu", "deu"), ("EN", "en"), ("und", ""), ("x", ""), (None, ""), ("../", ""), ("日本", "")],
    )
    def test_languages_are_codes(self, stranger: str | None, plain: str) -> None:
        assert plain_language(stranger) == plain

    def test_words_are_no_markup(self) -> None:
        assert plain_line("<c.x>a --> b & \x1b[0m\u2066") == "&lt;c.x&gt;a --&gt; b &amp; [0m"


PLAYED = {
    "h264_aac.mkv": Kind(seconds=3),
    "hevc_ac3.mkv": Kind(video="libx265", sounds=("ac3",), seconds=3),
    "vp9_opus.webm": Kind(video="libvpx-vp9", sounds=("libopus",), seconds=3),
    "av1_flac.mkv": Kind(video="libsvtav1", sounds=("flac",), seconds=3),
    "mpeg4_mp3.mp4": Kind(video="mpeg4", sounds=("libmp3lame",), seconds=3),
    "mpeg2_mp2.ts": Kind(video="mpeg2video", sounds=("mp2",), rate=25, seconds=3),
    "coded.mkv": Kind(video="libvpx", sounds=("vorbis",), seconds=3),
}


@pytest.mark.parametrize("name", PLAYED)
def test_libvlc_plays_it(name: str, tmp_path: Path) -> None:
    """Every picture but for one or two that a bare player of libVLC loses at the ends of a run, and all the sound."""
    kind = PLAYED[name]
    film = tmp_path / "film.mp4"
    film.write_bytes(cut_film(make_kind(tmp_path / name, kind)).whole)
    numbers, sound_s = _played(film)
    assert numbers == sorted(set(numbers))
    assert len(numbers) >= 3 * kind.rate - 3
    assert sound_s >= 2.9


def _played(film: Path) -> tuple[list[int], float]:
    """Play a file with libVLC alone; give the numbers of the pictures shown, each once, and the seconds of sound."""
    vlc = library.load()
    numbers: list[int] = []
    samples = [0]

    def tap(frame: Frame) -> None:
        number = read_frame_number(frame.pixels, width=frame.width, height=frame.height, pitch=frame.pitch)
        if number is not None and numbers[-1:] != [number]:
            numbers.append(number)

    def hear(_data: int, _samples: int, count: int, _at: int) -> None:
        samples[0] += count

    play_callback = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int64)(hear)
    ended = Event()
    player = library.instance(silent=True).media_player_new()
    store = FrameStore(lambda news: None, tap)
    store.expect(320, 180)
    key = send_pictures(player, store)
    player.audio_set_callbacks(
        ctypes.cast(play_callback, vlc.CallbackDecorators.AudioPlayCb), None, None, None, None, None
    )
    player.audio_set_format("S16N", 48_000, 2)
    media = library.instance(silent=True).media_new_path(str(film))
    for option in library.media_options(320 * 180):
        media.add_option(":no-play-and-pause" if option == ":play-and-pause" else option)
    player.event_manager().event_attach(vlc.EventType.MediaPlayerEndReached, lambda event: ended.set())
    player.event_manager().event_attach(vlc.EventType.MediaPlayerEncounteredError, lambda event: ended.set())
    player.set_media(media)
    player.play()
    assert ended.wait(30)
    player.stop()
    player.release()
    media.release()
    forget_pictures(key)
    return numbers, samples[0] / 48_000
