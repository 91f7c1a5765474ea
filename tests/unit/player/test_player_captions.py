"""Captions of both kinds, as people's files have them, and what is said when."""

from __future__ import annotations

import pytest

from player.core.captions import MAX_BYTES, Captions, Cue, decoded, parsed
from player.core.chapters import Chapter, chapter_at, next_start, previous_start

VTT = """WEBVTT - a title

NOTE written by hand

STYLE
::cue { color: red }

first
00:01.000 --> 00:02.500 line:0 align:start
<v Ann>Good <i>evening</i> &amp; welcome

00:00:02.000 --> 00:00:04.000
to the shop.

01:00:00.000 --> 01:00:01.000
An hour later
"""
SRT = (
    "1\r\n00:00:01,000 --> 00:00:02,000\r\n<b>Bold</b> {\\an8}words\r\n\r\n2\r\n00:00:03,5 --> 00:00:03,9\r\nShort\r\n"
)


def test_webvtt_gives_words_without_what_styles_them() -> None:
    found = parsed(VTT)
    assert found.cues[0] == Cue(1_000, 2_500, "Good evening & welcome")
    assert [found.at(at) for at in (999, 1_000, 2_200, 2_500, 4_000, 3_600_500)] == [
        "", "Good evening & welcome", "Good evening & welcome\nto the shop.", "to the shop.", "", "An hour later",
    ]  # fmt: skip


def test_subrip_is_read_as_well() -> None:
    assert parsed(SRT).cues == (Cue(1_000, 2_000, "Bold words"), Cue(3_500, 3_900, "Short"))


@pytest.mark.parametrize("text", ["", "WEBVTT\n", "a novel\n\nwith --> arrows", "00:02.000 --> 00:01.000\nbackwards"])
def test_what_holds_no_cue_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="captions"):
        parsed(text)


def test_a_strangers_file_steers_nothing_and_is_bounded() -> None:
    line = "\u202eevil\x1b[2J" + "x" * 5_000
    text = "\n\n".join(f"00:{at // 60:02d}:{at % 60:02d},000 --> 00:59:59,000\n{line}" for at in range(40))
    found = parsed(text)
    words = found.at(3_000_000)
    assert len(words) < 2_000
    assert not {"\u202e", "\x1b"} & set(words)
    assert len(parsed("00:01.000 --> 00:02.000\na\n\n" * 20_005).cues) == 20_000


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("é".encode(), "é"), (b"\xef\xbb\xbfa", "a"), ("é".encode("utf-16"), "é"), (b"\xe9", "é"), (b"\x81", "\x81"),
    ],
)  # fmt: skip
def test_encodings_that_such_files_have(data: bytes, words: str) -> None:
    assert decoded(data) == words


def test_a_film_is_no_caption_file() -> None:
    with pytest.raises(ValueError, match="too large"):
        decoded(b"x" * (MAX_BYTES + 1))


def test_nothing_is_said_without_captions() -> None:
    assert Captions().at(0) == ""


CHAPTERS = (Chapter(0, "The shop"), Chapter(10_000, "The bell"), Chapter(20_000, "Home"))


def test_chapters_by_position_and_to_both_sides() -> None:
    assert [chapter_at(CHAPTERS, at) for at in (0, 9_999, 10_000)] == [CHAPTERS[0], CHAPTERS[0], CHAPTERS[1]]
    assert chapter_at(CHAPTERS[1:], 5_000) is None
    assert [next_start(CHAPTERS, at) for at in (0, 10_000, 20_000)] == [10_000, 20_000, None]
    # Soon after a beginning the one before is meant, later its own.
    assert [previous_start(CHAPTERS, at) for at in (0, 2_000, 11_000, 14_000)] == [None, 0, 0, 10_000]
    assert previous_start((), 5_000) is None
