"""``python -m tests.shots.index FOLDER``: one page with all pictures of a folder, by place and name."""

from __future__ import annotations

import sys
from html import escape
from itertools import groupby
from pathlib import Path

_HEAD = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Museclock: pictures</title>
<style>body{background:#0e1116;color:#e8ecf1;font:14px sans-serif;margin:24px}
figure{display:inline-block;margin:8px;width:320px;vertical-align:top}img{width:320px;border:1px solid #2a323d}
figcaption{color:#9aa6b2;overflow-wrap:anywhere}</style>"""


def write_index(folder: Path) -> Path:
    """Write FOLDER/index.html; gives its path."""
    pictures = sorted(path.relative_to(folder) for path in folder.rglob("*.png"))
    parts = [_HEAD, f"<h1>{len(pictures)} pictures</h1>"]
    for place, group in groupby(pictures, lambda path: path.parent):
        parts.append(f"<h2>{escape(str(place))}</h2>")
        for path in group:
            link = escape(path.as_posix(), quote=True)
            parts.append(
                f'<figure><a href="{link}"><img loading="lazy" src="{link}" alt="{escape(path.stem, quote=True)}"></a>'
                f"<figcaption>{escape(path.stem)}</figcaption></figure>"
            )
    target = folder / "index.html"
    target.write_text("\n".join(parts) + "</html>\n", encoding="utf-8")
    return target


if __name__ == "__main__":
    print(write_index(Path(sys.argv[1])))
