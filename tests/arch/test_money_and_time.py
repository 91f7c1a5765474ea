"""Money is never a float, and time is never naive nor read past the clock."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.fixtures.sources import Source

MONEY_WORD = re.compile(
    r"(price|amount|usdc|balance|fee|payout|money|earning|spent|gross|micros|gas_wei)", re.IGNORECASE
)
CLOCK_MODULE = "services/units/time.py"
BANNED_CALLS = {
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns",
    "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.utcfromtimestamp",
}  # fmt: skip


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_name(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _says_float(annotation: ast.expr | None) -> bool:
    return annotation is not None and any(isinstance(n, ast.Name) and n.id == "float" for n in ast.walk(annotation))


def _float_money(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        where = f"{source.path}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.arg) and MONEY_WORD.search(node.arg) and _says_float(node.annotation):
            yield f"{where} argument {node.arg}"
        elif isinstance(node, ast.AnnAssign) and MONEY_WORD.search(_name(node.target)) and _says_float(node.annotation):
            yield f"{where} {_name(node.target)}"
        elif isinstance(node, ast.Call) and _name(node.func) == "float" and node.args:
            if MONEY_WORD.search(ast.unparse(node.args[0])):
                yield f"{where} {ast.unparse(node)}"
        elif isinstance(node, ast.FunctionDef) and MONEY_WORD.search(node.name) and _says_float(node.returns):
            yield f"{where} {node.name} -> float"


def test_money_is_never_a_float(product_sources: tuple[Source, ...]) -> None:
    # Charts draw with floats: the conversion stands in the one module that feeds them.
    guilty = [line for s in product_sources if s.path != "studio/kit/chart.py" for line in _float_money(s)]
    assert not guilty


def test_the_services_hold_no_float_columns(product_sources: tuple[Source, ...]) -> None:
    guilty = [
        f"{source.path}:{node.lineno}"
        for source in product_sources
        if source.path.startswith("services/db")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Name) and node.id in ("Float", "REAL", "Numeric", "DECIMAL")
    ]
    assert not guilty


def test_the_present_comes_from_the_clock(product_sources: tuple[Source, ...]) -> None:
    guilty = [
        f"{source.path}:{node.lineno} {_name(node.func)}"
        for source in product_sources
        if source.path != CLOCK_MODULE
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and _name(node.func) in BANNED_CALLS
    ]
    assert not guilty
