"""The page that lists all pictures."""

from __future__ import annotations

from pathlib import Path

from tests.shots.index import write_index


def test_every_picture_stands_on_the_page_under_its_place(tmp_path: Path) -> None:
    names = ("pages/studio/overview-dark-1280x800-100-en.png", "world/creator-overview-light.png", "tour/a & b.png")
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    page = write_index(tmp_path).read_text(encoding="utf-8")
    assert "<h1>3 pictures</h1>" in page
    assert [place in page for place in ("<h2>pages/studio</h2>", "<h2>world</h2>", "<h2>tour</h2>")] == [True] * 3
    assert 'src="tour/a &amp; b.png"' in page
