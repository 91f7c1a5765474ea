"""The import arrows of the architecture hold, and the window's start path stays light."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fixtures.sources import Source

HEAVY = ("httpx", "pydantic", "fastapi", "numpy", "web3", "av", "sqlalchemy", "vlc")


def test_import_contracts_hold(root: Path) -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("module", ["studio.__main__", "studio.app", "studio.window", "studio.kit.crash"])
def test_the_start_path_imports_nothing_heavy(root: Path, module: str) -> None:
    code = f"import sys, {module}; print(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    run = subprocess.run([sys.executable, "-c", code], cwd=root, check=True, capture_output=True, text=True)
    assert not set(run.stdout.split()) & set(HEAVY)


def test_the_start_path_does_not_name_qts_namespace(root: Path) -> None:
    """It builds its hundred enumerations: see studio.kit.qt_values."""
    start = "import sys, studio.app, studio.kit.crash"
    code = start + "; print(*sorted(name for name, its in sys.modules.items() if 'Qt' in vars(its)))"
    run = subprocess.run([sys.executable, "-c", code], cwd=root, check=True, capture_output=True, text=True)
    assert not run.stdout.split()


def _imported(source: Source) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def _at_run_time(source: Source) -> set[str]:
    """Give what a module imports when it is imported itself: not for types only, not inside a function."""
    found: set[str] = set()
    for node in source.tree.body:
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def test_pages_leave_the_wire_to_the_bridge(product_sources: tuple[Source, ...]) -> None:
    """The bridge's thread imports pydantic while pages are made: a page that did so as well met it half imported."""
    allowed = {"services.wire.problems"}
    guilty = {
        source.path: names
        for source in product_sources
        if source.path.startswith(("studio/", "player/")) and not source.path.startswith("studio/tour/")
        if (names := {n for n in _at_run_time(source) if n.startswith(("services.wire", "services.client"))} - allowed)
    }
    assert not guilty


def test_units_need_the_standard_library_only(product_sources: tuple[Source, ...]) -> None:
    for source in product_sources:
        if source.path.startswith("services/units/"):
            outside = {
                name
                for name in _imported(source)
                if name.split(".")[0] not in sys.stdlib_module_names and not name.startswith("services.units")
            }
            assert not outside, f"{source.path} imports {sorted(outside)}"


def test_only_player_vlc_imports_vlc(product_sources: tuple[Source, ...]) -> None:
    importers = {source.path for source in product_sources if "vlc" in _imported(source)}
    assert all(path.startswith("player/vlc/") for path in importers), importers


def test_tests_are_not_imported_by_the_product(product_sources: tuple[Source, ...]) -> None:
    guilty = {s.path for s in product_sources if any(name.split(".")[0] == "tests" for name in _imported(s))}
    assert not guilty


def test_qt_code_has_no_async_functions(product_sources: tuple[Source, ...]) -> None:
    """Coroutines run on the bridge's thread only: view-models hand it jobs, the kit holds it; no page and no widget."""
    allowed = ("studio/kit/bridge", "studio/kit/service_link.py", "studio/kit/events.py", "studio/tour/")
    guilty = [
        f"{source.path}:{node.lineno}"
        for source in product_sources
        if source.path.startswith(("studio/", "player/")) and not source.path.startswith(allowed)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.AsyncFunctionDef) and not source.path.endswith("view_model.py")
    ]
    assert not guilty


def test_nothing_pumps_the_event_loop(product_sources: tuple[Source, ...]) -> None:
    guilty = [s.path for s in product_sources if "processEvents(" in s.text and not s.path.startswith("studio/tour/")]
    assert not guilty
