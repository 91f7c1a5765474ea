"""How money, time and sizes read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from services.units.money import Money
from studio.kit import format as text
from studio.kit.words import Language, speak


@pytest.mark.parametrize(
    ("micros", "short", "exact"),
    [
        (0, "$0.00", "$0.00"),
        (1, "$0.000001", "$0.000001"),
        (27_000, "$0.027", "$0.027"),
        (10_000, "$0.01", "$0.01"),
        (2_990_000, "$2.99", "$2.99"),
        (2_999_999, "$2.99", "$2.999999"),
        (1_234_567_890_000, "$1,234,567.89", "$1,234,567.89"),
        (-5_000, "−$0.005", "−$0.005"),
        (-1_500_000, "−$1.50", "−$1.50"),
    ],
)
def test_money_in_two_digits_and_in_all(micros: int, short: str, exact: str) -> None:
    assert text.money(Money(micros)) == short
    assert text.money_exact(Money(micros)) == exact


def test_unknown_money_is_a_dash() -> None:
    assert text.money(None) == text.money_exact(None) == text.DASH


@pytest.mark.parametrize("micros", [0, 1, 5_000, 10_000, 2_990_000, 1_234_500_000])
def test_what_is_shown_for_typing_reads_back_as_the_same_amount(micros: int) -> None:
    assert Money.parse(text.money_input(Money(micros))) == Money(micros)


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [
        (100, None, ""),
        (100, 100, "same as before"),
        (100, 0, "nothing before"),
        (150, 100, "50 % more"),
        (1_099, 100, "999 % more"),
        (11_209, 100, "112 times what it was"),
        (50, 100, "50 % less"),
        (1_000_001, 1_000_000, "about the same"),
    ],
)
def test_change_in_words(now: int, before: int | None, words: str) -> None:
    assert text.change(Money(now), None if before is None else Money(before)) == words


@pytest.mark.parametrize(
    ("milliseconds", "read"), [(0, "0:00"), (66_400, "1:06"), (3_726_000, "1:02:06"), (-5, "0:00")]
)
def test_media_time(milliseconds: int, read: str) -> None:
    assert text.duration(milliseconds) == read


@pytest.mark.parametrize(
    ("count", "read"), [(12, "12 bytes"), (2048, "2.0 KB"), (5 << 20, "5.0 MB"), (3 << 40, "3072.0 GB")]
)
def test_sizes(count: int, read: str) -> None:
    assert text.size(count) == read


def test_moments_are_shown_in_local_time() -> None:
    at = datetime(2026, 11, 21, 14, 5, tzinfo=UTC)
    assert text.moment(at) == "21 Nov, 14:05"
    assert text.clock(at) == "14:05"
    assert text.day(date(2026, 3, 4)) == "4 Mar"
    assert text.full_day(date(2027, 3, 4)) == "4 Mar 2027"


@pytest.mark.parametrize(
    ("passed", "read"),
    [
        (timedelta(seconds=30), "just now"),
        (timedelta(minutes=5), "5 min ago"),
        (timedelta(hours=3), "3 h ago"),
        (timedelta(days=2), "19 Nov"),
        (timedelta(seconds=-5), "just now"),
    ],
)
def test_ago(passed: timedelta, read: str) -> None:
    now = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
    assert text.ago(now - passed, now) == read


def test_ids_chunks_and_counts() -> None:
    assert text.short("0x" + "ab" * 20) == "0xabab…abab"
    assert text.short("main") == "main"
    assert text.chunks(0, 1) == "part 1"
    assert text.chunks(3, 2) == "parts 4–5"
    assert text.plural(1, "part", "parts") == "1 part"
    assert text.plural(2_000, "part", "parts") == "2,000 parts"


@pytest.fixture
def german() -> Iterator[None]:
    speak("de")
    yield
    speak("en")


@pytest.mark.usefixtures("german")
def test_german_writes_money_numbers_and_days_its_own_way() -> None:
    assert text.money(Money(1_234_560_000)) == "1.234,56\u00a0$"
    assert text.money_exact(Money(-5_000)) == "−0,005\u00a0$"
    assert text.number(1_234_567) == "1.234.567"
    assert text.decimal(4.25, 2) == "4,25"
    assert text.share_words(43) == "4,3 %"
    assert text.size(2_560) == "2,5 KB"
    assert text.plural(2_000, "Teil", "Teile") == "2.000 Teile"
    assert text.day(date(2026, 3, 4)) == "4. März"
    assert text.moment(datetime(2026, 11, 21, 14, 5, tzinfo=UTC)) == "21. Nov., 14:05"


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize(
    ("typed", "plain"),
    [("0,005", "0.005"), ("0.005", "0.005"), ("1.23", "1.23"), ("7", "7"), ("1,234", "1.234"), ("x", "x")],
)
def test_what_is_typed_in_german_is_sent_with_a_point(typed: str, plain: str) -> None:
    assert text.as_plain(typed) == plain
    assert text.group_typed(typed) == ""


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize("typed", ["1.234", "12.345.678", "1.234,56", " 1.234 "])
def test_a_point_that_could_stand_between_thousands_is_never_taken_for_a_comma(typed: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        Money.parse(text.as_plain(typed))
    assert text.group_typed(typed) == "."
    assert text.as_typed(text.as_plain(typed)) == typed, "a draft shows again what was typed"


@pytest.mark.parametrize(("typed", "group"), [("1,234", ","), ("1,234.56", ","), ("1.234", ""), ("0.005", "")])
def test_english_groups_are_named_too(typed: str, group: str) -> None:
    assert text.group_typed(typed) == group


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize("micros", [0, 1, 5_000, 10_000, 2_990_000, 1_234_500_000])
def test_a_german_amount_for_typing_reads_back_as_the_same_amount(micros: int) -> None:
    shown = text.money_input(Money(micros))
    assert "." not in shown
    assert Money.parse(text.as_plain(shown)) == Money(micros)


def test_a_comma_is_no_point_in_english() -> None:
    assert text.as_plain("0,005") == "0,005"
    assert text.as_typed("0.005") == "0.005"


def test_a_measured_value_has_no_digits_that_say_nothing() -> None:
    assert [text.brief(value) for value in (25.0, 23.976, 12.5)] == ["25", "23.98", "12.5"]
    assert text.time_of_day(22 * 60 + 5) == "22:05"


@pytest.mark.parametrize(("language", "words"), [("en", "Oct 2026"), ("de", "Okt. 2026")])
def test_months_read_as_the_language_writes_them(language: Language, words: str) -> None:
    speak(language)
    assert text.month("2026-10") == words
    assert text.month("2026-10/left") == "2026-10/left"
    speak("en")
