"""The composition root: what is there at the first paint, and the order in which all of it begins and ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from studio.kit.collector import Collector
from studio.kit.settings import WindowSettings, default_profile
from studio.kit.theme import Theme
from studio.rail import Rail
from studio.routes import STUDIO_ROUTES, player_routes
from studio.setup import Setup
from studio.window import Window

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QApplication

    from studio.doorbell import Doorbell
    from studio.kit.bridge import Bridge
    from studio.kit.comeback import Comeback
    from studio.kit.crash import CrashHook
    from studio.kit.service_process import ServiceProcess
    from studio.world import World


class Studio(QObject):
    """The running application. ``start`` shows the window; everything slow begins after its first paint."""

    def __init__(
        self,
        application: QApplication,
        *,
        profile: Path | None,
        demo: bool,
        size: str | None = None,
        film: Comeback | None = None,
        link: str = "",
    ) -> None:
        super().__init__()
        self._collector = Collector(self)
        self._given = profile
        self._setup = Setup(profile or default_profile(demo=demo), demo, size=size, film=film)
        self.settings = WindowSettings(self._setup.profile)
        self.theme = Theme(application, self.settings.theme, percent=self.settings.text_size)
        self.theme.use_language(self.settings.language)
        self.window = Window()
        self.world: World | None = None
        self._service: ServiceProcess | None = None
        self._bridge: Bridge | None = None
        self._routes = STUDIO_ROUTES | player_routes()
        self._hook: CrashHook | None = None
        self._closed = False
        self._doorbell: Doorbell | None = None
        self._asked_link = link
        # In a turn of its own, so that who listens for the paint hears of it first.
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._begin)
        self.window.painted.connect(self._soon.start)
        self.window.closing.connect(self.close)
        self.theme.changed.connect(self._remember_look)
        # In a turn of its own: the button that was pressed goes away with all else.
        self._outgrown = QTimer(self)
        self._outgrown.setSingleShot(True)
        self._outgrown.timeout.connect(self._show_anew)
        self.theme.outgrown.connect(self._outgrown.start)

    @property
    def bridge(self) -> Bridge:
        """The bridge; made when it is asked for first, for its parts are not needed to paint."""
        if self._bridge is None:
            from studio.kit.bridge import Bridge

            self._bridge = Bridge()
        return self._bridge

    @property
    def process(self) -> ServiceProcess | None:
        """The service process of the world that is open, None before."""
        return None if self.world is None else self.world.process

    def start(self) -> None:
        """Show the window."""
        if (geometry := self.settings.geometry) is not None:
            self.window.restoreGeometry(geometry)
        if not self._is_first_run():
            self._set_up_rail()
        self.window.show()

    def _is_first_run(self) -> bool:
        return not self._setup.demo and self.settings.purpose is None

    @Slot()
    def _begin(self) -> None:
        if self._closed:
            return
        if self._is_first_run():
            self._show_welcome()
        else:
            # First of all after the paint, which it would delay by a half: it comes up while the world is imported.
            self._service = service_of(self._setup)
            self._service.start()
            self._open_world()
        self.window.show_icon()
        # The bridge's imports would hold the page's paint; no job can run before the service is there.
        QTimer.singleShot(0, self._start_bridge)

    @Slot()
    def _start_bridge(self) -> None:
        if self._closed:
            return
        self.bridge.start()
        self._listen_at_door()

    def _listen_at_door(self) -> None:
        """Be the one window of this profile, and open the link that came with the start."""
        from studio.doorbell import Doorbell

        self._doorbell = Doorbell(self._given or default_profile(demo=self._setup.demo))
        self._doorbell.rung.connect(self.come_forward)
        self._doorbell.listen()
        if self._asked_link:
            self.come_forward(self._asked_link)

    @Slot(str)
    def come_forward(self, link: str) -> None:
        """Show the window above all others, and what a link leads to; before a first choice there is no page for it."""
        if self.world is None:
            self.window.raise_()
            return
        self.world.bring_forward()
        if link:
            self.world.open_link(link)

    def _show_welcome(self) -> None:
        from studio.welcome import WelcomePage

        page = WelcomePage()
        page.chosen.connect(self.choose)
        self.window.show_page(page, "welcome")

    @Slot(str)
    def choose(self, purpose: str) -> None:
        """Answer the first question: watch, create, or demo."""
        if purpose == "demo":
            profile = self._given / "demo" if self._given else default_profile(demo=True)
            self._setup = Setup(profile, demo=True)
            self.settings = WindowSettings(profile)
        else:
            self.settings.purpose = "watch" if purpose == "watch" else "create"
            self._setup = self._setup._replace(is_new=True)
        self._set_up_rail()
        self._open_world()

    def _set_up_rail(self) -> None:
        self._setup = self._setup._replace(purpose=self.settings.purpose or "create")
        player = {route: page for route, page in self._routes.items() if route not in STUDIO_ROUTES}
        size, ground = self.window.size(), self.window.centralWidget()
        rail = Rail(STUDIO_ROUTES, player, self._setup.personas, window=size, parent=ground)
        rail.mark(self._setup.first_route(self._setup.first_desk))
        if self._setup.demo:
            rail.sit(self._setup.first_desk)
        self.window.set_rail(rail)

    def _open_world(self) -> None:
        # Imported here: the process and the pages' surroundings are not needed to paint.
        from studio.world import World

        process = self._service or service_of(self._setup)
        self.world = World(
            self._setup, process, window=self.window, bridge=self.bridge, theme=self.theme, routes=self._routes
        )
        self.world.open()

    @Slot()
    def catch_crashes(self) -> None:
        """Tell unexpected errors in a dialog from now until the end; the tests catch them themselves."""
        from studio.kit.crash import CrashHook

        self._hook = CrashHook(self.window)
        self._hook.install()

    @Slot()
    def _remember_look(self) -> None:
        self.settings.theme = self.theme.choice
        self.settings.text_size = self.theme.percent
        self.settings.language = self.theme.language

    @Slot()
    def _show_anew(self) -> None:
        """Make rail, bar and pages again: in another size, or in other words."""
        self._remember_look()
        if self.world is None or self._closed:
            return
        self._set_up_rail()
        self.world.show_anew("settings")

    @Slot()
    def close(self) -> None:
        """End everything in order; the service ends with its input. Idempotent.

        May come from the window's own close event: the widgets live on (see studio.ending).
        """
        if self._closed:
            return
        self._closed = True
        if self._doorbell is not None:
            self._doorbell.close()
        self.settings.geometry = self.window.saveGeometry()
        self.window.hide()
        self.bridge.close()
        if self.world is not None:
            self.world.close()
        elif self._service is not None:
            self._service.stop()
        self.settings.save()
        if self._hook is not None:
            self._hook.uninstall()
        self._collector.stop()


def service_of(setup: Setup) -> ServiceProcess:
    """Give the service of a choice, which is not started yet."""
    # Imported here: see _begin.
    from studio.kit.service_process import ServiceProcess, command

    arguments = command(setup.profile, demo=setup.demo, size=setup.size)
    return ServiceProcess(arguments, setup.profile / "logs" / "service-output.log")
