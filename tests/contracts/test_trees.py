"""Every case of a tree has its test, and every test its case."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
TREES = sorted((HERE / "trees").glob("*.tree"))
MORE = {"invariants": [HERE / "sales_machine.py"]}


def _case_names(tree: Path) -> set[str]:
    leaves = re.findall(r"── (it .+)$", tree.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {"test_" + re.sub(r"[^a-z0-9]+", "_", leaf.lower()).strip("_") for leaf in leaves}


def _test_names(tree: Path) -> set[str]:
    files = [HERE / f"test_{tree.stem}.py", *MORE.get(tree.stem, ())]
    modules = [ast.parse(file.read_text(encoding="utf-8")) for file in files]
    names = {node.name for one in modules for node in ast.walk(one) if isinstance(node, ast.FunctionDef)}
    # An invariant is a method of its machine, not a test of its own.
    return {"test_" + name.removeprefix("test_") for name in names if name.startswith(("test_it_", "it_"))}


@pytest.mark.parametrize("tree", TREES, ids=lambda tree: tree.stem)
def test_cases_and_tests_are_the_same(tree: Path) -> None:
    assert _test_names(tree) == _case_names(tree)
