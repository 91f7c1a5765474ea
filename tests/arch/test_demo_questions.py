"""Below the host nothing asks whether its world is a demo: what a tester sees is what everybody gets."""

from __future__ import annotations

import ast
from pathlib import Path

PARTS = ("node", "desk", "media", "ipfs", "chain", "db", "sharing", "statements", "units", "http")


def _asks(tree: ast.AST) -> bool:
    for one in ast.walk(tree):
        name = getattr(one, "id", None) or getattr(one, "attr", None) or getattr(one, "arg", None)
        if isinstance(name, str) and name in ("is_demo", "demo"):
            return True
    return False


def test_no_part_below_the_host_asks_whether_it_is_a_demo(root: Path) -> None:
    files = [path for part in PARTS for path in (root / "services" / part).rglob("*.py")]
    assert len(files) > 200
    assert [str(path) for path in files if _asks(ast.parse(path.read_text()))] == []
    assert _asks(ast.parse("if setup.is_demo: pass"))
