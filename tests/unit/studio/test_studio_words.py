"""The words: English as it stands, other languages by file, the pseudo language made."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from studio.kit import words
from studio.kit.pseudo import pseudo
from studio.kit.words import speak, spoken, tr, tr_count


@pytest.fixture(autouse=True)
def _english_afterwards() -> Iterator[None]:
    yield
    speak("en")


@pytest.fixture
def _some_german(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {
        "Open": "Öffnen",
        "Open [a state]": "offen",
        "Withdraw {sum}": "{sum} auszahlen",
        "{count} films by {name}": ["{count} Film von {name}", "{count} Filme von {name}"],
    }
    monkeypatch.setattr(words, "read", lambda _language: texts)
    speak("de")


def test_english_is_the_text_itself() -> None:
    assert tr("Withdraw {sum}", sum="$3") == "Withdraw $3"
    assert tr("100 % {as it stands}") == "100 % {as it stands}"


def test_english_counts() -> None:
    assert tr_count(1, "{count} film", "{count} films") == "1 film"
    assert tr_count(0, "{count} film", "{count} films") == "0 films"
    assert tr_count(1234, "{count} film of {of}", "{count} films of {of}", of="3") == "1,234 films of 3"


@pytest.mark.usefixtures("_some_german")
def test_another_language_is_looked_up() -> None:
    assert spoken() == "de"
    assert tr("Withdraw {sum}", sum="3 $") == "3 $ auszahlen"
    assert tr_count(1, "{count} film by {name}", "{count} films by {name}", name="A") == "1 Film von A"
    assert tr_count(2, "{count} film by {name}", "{count} films by {name}", name="A") == "2 Filme von A"


@pytest.mark.usefixtures("_some_german")
def test_two_meanings_of_one_word_are_told_apart() -> None:
    assert tr("Open") == "Öffnen"
    assert tr("Open", about="a state") == "offen"


@pytest.mark.usefixtures("_some_german")
def test_a_text_that_is_not_translated_is_shown_in_english() -> None:
    assert tr("Never seen") == "Never seen"


def test_the_pseudo_language_is_longer_and_keeps_its_placeholders() -> None:
    said = pseudo("Withdraw {sum} now")
    assert said.startswith("[")
    assert said.endswith("]")
    assert "{sum}" in said
    assert len(said) >= 1.4 * len("Withdraw {sum} now")
    speak("en-XA")
    assert tr("Withdraw {sum} now", sum="$3").count("$3") == 1
    assert tr("Withdraw {sum} now", sum="$3") != "Withdraw $3 now"
    assert tr_count(2, "{count} film", "{count} films").startswith("[2 ")


def test_what_has_no_words_stays_as_it_is() -> None:
    assert pseudo("") == ""
