"""What the desktop has to do with a film, over a real session bus: media keys, and a screen that stays on."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher, QDBusVariant, QDBusVirtualObject
from pytestqt.qtbot import QtBot

from player.core.playback import State
from player.pages.watch.awake import Awake
from player.pages.watch.media_keys import PATH, SERVICE
from player.pages.watch.page import WatchPage
from player.pages.watch.view_model import WatchViewModel
from tests.fixtures.viewer import FakeEngine

PLAYER = "org.mpris.MediaPlayer2.Player"
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


def test_keys_of_the_desktop_play_and_pause_a_film_and_pay_nothing(
    bus: QDBusConnection, page: WatchPage, model: WatchViewModel, engine: FakeEngine, ask: Ask, qtbot: QtBot
) -> None:
    assert not page._media_keys.is_offered
    model.play()
    engine.show_first()
    assert page._media_keys.is_offered
    assert ask(PROPERTIES, "GetAll", PLAYER)
    assert page._media_keys._facts(PLAYER)["Metadata"]["xesam:title"] == "The clockmaker's apprentice"
    found = [ask(PROPERTIES, "Get", PLAYER, name)[0] for name in ("PlaybackStatus", "CanSeek", "CanGoNext")]
    assert [one.variant() if isinstance(one, QDBusVariant) else one for one in found] == ["Playing", True, False]
    ask(PLAYER, "PlayPause")
    assert model.state.playback.state is State.PAUSED
    ask(PLAYER, "Play")
    assert model.state.playback.state is State.PLAYING
    ask(PLAYER, "Seek", 4_000_000)
    assert model.state.position_ms >= 4_000
    ask(PLAYER, "Next")
    ask("org.mpris.MediaPlayer2", "Raise")
    page._media_keys.close()
    interface = bus.interface()
    qtbot.waitUntil(lambda: SERVICE not in list(interface.registeredServiceNames().value()))


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
