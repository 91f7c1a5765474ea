"""Every problem code has a status, a sentence and a place that raises it; no code is invented on the way."""

from __future__ import annotations

import ast
import re

import pytest

from services.wire.problems import KINDS
from studio.kit.problem_texts import TEXTS
from studio.kit.problems import Action, Problem, advice
from tests.fixtures.sources import Source

TABLES = (
    "services/wire/problems.py",
    "studio/kit/problems.py",
    "studio/kit/problem_texts.py",
    "studio/kit/money_problem_texts.py",
)
CODE = re.compile(r"^[a-z]+\.[a-z_]+$")


def _strings(source: Source) -> set[str]:
    return {
        node.value for node in ast.walk(source.tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def _raised(source: Source) -> set[str]:
    """Give the codes that are written as the first argument of ProblemError or Problem."""
    return {
        node.args[0].value
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("ProblemError", "Problem")
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


def test_every_code_is_raised_somewhere(product_sources: tuple[Source, ...]) -> None:
    used: set[str] = set()
    for source in product_sources:
        if source.path not in TABLES:
            used |= _strings(source)
    idle = set(KINDS) - used
    assert not idle


def test_no_code_is_raised_that_the_table_lacks(product_sources: tuple[Source, ...]) -> None:
    raised = {code: source.path for source in product_sources for code in _raised(source)}
    assert not {code: path for code, path in raised.items() if code not in KINDS}


def test_every_code_has_a_sentence() -> None:
    assert set(TEXTS) == set(KINDS)


def test_statuses_are_of_http() -> None:
    assert all(code == "internal" or CODE.match(code) for code in KINDS)
    assert all(kind.status == 202 or 400 <= kind.status < 600 for kind in KINDS.values())


@pytest.mark.parametrize("code", sorted(KINDS))
def test_sentences_are_whole_and_actions_exist(code: str) -> None:
    happened, next_step, action = TEXTS[code]
    assert happened.endswith((".", "?", "!"))
    assert not next_step or next_step.endswith((".", "?", "!"))
    assert action in Action.__members__
    advice(Problem(code))
