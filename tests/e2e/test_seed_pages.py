"""Every ``curl`` of the seeds' own pages, run by a shell as it is written, against ``museclock-node serve --demo``.

MUSECLOCK_SEEDS names the folder of their markdown pages, which are not ours to keep here. What the pages' commands do
is checked by test_seed_requests.py, whose requests are written by us; this is the proof that both are the same.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.world_node_process import NodeProcess

PAGES = os.environ.get("MUSECLOCK_SEEDS", "")
pytestmark = [
    pytest.mark.skipif(not PAGES, reason="MUSECLOCK_SEEDS names no folder with the seeds' pages"),
    pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here"),
]
_COMMAND = re.compile(r"^curl (?:.*\\\n)*.*", re.MULTILINE)
_ID = re.compile(r"<the-(?P<kind>[a-z]+)-id>")
_SENT = re.compile(r"-d '(\{.*\})'")
PORTS = (8000, 8001)


@dataclass(slots=True)
class Reader:
    """Runs commands one after the other, as somebody who reads the page and copies them would."""

    home: Path
    ids: dict[str, str] = field(default_factory=dict)
    """The id of what was made last, by what kind of thing it is."""

    def filled(self, text: str) -> str:
        """Put in the ids that the page leaves open; nothing else is changed: curl reads from its home what is."""
        return _ID.sub(lambda match: self.ids[match["kind"]], text)

    def run(self, command: str) -> tuple[int, Any]:
        """Run a command by a shell; gives status and answer."""
        home = {**os.environ, "HOME": str(self.home)}
        told = ["/bin/sh", "-c", self.filled(command)]
        done = subprocess.run(told, env=home, capture_output=True, timeout=60, check=False)
        assert done.returncode == 0, (command, done.stderr.decode())
        body, _, status = done.stdout.decode().rpartition("\n")
        answer = json.loads(body)
        made = re.search(r"-X POST http://\S+/(tier|content)s?/\s", command)
        if made:
            self.ids[made[1]] = answer["id"]
        return int(status), answer


@pytest.fixture
def reader(demo_node_process: NodeProcess, tmp_path: Path) -> Reader:
    """Somebody whose curl finds the ports of the pages at this node's two."""
    ports = (url.rpartition(":")[2] for url in demo_node_process.urls)
    ways = [f'connect-to = "localhost:{port}:127.0.0.1:{own}"' for port, own in zip(PORTS, ports, strict=True)]
    (tmp_path / ".curlrc").write_text("\n".join((*ways, "silent", "show-error", 'write-out = "\\n%{http_code}"', "")))
    return Reader(tmp_path)


def commands() -> list[str]:
    """Give the commands of all pages in their order."""
    pages = sorted(Path(PAGES).glob("*.md"))
    assert pages, f"no markdown pages in {PAGES}"
    return [match[0] for page in pages for match in _COMMAND.finditer(page.read_text())]


def test_every_command_of_the_pages_is_answered(reader: Reader) -> None:
    kinds: Counter[str] = Counter()
    for command in commands():
        status, answer = reader.run(command)
        # Whoever does not say who they are is not subscribed, as the page calls it.
        if re.search(r"GET \S+/content/<the-content-id>\"?$", command):
            assert status in (402, 403), (command, answer)
            assert "video_url" not in json.dumps(answer)
            kinds["refused"] += 1
            continue
        assert 200 <= status < 300, (command, answer)
        kinds["answered"] += 1
        sent = _SENT.search(command)
        if sent:
            # The same names and the same values come back, numbers as numbers.
            wanted = json.loads(reader.filled(sent[1]))
            assert {name: answer[name] for name in wanted} == wanted, command
            kinds["like what was sent"] += 1
    assert (kinds["refused"], kinds["like what was sent"]) == (1, 4), kinds
    assert kinds["answered"] == len(commands()) - 1 >= 10
