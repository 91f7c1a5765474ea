"""Links, the one window of a profile, and what the tray tells: strict with strangers' words, and never paying."""

from __future__ import annotations

import configparser
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from services.wire.notices import NoticeOut
from services.wire.problems import ProblemError
from studio.app import Studio
from studio.doorbell import Doorbell
from studio.kit import service_process
from studio.kit.context import PageContext
from studio.kit.links import PAGES, read_link
from studio.link_view_model import LinkOpener
from studio.routes import STUDIO_ROUTES, player_routes
from studio.single import claim, place, ring
from studio.tray import Teller
from tests.fixtures import samples
from tests.fixtures.window import PreparedClient, Shell

ROOT = Path(__file__).parents[3]
FILM = f"museclock://7427010/content/{samples.FILM}"
CHANNEL = f"museclock://5042002/creator/{samples.CREATOR}"
DEAF = """
import json, os, sys
sys.stdin.readline()
print(json.dumps({"ready": True, "socket": "/nowhere/s", "protocol": 1, "pid": os.getpid()}), flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize(
    ("tail", "node"),
    [
        ("", ""),
        ("?node=https%3A%2F%2Ffilms.example", "https://films.example"),
        ("?node=https:%2F%2Ffilms.example:8443", "https://films.example:8443"),
    ],
)
def test_links_to_films_channels_and_pages_are_read(tail: str, node: str) -> None:
    film, channel = read_link(FILM + tail), read_link(f" {CHANNEL}{tail}\n")
    assert film is not None
    assert (film.kind, film.text) == ("film", FILM + tail)
    assert channel is not None
    assert (channel.kind, channel.creator, channel.node) == ("channel", samples.CREATOR, node)
    page = read_link("museclock://open/wallet")
    assert page is not None
    assert (page.kind, page.page) == ("page", "wallet")


HOSTILE = [
    "", "museclock:", "museclock://", "MUSECLOCK://open/wallet", "museclock://open/oversight", "museclock://open/watch/x",
    "museclock://open/wallet?send=1", "museclock://open/wallet#x", "museclock://open/../wallet", "museclock://pay/1",
    "museclock://buy/0x" + "11" * 32, f"{FILM}/buy", f"{FILM}?buy=1", f"{FILM}?node=a&pay=1", f"{FILM}?node=a b",
    f"{FILM}?node=" + "a" * 700, FILM[:-1], FILM + "0", FILM.replace("7427010", "-1"), f"https://x/{FILM}",
    f"{FILM}\n{FILM}",
    f"{FILM}\x00", f"{CHANNEL}?node=https://x/<script>", "museclock://5042002/creator/0x", "javascript:alert(1)",
    "museclock://open/wallet\r\nmuseclock://open/settings", "a" * 100_000,
    "museclock://７427010/content/" + samples.FILM,
    "file:///etc/passwd", "--profile=/tmp/x", "museclock://open/wállet",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_anything_else_is_no_link(text: str) -> None:
    assert read_link(text) is None


def test_every_page_that_a_link_may_open_is_one() -> None:
    assert set(PAGES) <= (STUDIO_ROUTES | player_routes()).keys()


def test_a_film_s_link_opens_its_page_and_asks_for_nothing_else(
    page_context: PageContext, client: PreparedClient, shell: Shell, qtbot: QtBot
) -> None:
    client.answers["nodes.open_link"] = samples.item()
    opener = LinkOpener(page_context)
    opener.open(FILM)
    qtbot.waitUntil(lambda: bool(shell.visited))
    assert shell.visited == [("watch", {"content_id": samples.FILM})]
    assert {name for name, _, _ in client.calls} == {"nodes.open_link"}


def test_a_channel_s_link_calls_on_no_node_that_its_person_never_named(
    page_context: PageContext, client: PreparedClient, shell: Shell, qtbot: QtBot
) -> None:
    client.answers["nodes.list"] = (samples.node(),)
    opener = LinkOpener(page_context)
    opener.open(f"{CHANNEL}?node=https%3A%2F%2Fevil.example")
    qtbot.waitUntil(lambda: bool(shell.said))
    assert shell.visited == []
    opener.open(f"{CHANNEL}?node=https%3A%2F%2Ffilms.example")
    qtbot.waitUntil(lambda: bool(shell.visited))
    assert shell.visited == [("channel", {"creator": samples.CREATOR, "node": samples.FAR})]
    opener.open(CHANNEL)
    assert shell.visited[-1] == ("channel", {"creator": samples.CREATOR})


def test_what_cannot_be_opened_says_why(
    page_context: PageContext, client: PreparedClient, shell: Shell, qtbot: QtBot
) -> None:
    client.answers["nodes.open_link"] = ProblemError("content.not_found")
    opener = LinkOpener(page_context)
    opener.open(FILM)
    qtbot.waitUntil(lambda: len(shell.said) == 1)
    opener.open("museclock://pay/me")
    assert shell.said[1] == "This is no link to a film, a channel or a page."
    opener.open("museclock://open/library")
    assert shell.visited == [("library", {})]


@pytest.fixture
def doorbell(tmp_path: Path, qapp: QApplication) -> Iterator[Doorbell]:
    """A window's ear, in a short folder."""
    made = Doorbell(tmp_path)
    assert made.listen()
    yield made
    made.close()


