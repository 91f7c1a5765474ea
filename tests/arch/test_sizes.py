"""Files and functions stay small enough to be read at once."""

from __future__ import annotations

import ast

from tests.arch.sizes import FILE_CAP, FUNCTION_CAP, LARGER_FILES, LARGER_FUNCTIONS
from tests.fixtures.sources import Source

Function = ast.FunctionDef | ast.AsyncFunctionDef


def _above(sizes: dict[str, int], cap: int) -> dict[str, int]:
    return {name: size for name, size in sizes.items() if size > cap}


def _history(source: Source) -> bool:
    """Tell migrations: written once, in one piece, never changed."""
    return source.path.startswith("services/db/migrations/")


def _functions(source: Source) -> dict[str, int]:
    found: dict[str, int] = {}

    def visit(node: ast.AST, where: str) -> None:
        for child in ast.iter_child_nodes(node):
            name = where
            if isinstance(child, Function | ast.ClassDef):
                name = f"{where}.{child.name}"
            if isinstance(child, Function):
                found[name] = (child.end_lineno or child.lineno) - child.lineno + 1
            visit(child, name)

    visit(source.tree, source.path + ":")
    return found


def test_files_stay_below_the_cap(all_sources: tuple[Source, ...]) -> None:
    above = _above({source.path: source.lines for source in all_sources}, FILE_CAP)
    assert above == LARGER_FILES, "split by meaning, or lower the number in tests/arch/sizes.py"


def test_functions_stay_below_the_cap(all_sources: tuple[Source, ...]) -> None:
    sizes: dict[str, int] = {}
    for source in all_sources:
        if not _history(source):
            sizes.update(_functions(source))
    assert _above(sizes, FUNCTION_CAP) == LARGER_FUNCTIONS, "split by meaning, or lower the number in sizes.py"


def test_the_typical_file_and_function_are_small(product_sources: tuple[Source, ...]) -> None:
    files = sorted(source.lines for source in product_sources)
    functions = sorted(size for source in product_sources for size in _functions(source).values())
    assert files[len(files) // 2] <= 200
    assert functions[len(functions) * 9 // 10] <= 30


def test_names_say_what_a_module_holds(product_sources: tuple[Source, ...]) -> None:
    empty = {"utils", "helpers", "common", "manager", "misc", "util", "helper"}
    guilty = [s.path for s in product_sources if empty & set(s.path.removesuffix(".py").split("/"))]
    assert not guilty


def test_every_module_says_what_it_owns(all_sources: tuple[Source, ...]) -> None:
    guilty = [s.path for s in all_sources if s.text.strip() and not ast.get_docstring(s.tree)]
    assert not guilty
