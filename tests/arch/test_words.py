"""Every text that the window shows is translated, with the placeholders that it has in English."""

from __future__ import annotations

import ast

import pytest

from studio.kit.pseudo import pseudo
from tests.arch.words import FOLDERS, ROOT, TRANSLATED, extracted, placeholders, stored

_TEXTS = extracted()
# Calls that show their first argument as it is.
_SHOWS = {
    *("Badge", "Button", "Card", "EmptyState", "Fact", "Field", "QAction", "QLabel", "Tick", "body", "caption"),
    *("figure", "ghost", "heading", "lead", "muted", "primary", "secondary", "setAccessibleName", "setPlaceholderText"),
    *("setText", "setToolTip", "setWindowTitle", "set_text"),
}
# Not words: the name, an example of what is typed, a command, what a report begins with.
_AS_THEY_ARE = frozenset({"Museclock", "https://", "museclock demo --size empty", "Museclock trace "})


def test_there_are_texts() -> None:
    assert len(_TEXTS) > 1_000


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_stands_in_the_language(language: str) -> None:
    kept = stored(language)
    assert [name for name in _TEXTS if kept.get(name) is None] == []
    assert [name for name in kept if name not in _TEXTS] == [], "left over: run scripts/words"


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_keep_the_placeholders(language: str) -> None:
    wrong = []
    for name, said in stored(language).items():
        text = _TEXTS.get(name, name)
        forms = text if isinstance(text, tuple) else (text,)
        others = said if isinstance(said, list) else [said or ""]
        assert len(forms) == len(others), name
        # A form for one may say the word instead of the figure.
        wrong += [
            name
            for one, other in zip(forms, others, strict=True)
            if (placeholders(one) ^ placeholders(other)) - {"count"}
        ]
    assert wrong == []


def test_the_pseudo_language_keeps_the_placeholders() -> None:
    for text in _TEXTS.values():
        for form in text if isinstance(text, tuple) else (text,):
            assert placeholders(pseudo(form)) == placeholders(form)


def test_no_widget_is_given_words_past_tr() -> None:
    found = []
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "tour" in path.parts:
                continue
            found += [f"{path.relative_to(ROOT)}:{line}" for line in _bare(ast.parse(path.read_text("utf-8")))]
    assert found == []


def _bare(tree: ast.AST) -> list[int]:
    """Give the lines where words stand as they are in a call that shows them."""
    lines = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called in _SHOWS and _has_words(node.args[0]):
            lines.append(node.lineno)
    return lines


def _has_words(shown: ast.expr) -> bool:
    if isinstance(shown, ast.Constant) and isinstance(shown.value, str):
        return shown.value not in _AS_THEY_ARE and sum(letter.isalpha() for letter in shown.value) > 1
    if isinstance(shown, ast.JoinedStr):
        return any(isinstance(one, ast.Constant) and _has_words(one) for one in shown.values)
    return False
