"""What a person reads of money, numbers and time is made in one module, which follows the language."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.fixtures.sources import Source

MAKER = "studio/kit/format.py"
FOLDERS = ("studio/", "player/pages/", "player/parts/")
# The tour's lines are a report for who runs it, in English; evidence is filed under a sortable name; a moment is typed
# and read back in one fixed form.
LEFT_OUT = ("studio/tour/", "studio/evidence.py")
TYPED = {"studio/kit/opening_time.py": {"strftime"}}
WRITERS = {"strftime", "toCurrencyString", "ctime"}
DATES = {"QDate", "QTime", "QDateTime"}
SPELT = re.compile(r"%[-+ 0]*[\d.]*[dfge]\b|\{[^{}]*:[^{}]*[dfgn,%]\}")


def by_hand(path: str, tree: ast.AST) -> Iterator[str]:
    """Name every place that writes a number, a sum or a moment by itself."""
    nodes = list(ast.walk(tree))
    texts = {id(node.args[0]) for node in nodes if isinstance(node, ast.Call) and _is_translated(node)}
    for node in nodes:
        if isinstance(node, ast.expr) and _is_by_hand(node, texts, TYPED.get(path, set())):
            yield f"{path}:{node.lineno} {ast.unparse(node)[:80]}"


def _is_by_hand(node: ast.expr, texts: set[int], allowed: set[str]) -> bool:
    found = False
    match node:
        case ast.FormattedValue(value=shown, format_spec=spec):
            found = spec is not None or _is_micros(shown)
        case ast.Call(func=ast.Attribute(attr=name)) if name in WRITERS - allowed:
            found = True
        case ast.Call(func=ast.Name(id="plural"), args=[_, ast.Constant(), *_]):
            found = True
        case ast.Call(func=ast.Name(id=name), args=args):
            found = (name == "format" and len(args) > 1) or (name == "str" and any(map(_is_micros, args)))
        case ast.Call(func=ast.Attribute(attr="format", value=ast.Constant(value=str() as form))):
            found = SPELT.search(form) is not None
        case ast.BinOp(op=ast.Mod(), left=ast.Constant(value=str() as form)):
            found = SPELT.search(form) is not None
        case ast.BinOp(op=ast.Div() | ast.FloorDiv() | ast.Mod(), left=left):
            found = any(map(_is_micros, ast.walk(left)))
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            found = _has_dollar(left) or _has_dollar(right)
        case ast.Name(id=name):
            found = name in DATES
        case ast.JoinedStr(values=parts):
            found = any(map(_has_dollar, parts))
        case ast.Constant(value=str() as said):
            found = id(node) in texts and re.search(r"\$\{|\}\s?\$", said) is not None
    return found


def _is_micros(node: ast.AST) -> bool:
    """Tell whether something is the bare number in a sum; what is handed on to a call is not shown."""
    return isinstance(node, ast.Attribute) and node.attr == "micros"


def _has_dollar(part: ast.expr) -> bool:
    return isinstance(part, ast.Constant) and isinstance(part.value, str) and ("$" in part.value or "USD" in part.value)


def _is_translated(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id in ("tr", "tr_count", "mark") and bool(call.args)


def test_no_page_writes_numbers_money_or_time_by_hand(product_sources: tuple[Source, ...]) -> None:
    looked_at = [
        source
        for source in product_sources
        if source.path.startswith(FOLDERS) and not source.path.startswith(LEFT_OUT) and source.path != MAKER
    ]
    assert len(looked_at) > 200
    assert [line for source in looked_at for line in by_hand(source.path, source.tree)] == []


@pytest.mark.parametrize(
    "line",
    [
        'f"{price:.2f}"',
        'f"${price}"',
        'f"{count:,}"',
        'f"{moment:%H:%M}"',
        'f"{sum.micros} of them"',
        '"$" + money',
        '"%.2f USDC" % value',
        '"{:.2f}".format(value)',
        'format(value, ".2f")',
        "str(sum.micros)",
        "sum.micros / 1_000_000",
        "sum.micros // 10_000",
        'moment.strftime("%d %b")',
        'locale.toCurrencyString(3, "$")',
        "QDate(2026, 11, 21)",
        'tr("You get ${sum}", sum=1)',
        'plural(3, "part", "parts")',
    ],
)
def test_the_rule_finds(line: str) -> None:
    assert list(by_hand("studio/pages/x.py", ast.parse(line)))


def test_the_rule_lets_the_makers_words_pass() -> None:
    kept = 'tr("You get {sum}", sum=money(check.you_get)); f"{number(count)} of {whole}"; mark("At $2.99 a month.")'
    assert not list(by_hand("studio/pages/x.py", ast.parse(kept)))
