"""Folds text to the words by which it is found: case, accents and forms of writing make no difference.

Both indexes get words from here and compare them byte by byte, so they find the same on every engine.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

RULES = 2
"""The number of these rules; an index that was built by others is built again."""
MAX_WORD = 40
"""Letters; what is longer is cut in index and query alike."""

_PLAIN = re.compile("[a-z0-9]+")
# Letters that Unicode does not take apart, as people without them type them.
_SPELT = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t"}
)
# Written without spaces: each sign counts as a word (Thai to Khmer, kana, Han; Unicode 15 blocks).
_SPACELESS = (
    (0x0E00, 0x0EFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x3040, 0x30FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x323AF),
)


def words(text: str) -> tuple[str, ...]:
    """Give a text's words in their order, folded; marks and punctuation part words and are dropped."""
    # Most text is plain: one pass in C instead of a look at each sign.
    found = _PLAIN.findall(text.lower()) if text.isascii() else _cut(_fold(text))
    return tuple(word[:MAX_WORD] for word in found)


def folded(texts: Iterable[str]) -> str:
    """Give the words of texts as one, a space between them."""
    return " ".join(word for text in texts for word in words(text))


def _fold(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text).casefold()
    # Once more: folding can bring new forms to take apart.
    return unicodedata.normalize("NFKD", apart).translate(_SPELT)


def _cut(text: str) -> Iterator[str]:
    word = ""
    for sign in text:
        kind = unicodedata.category(sign)[0]
        if kind == "M":
            continue
        if kind not in "LN":
            if word:
                yield word
            word = ""
        elif _is_spaceless(sign):
            if word:
                yield word
            word = ""
            yield sign
        else:
            word += sign
    if word:
        yield word


def _is_spaceless(sign: str) -> bool:
    point = ord(sign)
    return point >= 0x0E00 and any(first <= point <= last for first, last in _SPACELESS)
