"""Words are folded alike in what is found and what is typed; tags have one form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.node.catalogue.tags import MAX_TAG, MAX_TAGS, normalised
from services.node.catalogue.words import MAX_WORD, folded, words
from services.wire.problems import ProblemError


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ()),
        ("  %_* \"'()- ", ()),
        ("Crème BRÛLÉE", ("creme", "brulee")),
        ("Straße & Łódź, smørrebrød", ("strasse", "lodz", "smorrebrod")),
        ("İstanbul ıssız", ("istanbul", "issiz")),
        ("Æther’s œuvre", ("aether", "s", "oeuvre")),
        ("ΟΔΥΣΣΕΥΣ ὀδύσσεια", ("οδυσσευσ", "οδυσσεια")),
        ("Ёлка", ("елка",)),
        ("ﬁne ① ½ x²", ("fine", "1", "1", "2", "x2")),
        ("東京タワー tower", ("東", "京", "タ", "ワ", "ー", "tower")),
        ("한국어", (words("한국어")[0],)),
        ("a\u202eb\x00c", ("a", "b", "c")),
        ("x" * 99, ("x" * MAX_WORD,)),
    ],
)
def test_words(text: str, found: tuple[str, ...]) -> None:
    assert words(text) == found


@given(st.text(max_size=60))
def test_folding_again_changes_nothing(text: str) -> None:
    once = folded([text])
    assert folded([once]) == once
    assert words(once) == words(text)


@given(st.text(max_size=60))
def test_case_makes_no_difference(text: str) -> None:
    assert words(text.upper()) == words(text.upper().lower())


@given(st.text(max_size=60))
def test_a_word_needs_no_quoting_in_either_index(text: str) -> None:
    for word in words(text):
        assert word
        assert not set(word) & set(" '\"\\:*&|!()<>{}-^+\x00\n\t")


def test_tags_have_one_form_each_once_in_their_order() -> None:
    assert normalised(["  Slow_TV ", "slow-tv", "Café", "日本", "C++"]) == ("slow-tv", "café", "日本", "c")


@pytest.mark.parametrize("tags", [[""], ["!!"], ["x" * (MAX_TAG + 1)], [f"t{n}" for n in range(MAX_TAGS + 1)]])
def test_tags_that_cannot_be_kept_are_refused(tags: list[str]) -> None:
    with pytest.raises(ProblemError, match=r"content\.tags"):
        normalised(tags)


@given(st.lists(st.text(max_size=12), max_size=10))
def test_normalising_again_changes_nothing(tags: list[str]) -> None:
    try:
        once = normalised(tags)
    except ProblemError:
        return
    assert normalised(once) == once
