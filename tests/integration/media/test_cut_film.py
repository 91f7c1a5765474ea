"""A film after its way through cut, seal and store is the film that went in."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import av
import numpy as np
import pytest
from av.container import InputContainer
from PIL import Image

from services.ipfs.store import DiskBlockStore
from services.ipfs.unixfs import read_file
from services.media.barcode import read_frame_number
from services.media.boxes import Box, children_of
from services.media.seal import chunk_key, key_commitment
from services.media.signature import parse_signed, sign_manifest
from services.media.survey import survey
from services.units.address import bytes32
from services.wire.problems import ProblemError
from tests.fixtures.media import CREATOR_KEY, SECRET, StoredFilm, content_of, ingest_into, manifest_of


def _opened(source: Path | bytes) -> InputContainer:
    return av.open(io.BytesIO(source) if isinstance(source, bytes) else str(source), "r")


def decoded_md5(source: Path | bytes) -> tuple[str, str]:
    """Hash every decoded picture and every decoded sound sample of a film."""
    hashes = {"video": hashlib.md5(usedforsecurity=False), "audio": hashlib.md5(usedforsecurity=False)}
    with _opened(source) as container:
        for frame in container.decode():
            kind = "audio" if hasattr(frame, "samples") else "video"
            hashes[kind].update(frame.to_ndarray().tobytes())
    return hashes["video"].hexdigest(), hashes["audio"].hexdigest()


def coded_packets(source: Path | bytes) -> dict[str, list[bytes]]:
    """Give the coded bytes of each track, packet by packet."""
    packets: dict[str, list[bytes]] = {}
    with _opened(source) as container:
        for packet in container.demux():
            if packet.dts is not None:
                packets.setdefault(packet.stream.type, []).append(bytes(packet))
    return packets


def frame_numbers(film: bytes) -> list[int | None]:
    """Read the number in each picture, as the window's tests will."""
    numbers = []
    with _opened(film) as container:
        for frame in container.decode(video=0):
            pixels = frame.reformat(format="bgra").to_ndarray().tobytes()
            numbers.append(read_frame_number(pixels, width=frame.width, height=frame.height, pitch=frame.width * 4))
    return numbers


def test_the_parts_follow_on(stored_clip: StoredFilm) -> None:
    film = stored_clip.film
    assert [(chunk.start_ms, chunk.end_ms) for chunk in film.chunks] == [
        (0, 10_000),
        (10_000, 20_000),
        (20_000, 26_000),
    ]
    assert (film.duration_ms, film.width, film.height, film.codecs) == (26_000, 640, 360, "avc1.64001e,mp4a.40.2")
    assert film.facts.has_audio
    assert film.facts.duration_ms == 26_000


def test_every_chunk_is_the_file_that_its_record_names(stored_clip: StoredFilm) -> None:
    for chunk in stored_clip.film.chunks:
        sealed = read_file(stored_clip.store, chunk.cid, chunk.length)
        assert (len(sealed), bytes32(hashlib.sha256(sealed).digest())) == (chunk.length, chunk.sha256)
        key = chunk_key(SECRET, stored_clip.content, 0, chunk.index)
        assert chunk.key_commitment == key_commitment(key, stored_clip.content, 0, chunk.index)
        assert stored_clip.chunk(chunk.index)[4:8] == b"moof"


def test_nothing_in_the_store_shows_the_film(stored_clip: StoredFilm, tmp_path: Path) -> None:
    """Only the init segment and the poster lie there in the clear."""
    public = {
        stored_clip.film.init_cid.digest,
        stored_clip.film.poster_cid.digest if stored_clip.film.poster_cid else b"",
    }
    for path in stored_clip.store._root.glob("*/*.data"):
        block = path.read_bytes()
        if hashlib.sha256(block).digest() not in public:
            assert b"mdat" not in block[:4096]
            assert block.startswith(b"MCLK1")


def test_all_parts_together_are_the_source(stored_clip: StoredFilm, timecode_clip: Path) -> None:
    whole = stored_clip.init + b"".join(stored_clip.chunk(index) for index in range(3))
    assert coded_packets(whole) == coded_packets(timecode_clip)
    assert decoded_md5(whole) == decoded_md5(timecode_clip)
    assert frame_numbers(whole) == list(range(26 * 25))


@pytest.mark.parametrize("index", [0, 1, 2])
def test_each_chunk_plays_alone_at_its_own_time(stored_clip: StoredFilm, index: int) -> None:
    part = stored_clip.init + stored_clip.chunk(index)
    first, count = index * 250, 150 if index == 2 else 250
    assert frame_numbers(part) == list(range(first, first + count))
    with _opened(part) as container:
        frame = next(container.decode(video=0))
        assert frame.time == pytest.approx(index * 10, abs=0.1)


