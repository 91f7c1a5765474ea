"""The composition root: builds what a window needs, opens worlds, desks and pages, and ends all of it in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Slot

from studio.desk import Desk
from studio.kit.bridge import Bridge
from studio.kit.context import PageContext
from studio.kit.problems import Action, advice
from studio.kit.service_link import ServiceLink
from studio.kit.service_process import ServiceProcess, command
from studio.kit.settings import WindowSettings, default_profile
from studio.kit.theme import Theme
from studio.rail import Rail
from studio.routes import STUDIO_ROUTES, player_routes
from studio.window import Window

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from PySide6.QtWidgets import QApplication

    from studio.kit.events import EventHub
    from studio.kit.problems import Problem

PERSONAS = {"creator": "Creator", "viewer": "Viewer"}
MAIN_DESK = "main"
_FIRST_ROUTE = {"creator": "overview", "viewer": "discover", "create": "overview", "watch": "discover"}


@dataclass(frozen=True, slots=True)
class World:
    """What is opened: a profile, and whether its money is demo money."""

    profile: Path
    demo: bool


class Studio(QObject):
    """The running application. ``start`` shows the window; everything slow begins after its first paint."""

    def __init__(self, application: QApplication, *, profile: Path | None, demo: bool) -> None:
        super().__init__()
        self._given = profile
        self._world = World(profile or default_profile(demo=demo), demo)
        self.settings = WindowSettings(self._world.profile)
        self.theme = Theme(application, self.settings.theme)
        self.bridge = Bridge()
        self.window = Window()
        self.process: ServiceProcess | None = None
        self._link: ServiceLink | None = None
        self._desks: dict[str, Desk] = {}
        self._desk_id = ""
        self._routes = STUDIO_ROUTES | player_routes()
        self._closed = False
        self.window.page_wanted.connect(self.show_page)
        self.window.painted.connect(self._begin, Qt.ConnectionType.QueuedConnection)
        self.window.closing.connect(self.close)
        self.theme.changed.connect(self._remember_theme)

    @property
    def desk_id(self) -> str:
        """The desk whose pages are shown."""
        return self._desk_id

    @property
    def desk(self) -> Desk:
        """That desk."""
        return self._desks[self._desk_id]

    def start(self) -> None:
        """Show the window."""
        if not self._is_first_run():
            self._set_up_rail()
        self.window.show()

    def _is_first_run(self) -> bool:
        return not self._world.demo and self.settings.purpose is None

    @Slot()
    def _begin(self) -> None:
        self.bridge.start()
        if self._is_first_run():
            self._show_welcome()
        else:
            self._open_world()
        self.window.show_icon()

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
            self._world = World(profile, demo=True)
            self.settings = WindowSettings(profile)
        else:
            self.settings.purpose = "watch" if purpose == "watch" else "create"
        self._set_up_rail()
        self._open_world()

    def _set_up_rail(self) -> None:
        player = {route: page for route, page in self._routes.items() if route not in STUDIO_ROUTES}
        rail = Rail(STUDIO_ROUTES, player, PERSONAS if self._world.demo else {})
        rail.page_chosen.connect(self.show_page)
        rail.persona_chosen.connect(self.switch_desk)
        rail.service_wanted.connect(self._start_service)
        self.window.set_rail(rail)
        for route, page in self._routes.items():
            if page.keys:
                self.window.add_key(page.keys, route, page.name)

    def _open_world(self) -> None:
        log = self._world.profile / "logs" / "service-output.log"
        self.process = ServiceProcess(command(self._world.profile, demo=self._world.demo), log)
        self._link = ServiceLink(self.process, self.bridge)
        self.process.changed.connect(self._show_service)
        desk_id = next(iter(PERSONAS)) if self._world.demo else MAIN_DESK
        self.switch_desk(desk_id)
        self.process.start()

    @Slot()
    def _start_service(self) -> None:
        if self.process is not None:
            self.process.start()

    @Slot()
    def _show_service(self) -> None:
        if self.process is not None:
            self.window.show_service(self.process.state)

    @Slot(str)
    def switch_desk(self, desk_id: str) -> None:
        """Let another person sit here: their pages, their wallet."""
        first = desk_id if self._world.demo else self.settings.purpose or "create"
        if desk_id not in self._desks:
            self._desks[desk_id] = Desk(desk_id, self.bridge, self._routes, self._surround)
        self._desk_id = desk_id
        if self._world.demo and self.window.rail is not None:
            self.window.rail.personas.mark(desk_id)
        self.navigate(_FIRST_ROUTE[first])

    @Slot(str)
    def show_page(self, route: str) -> None:
        """Open a page of this desk."""
        if self._desk_id:
            self.navigate(route)

    def navigate(self, route: str, params: Mapping[str, str] | None = None, /) -> None:
        """Open a page of this desk with parameters."""
        self.window.show_page(self.desk.open(route, params or {}), route)

    def handle(self, problem: Problem, again: Callable[[], None]) -> None:
        """Do what a problem's button says."""
        match advice(problem).action:
            case Action.UNLOCK | Action.CREATE_WALLET as action:
                self._open_wallet_dialog(create=action is Action.CREATE_WALLET, then=again)
            case Action.RESTART_SERVICE:
                self._start_service()
                again()
            case Action.OPEN_WALLET:
                self.navigate("wallet")
            case Action.OPEN_PAYOUTS:
                self.navigate("payouts")
                again()
            case Action.COPY_DETAILS:
                self.window.toast.say("Details copied.")
            case _:
                again()

    def _open_wallet_dialog(self, *, create: bool, then: Callable[[], None]) -> None:
        from studio.pages.unlock.dialog import WalletDialog

        dialog = WalletDialog(self.desk.context, create=create, then=then, parent=self.window)
        dialog.open()

    def _surround(self, events: EventHub) -> PageContext:
        return PageContext(
            bridge=self.bridge,
            desk_id=events.desk_id,
            events=events,
            theme=self.theme,
            navigate=self.navigate,
            notify=self.window.toast.say,
            handle=self.handle,
            demo=self._world.demo,
            profile_path=str(self._world.profile),
        )

    @Slot()
    def _remember_theme(self) -> None:
        self.settings.theme = self.theme.name

    @Slot()
    def close(self) -> None:
        """End everything in order; the service ends with its input. Idempotent."""
        if self._closed:
            return
        self._closed = True
        for desk in self._desks.values():
            desk.close()
        if self._link is not None:
            self._link.stop()
        self.bridge.close()
        if self.process is not None:
            self.process.changed.disconnect(self._show_service)
            self.process.stop()
        self.settings.save()
