"""What the window says: finds the texts given to ``tr``, ``tr_count`` and ``mark``, and keeps the languages' files.

``python -m tests.arch.words`` adds new texts (untranslated: null) to each language, drops those that are gone, and
says what is left to translate.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from studio.kit.words import LANGUAGES, PSEUDO, SOURCE, TRANSLATIONS, key

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("studio", "player")
TRANSLATED = tuple(one for one in LANGUAGES if one not in (SOURCE, PSEUDO))

Texts = dict[str, str | tuple[str, str]]
"""Name in the languages' files → the text, or a plural's two forms."""


def extracted() -> Texts:
    """Find every text in the window's code, in the order of the files."""
    found: Texts = {}
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            for call in _calls(ast.parse(path.read_text("utf-8"), str(path))):
                found |= _text_of(call, path)
    return found


def placeholders(text: str) -> set[str]:
    """Give the names in braces."""
    return set(re.findall(r"\{(\w+)[^{}]*\}", text))


def stored(language: str) -> dict[str, str | list[str] | None]:
    """Read a language's file as it lies there."""
    path = TRANSLATIONS / f"{language}.json"
    found: dict[str, str | list[str] | None] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return found


def renewed(language: str, texts: Texts) -> dict[str, str | list[str] | None]:
    """Give a language's file for the texts that there are: sorted, new ones as null."""
    old = stored(language)
    return {name: old.get(name) for name in sorted(texts)}


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in ("tr", "tr_count", "mark")
        ):
            yield node


def _text_of(call: ast.Call, path: Path) -> Texts:
    assert isinstance(call.func, ast.Name)
    words = [one.value for one in call.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    if call.func.id == "tr_count":
        assert len(words) == 2, f"{path}:{call.lineno}: tr_count takes a count and two texts as they stand"
        return {words[1]: (words[0], words[1])}
    if not words:  # tr of a text that is marked elsewhere
        return {}
    about = next((one.value for one in call.keywords if one.arg == "about"), None)
    if isinstance(about, ast.Constant):
        return {key(words[0], about=str(about.value)): words[0]}
    return {words[0]: words[0]}


def main() -> int:
    """Renew the languages' files."""
    texts = extracted()
    left = 0
    for language in TRANSLATED:
        kept = renewed(language, texts)
        TRANSLATIONS.mkdir(parents=True, exist_ok=True)
        (TRANSLATIONS / f"{language}.json").write_text(
            json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
        missing = [name for name, value in kept.items() if value is None]
        left += len(missing)
        for name in missing:
            print(f"{language}: {name}")
        print(f"{language}: {len(kept)} texts, {len(missing)} not translated")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
