"""The walk of the guide holds in a small world, and its pages and pictures belong together."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from tests.fixtures.no_network import no_network
from tests.guide.walk import GUIDE, pictures, read_walk

PAGES = ("guide.md", "guide-creator.md", "guide-viewer.md", "guide-tester.md")


def shown(root: Path) -> list[str]:
    """Name the pictures that the pages show, in order."""
    text = "".join((root / "docs" / page).read_text() for page in PAGES)
    return re.findall(r"\]\(guide/([a-z-]+)\.png\)", text)


def test_every_picture_of_the_walk_is_shown_and_small(root: Path) -> None:
    assert shown(root) == pictures()
    files = [GUIDE / f"{name}.png" for name in pictures()]
    assert all(file.stat().st_size < 200_000 for file in files)
    assert sum(file.stat().st_size for file in files) < 3_000_000
    assert {path.name for path in GUIDE.glob("*.png")} == {file.name for file in files}
    assert all(QImage(str(file)).width() >= 900 for file in files)


def test_the_pages_lead_to_each_other(root: Path) -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#]+)\)", (root / "docs" / page).read_text()):
            assert (root / "docs" / target).is_file(), f"{page}: {target}"


@pytest.mark.timeout(600)
def test_the_walk_holds_in_a_world_built_without_any_network(root: Path, tmp_path: Path) -> None:
    run = subprocess.run(
        [*no_network(), sys.executable, "-m", "tests.guide", "--profile", str(tmp_path / "p"), "--size", "small"],
        cwd=root,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_CACHE_HOME": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
        check=False,
        timeout=580,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.count("ok  ") == sum(map(len, read_walk().values()))
