"""What the desktop has to do with a film, over a real session bus: media keys, and a screen that stays on."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from typing import Any
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import SLOT, QObject, Slot
from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher, QDBusVariant, QDBusVirtualObject
from pytestqt.qtbot import QtBot

from player.core.playback import State
from player.pages.watch.awake import Awake
from player.pages.watch.media_keys import PATH, PLAYER, SERVICE
from player.pages.watch.page import WatchPage
from player.pages.watch.view_model import WatchViewModel
from tests.fixtures import samples
from tests.fixtures.viewer import FakeEngine
from tests.fixtures.window import PreparedClient

PROPERTIES = "org.freedesktop.DBus.Properties"
Ask = Callable[..., list[Any]]


class ScreenSaver(QDBusVirtualObject):
    """A desktop's screen saver: knows who asked to keep it away."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[list[Any]] = []
        self.holders: list[str] = []

    def introspect(self, _path: str) -> str:
        return ""

    def handleMessage(self, message: QDBusMessage, connection: QDBusConnection) -> bool:
        self.asked.append([message.member(), *message.arguments()])
        self.holders.append(message.service())
        return connection.send(message.createReply(7))


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A session bus of this module's own: libdbus remembers the first one that a process asks for."""
    folder = tempfile.mkdtemp(prefix="mc-bus-")
    try:
        daemon = subprocess.Popen(
            ["dbus-daemon", "--session", f"--address=unix:dir={folder}", "--nofork", "--print-address"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
    except FileNotFoundError:
        pytest.skip("this machine has no dbus-daemon")
    assert daemon.stdout is not None
    yield daemon.stdout.readline().strip()
    daemon.terminate()
    daemon.wait()
    daemon.stdout.close()
    shutil.rmtree(folder)


@pytest.fixture
def bus(qapp: object, address: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[QDBusConnection]:
    """A desktop's line to the bus."""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    yield QDBusConnection.connectToBus(address, "test-desktop")
    QDBusConnection.disconnectFromBus("test-desktop")


@pytest.fixture
def ask(bus: QDBusConnection, qtbot: QtBot) -> Ask:
    """Call the film's object, and give the answer."""

    def call(interface: str, name: str, *given: Any) -> list[Any]:
        message = QDBusMessage.createMethodCall(SERVICE, PATH, interface, name)
        message.setArguments(list(given))
        watcher = QDBusPendingCallWatcher(bus.asyncCall(message))
        with qtbot.waitSignal(watcher.finished, timeout=20_000):
            pass
        reply = watcher.reply()
        assert reply.type() is QDBusMessage.MessageType.ReplyMessage, reply.errorMessage()
        return list(reply.arguments())

    return call


@pytest.fixture
def read(ask: Ask) -> Callable[[str], Any]:
    """Read one property of the film."""

    def get(name: str) -> Any:
        (found,) = ask(PROPERTIES, "Get", PLAYER, name)
        return found.variant() if isinstance(found, QDBusVariant) else found

    return get


class Listener(QObject):
    """A desktop's applet: keeps what the film tells by itself, and of which kinds the values are."""

    def __init__(self, bus: QDBusConnection) -> None:
        super().__init__()
        self.heard: list[tuple[str, str, list[Any]]] = []
        for interface, name in ((PROPERTIES, "PropertiesChanged"), (PLAYER, "Seeked")):
            assert bus.connect("", PATH, interface, name, self, SLOT("hear(QDBusMessage)"))  # type: ignore[call-overload]  # as PySide takes it

    @Slot(QDBusMessage)
    def hear(self, message: QDBusMessage) -> None:
        self.heard.append((message.member(), message.signature(), list(message.arguments())))

    def of(self, name: str) -> list[tuple[str, list[Any]]]:
        return [(kinds, given) for member, kinds, given in self.heard if member == name]


# The specification's own: a client that insists on them takes nothing else.
KINDS = {
    "PlaybackStatus": "s", "Rate": "d", "MinimumRate": "d", "MaximumRate": "d", "Volume": "d", "Metadata": "a{sv}",
    "Position": "x", "CanGoNext": "b", "CanGoPrevious": "b", "CanPlay": "b", "CanPause": "b", "CanSeek": "b",
    "CanControl": "b", "Identity": "s", "DesktopEntry": "s", "CanQuit": "b", "CanRaise": "b", "HasTrackList": "b",
    "SupportedUriSchemes": "as", "SupportedMimeTypes": "as",
}  # fmt: skip
CALLS = {"Raise": "", "Quit": "", "PlayPause": "", "Play": "", "Pause": "", "Stop": "", "Next": "", "Previous": "",
         "Seek": "x", "SetPosition": "ox"}  # fmt: skip


@pytest.fixture
def playing(model: WatchViewModel, engine: FakeEngine, bus: QDBusConnection, qtbot: QtBot) -> WatchViewModel:
    """A film that plays, on a desktop."""
    model.play()
    qtbot.waitUntil(lambda: bool(engine.fed))
    engine.show_first()
    return model


def test_the_film_says_of_itself_what_the_specification_asks_for(playing: WatchViewModel, ask: Ask) -> None:
    (xml,) = ask("org.freedesktop.DBus.Introspectable", "Introspect")
    ours = [one for one in ElementTree.fromstring(xml) if str(one.get("name")).startswith("org.mpris.")]  # noqa: S314  # our own
    assert {one.get("name") for one in ours} == {"org.mpris.MediaPlayer2", PLAYER}
    assert {one.get("name"): one.get("type") for part in ours for one in part.iter("property")} == KINDS
    taken = {
        one.get("name"): "".join(str(given.get("type")) for given in one.iter("arg"))
        for part in ours
        for one in part.iter("method")
    }
    assert taken == CALLS
    assert {one.get("name") for part in ours for one in part.iter("property") if one.get("access") == "readwrite"} == {
        "Rate",
        "Volume",
    }


def test_keys_of_the_desktop_play_and_pause_a_film_and_move_in_it(
    page: WatchPage, playing: WatchViewModel, ask: Ask, read: Callable[[str], Any], qtbot: QtBot
) -> None:
    assert page._media_keys.is_offered
    assert [read(name) for name in ("PlaybackStatus", "CanSeek", "CanGoNext")] == ["Playing", True, False]
    for name, then, said in (
        ("PlayPause", State.PAUSED, "Paused"),
        ("Play", State.PLAYING, "Playing"),
        ("Pause", State.PAUSED, "Paused"),
    ):
        ask(PLAYER, name)
        assert (playing.state.playback.state, read("PlaybackStatus")) == (then, said)
    here = read("Position")
    page._media_keys.skip(4_000)
    assert read("Position") == here + 4_000_000
    film = page._media_keys.facts()["Metadata"]
    page._media_keys.seek(film["mpris:trackid"].path(), 7_000)
    assert read("Position") == 7_000_000
    # Asked about a film that is not there any more, or about no place of it: nothing happens (MPRIS, SetPosition).
    page._media_keys.seek("/org/museclock/film/0", 1_000)
    page._media_keys.seek(film["mpris:trackid"].path(), 40_001)
    assert read("Position") == 7_000_000
    ask(PLAYER, "Previous")
    assert read("Position") == 0
    ask(PROPERTIES, "Set", PLAYER, "Rate", QDBusVariant(2.0))
    ask(PROPERTIES, "Set", PLAYER, "Volume", QDBusVariant(1.4))
    assert (playing.state.speed, playing.state.volume) == (2.0, 140)
    ask(PROPERTIES, "Set", PLAYER, "Rate", QDBusVariant(9.0))
    ask(PROPERTIES, "Set", PLAYER, "Volume", QDBusVariant(-1.0))
    assert (read("Rate"), read("MaximumRate"), read("Volume")) == (3.0, 3.0, 0.0)


def test_no_key_of_the_desktop_answers_the_card_over_a_locked_part(
    page: WatchPage,
    playing: WatchViewModel,
    client: PreparedClient,
    engine: FakeEngine,
    ask: Ask,
    read: Callable[[str], Any],
) -> None:
    engine.end(1)
    assert playing.state.paywall is not None
    asked = len(client.calls)
    assert (read("CanPlay"), read("PlaybackStatus")) == (False, "Paused")
    for name in ("Play", "PlayPause", "Pause", "PlayPause", "Stop", "Play", "Next"):
        ask(PLAYER, name)
        assert playing.state.playback.state is State.PAYWALLED, name
    ask("org.mpris.MediaPlayer2", "Raise")
    paying = ("buy", "set_budget", "join", "give", "send")
    assert not [name for name, _, _ in client.calls[asked:] if name.rpartition(".")[2] in paying]
    # Back into what is owned it goes, as by the keys of the window.
    ask(PLAYER, "Previous")
    assert playing.state.playback.state is State.OPENING
    assert not client.called("playback.buy")


def test_what_changes_is_told_once_and_says_nothing_of_money_or_of_the_film_s_id(
    page: WatchPage, playing: WatchViewModel, bus: QDBusConnection, engine: FakeEngine, ask: Ask, qtbot: QtBot
) -> None:
    applet = Listener(bus)
    ask(PLAYER, "Pause")
    qtbot.waitUntil(lambda: bool(applet.of("PropertiesChanged")))
    playing.seek(9_000)
    qtbot.waitUntil(lambda: bool(applet.of("Seeked")))
    playing.projector.changed.emit()
    playing.toggle_keys()
    ask(PLAYER, "Pause")
    told = applet.of("PropertiesChanged")
    assert [kinds for kinds, _ in told] == ["sa{sv}as"] * len(told)
    assert applet.of("Seeked") == [("x", [9_000_000])]
    facts = page._media_keys.facts()
    assert facts["Metadata"]["xesam:title"] == "The clockmaker's apprentice"
    assert facts["Metadata"]["xesam:artist"] == ["Slow Lantern"]
    assert facts["Metadata"]["mpris:length"] == 40_000_000
    said = f"{facts} {facts['Metadata']['mpris:trackid'].path()}"
    assert samples.FILM not in said
    assert samples.CREATOR not in said
    assert "$" not in said


def test_the_film_is_offered_while_it_is_open_and_a_second_window_has_a_name_of_its_own(
    page: WatchPage, playing: WatchViewModel, bus: QDBusConnection, qtbot: QtBot
) -> None:
    names = bus.interface()
    page._media_keys.close()
    qtbot.waitUntil(lambda: SERVICE not in list(names.registeredServiceNames().value()))
    assert bus.registerService(SERVICE)  # the other window
    page._media_keys.follow(playing.state)
    assert page._media_keys.is_offered
    own = f"{SERVICE}.instance{os.getpid()}"
    qtbot.waitUntil(lambda: own in list(names.registeredServiceNames().value()))
    bus.unregisterService(SERVICE)
    page._media_keys.close()
    qtbot.waitUntil(lambda: own not in list(names.registeredServiceNames().value()))


def test_without_a_desktop_a_film_plays_as_ever(
    page: WatchPage, model: WatchViewModel, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    model.play()
    engine.show_first()
    assert model.state.playback.state is State.PLAYING
    assert not page._media_keys.is_offered


def test_a_desktop_that_refuses_is_asked_once_a_film(
    page: WatchPage, model: WatchViewModel, engine: FakeEngine, bus: QDBusConnection
) -> None:
    obstacle = QObject()
    ours = QDBusConnection.connectToBus(QDBusConnection.BusType.SessionBus, "museclock-media-keys")
    assert ours.registerObject(PATH, obstacle)
    model.play()
    engine.show_first()
    for _ in range(3):
        # With the refused line the obstacle went, so another try would succeed.
        model.projector.changed.emit()
    assert not page._media_keys.is_offered
    page._media_keys.close()
    page._media_keys.follow(model.state)
    assert page._media_keys.is_offered


def test_leaving_by_the_desktop_is_the_same_as_by_the_windows_own_cross(
    page: WatchPage, playing: WatchViewModel, ask: Ask, qtbot: QtBot
) -> None:
    assert page.isVisible()
    ask("org.mpris.MediaPlayer2", "Quit")
    assert not page.isVisible()


def test_the_screen_stays_on_while_a_film_plays_and_only_then(bus: QDBusConnection, qtbot: QtBot) -> None:
    saver = ScreenSaver()
    bus.registerVirtualObject("/org/freedesktop/ScreenSaver", saver)
    bus.registerService("org.freedesktop.ScreenSaver")
    awake = Awake()
    awake.keep(awake=True)
    awake.keep(awake=True)
    qtbot.waitUntil(lambda: bool(saver.asked))
    assert saver.asked == [["Inhibit", "Museclock", "A film is playing"]]
    interface = bus.interface()
    assert bool(interface.isServiceRegistered(saver.holders[0]).value())
    awake.keep(awake=False)
    # The desktop lets go of what a closed connection asked for (freedesktop's idle inhibition).
    qtbot.waitUntil(lambda: not interface.isServiceRegistered(saver.holders[0]).value())
    assert not awake.is_kept