def test_the_init_segment_tells_the_whole_length(stored_clip: StoredFilm) -> None:
    moov = next(box for box in children_of(stored_clip.init) if box.kind == b"moov")
    assert _duration_of(moov.child(b"mvhd"), 16) == _duration_of(moov.child(b"mvex").child(b"mehd"), 4) == 26_000


def _duration_of(box: Box, offset: int) -> int:
    return int.from_bytes(box.body[offset : offset + 4], "big")


def test_fragments_are_a_quarter_of_a_second(stored_clip: StoredFilm) -> None:
    kinds = [box.kind for box in children_of(stored_clip.chunk(0))]
    assert kinds == [b"moof", b"mdat"] * (len(kinds) // 2)
    assert 40 <= kinds.count(b"moof") <= 50


def test_the_poster_is_a_lively_picture(stored_clip: StoredFilm) -> None:
    assert stored_clip.film.poster_cid is not None
    picture = Image.open(io.BytesIO(read_file(stored_clip.store, stored_clip.film.poster_cid, 1_000_000)))
    assert (picture.format, picture.size) == ("JPEG", (640, 360))
    assert np.asarray(picture.convert("L")).std() > 20


def test_the_same_film_gives_the_same_names(stored_clip: StoredFilm, timecode_clip: Path, tmp_path: Path) -> None:
    assert ingest_into(tmp_path, timecode_clip) == stored_clip.film


def test_a_film_without_sound_is_a_film(silent_clip: Path, tmp_path: Path) -> None:
    film = ingest_into(tmp_path, silent_clip)
    assert not film.facts.has_audio
    assert film.codecs == "avc1.64001e"
    assert film.duration_ms == 4_000


def test_a_film_held_upright_is_shown_upright(silent_clip: Path, tmp_path: Path) -> None:
    """A phone writes lying pictures and how far to turn them, against the clock, for showing."""
    with _opened(silent_clip) as source, av.open(str(tmp_path / "turned.mp4"), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        stream.set_display_rotation(90)
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    film = StoredFilm(
        ingest_into(tmp_path, tmp_path / "turned.mp4"), content_of(1), DiskBlockStore(tmp_path / "blocks")
    )
    assert (film.film.width, film.film.height) == (360, 640)
    assert film.film.poster_cid is not None
    poster = Image.open(io.BytesIO(read_file(film.store, film.film.poster_cid, 1_000_000)))
    assert poster.size == (360, 640)
    lying = poster.rotate(-90, expand=True).convert("RGBA").tobytes()
    assert read_frame_number(lying, width=640, height=360, pitch=2_560) is not None
    with _opened(film.init + film.chunk(0)) as container:
        assert next(container.decode(video=0)).rotation == 90


def test_a_manifest_can_be_signed_for_it(stored_clip: StoredFilm) -> None:
    signed = sign_manifest(manifest_of(stored_clip.film), CREATOR_KEY)
    assert parse_signed(signed.to_bytes()) == signed
    assert [chunk.price.micros for chunk in signed.manifest.chunks] == [0, 5_000, 3_000]


@pytest.mark.logs("block.damaged")
def test_a_damaged_block_is_noticed_before_paying(timecode_clip: Path, tmp_path: Path) -> None:
    film = StoredFilm(ingest_into(tmp_path, timecode_clip), content_of(1), DiskBlockStore(tmp_path / "blocks"))
    path = next(
        path for path in (tmp_path / "blocks").glob("*/*.data") if path.stat().st_size == film.film.chunks[1].length
    )
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(ProblemError) as caught:
        film.chunk(1)
    assert caught.value.code == "content.damaged"
    assert film.chunk(0)
    assert film.chunk(2)


def test_a_film_that_is_not_what_its_index_says_is_read_whole(timecode_clip: Path, tmp_path: Path) -> None:
    """One place of the picture, in the middle, lies behind the file's end: only reading finds that the film ends."""
    data = bytearray(timecode_clip.read_bytes())
    offsets = data.index(b"stco") + 8
    count = int.from_bytes(data[offsets : offsets + 4], "big")
    middle = offsets + 4 + 4 * (count // 2)
    data[middle : middle + 4] = (len(data) + 1).to_bytes(4, "big")
    film = tmp_path / "film.mp4"
    film.write_bytes(data)
    assert not survey(film, lambda done, total: None).is_read
    with pytest.raises(ProblemError) as caught:
        ingest_into(tmp_path, film)
    assert caught.value.code == "media.unreadable"
    assert caught.value.params["reason"] == "ends_early"