def second_start(profile: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """Start the app once more, as a person would."""
    command = [sys.executable, "-m", "studio", "--profile", str(profile), *arguments]
    return subprocess.Popen(command, cwd=ROOT)


def test_nobody_answers_where_no_window_is(tmp_path: Path) -> None:
    assert not ring(tmp_path, FILM)
    # A killed window leaves its socket behind.
    left = socket.socket(socket.AF_UNIX)
    left.bind(place(tmp_path))
    left.close()
    assert not ring(tmp_path, FILM)
    assert len(place(tmp_path / ("deep" * 40)).encode()) < 108


def test_a_profile_is_one_process_s_until_that_ends(tmp_path: Path) -> None:
    held = claim(tmp_path)
    assert held is not None
    asked = [
        sys.executable,
        "-c",
        f"import pathlib, studio.single as s; print(s.claim(pathlib.Path({str(tmp_path)!r})))",
    ]
    other = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True)
    assert other.stdout.strip() == "None"
    os.close(held)
    other = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(other.stdout) > 0
    # Where none can be held the window opens all the same, and its service says what is wrong.
    (tmp_path / "file").write_text("")
    assert claim(tmp_path / "file" / "profile") == -1


def test_strangers_words_are_cut_and_dropped(doorbell: Doorbell, tmp_path: Path, qtbot: QtBot) -> None:
    heard: list[str] = []
    doorbell.rung.connect(heard.append)
    for said in (b"museclock://open/wallet\n", b"museclock://pay/1\n", b"\xff\xfe\x00\n", FILM.encode() + b"\nmore\n"):
        with socket.socket(socket.AF_UNIX) as line, qtbot.waitSignal(doorbell.rung):
            line.connect(place(tmp_path))
            line.sendall(said)
    assert heard == ["museclock://open/wallet", "", "", FILM]
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(place(tmp_path))
        line.setblocking(False)
        line.send(b"x" * 5_000)
        qtbot.waitUntil(lambda: _is_cut(line))
    assert len(heard) == 4


def _is_cut(line: socket.socket) -> bool:
    try:
        return line.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionResetError:
        return True


def test_a_second_start_brings_the_first_window_forward_with_its_link(
    qtbot: QtBot, qapp: QApplication, profile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service_process, "command", lambda _profile, **_said: [sys.executable, "-I", "-c", DEAF])
    studio = Studio(qapp, profile=profile, demo=True)
    second: subprocess.Popen[bytes] | None = None
    try:
        with qtbot.waitSignal(studio.window.painted):
            studio.start()
        qtbot.waitUntil(lambda: Path(place(profile)).exists())
        second = second_start(profile, "--open", "museclock://open/library")
        qtbot.waitUntil(lambda: "library" in str(_page_name(studio)), timeout=60_000)
        qtbot.waitUntil(lambda: second.poll() is not None, timeout=60_000)
        assert second.returncode == 0
    finally:
        if second is not None and second.poll() is None:
            second.kill()
            second.wait()
        studio.close()
        studio.window.deleteLater()
    assert not Path(place(profile)).exists()


def _page_name(studio: Studio) -> str:
    page = studio.window.page
    return "" if page is None else page.objectName()


def sold(amount: int = 10_000) -> NoticeOut:
    params = {"amount": str(amount), "count": "1", "title": "Salt"}
    return NoticeOut(id="1", kind="sale", params=params, at=samples.NOW, is_read=False)


class Icon:
    """Stands for a system's tray, which no test machine has."""

    def __init__(self, *, shows: bool = True) -> None:
        self.shows, self.shown = shows, list[str]()

    def supportsMessages(self) -> bool:
        return self.shows

    def icon(self) -> None:
        return None

    def showMessage(self, _title: str, words: str, _icon: object, _ms: int) -> None:
        self.shown.append(words)

    def hide(self) -> None:
        self.shows = False


@pytest.fixture
def teller(qtbot: QtBot, shell: Shell) -> Callable[[], Teller]:
    window = QWidget()
    qtbot.addWidget(window)

    def make() -> Teller:
        return Teller(window, shell.said.append)

    return make


def test_without_a_tray_the_window_says_it(
    teller: Callable[[], Teller], page_context: PageContext, client: PreparedClient, shell: Shell, qtbot: QtBot
) -> None:
    told: list[tuple[NoticeOut, ...]] = [(sold(), sold(20_000)), ()]
    client.answers["notices.take"] = lambda: told.pop(0) if told else ()
    made = teller()
    assert made.icon is None
    made.follow(page_context)
    qtbot.waitUntil(lambda: bool(shell.said))
    assert shell.said == ["$0.02 from 1 payment for “Salt”. (and 1 more)"]
    made.follow(page_context)
    page_context.events.changed.emit("notice", ())
    qtbot.waitUntil(lambda: len(client.called("notices.take")) == 2)
    assert len(shell.said) == 1
    made.close()


def test_a_tray_s_message_leads_to_the_rows(teller: Callable[[], Teller], shell: Shell, qtbot: QtBot) -> None:
    made, icon = teller(), Icon()
    made.icon = icon  # type: ignore[assignment]  # stands for the system's
    made.tell((sold(),))
    assert (icon.shown, shell.said) == (["$0.01 from 1 payment for “Salt”."], [])
    with qtbot.waitSignal(made.page_wanted) as wanted:
        made._on_message()
    assert wanted.args == ["earnings"]
    icon.shows = False
    made.tell((sold(),))
    assert len(shell.said) == 1
    made.close()


def test_the_desktop_entry_hands_links_over() -> None:
    entry = configparser.ConfigParser(interpolation=None)
    entry.optionxform = str  # type: ignore[assignment,method-assign]  # names of the format have capitals
    entry.read(ROOT / "resources" / "museclock.desktop")
    said = dict(entry["Desktop Entry"])
    assert said["Exec"] == "museclock --open %u"
    assert said["MimeType"] == "x-scheme-handler/museclock;"
    from studio.__main__ import _parse

    assert (_parse(["--open"]).open, _parse(["--open", FILM]).open, _parse([]).open) == ("", FILM, "")
