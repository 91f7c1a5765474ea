"""An open world: a profile with its service, its desks and their pages, shown in one window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction, QKeySequence

from studio.demo_model import DemoModel
from studio.desk import Desk
from studio.kit.context import PageContext
from studio.kit.keeping import ACTION
from studio.kit.problems import Action, advice
from studio.kit.service_link import ServiceLink
from studio.kit.service_state import Phase
from studio.kit.words import tr
from studio.opening import Opening

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from studio.demo_bar import DemoBar
    from studio.evidence import EvidenceKeeper
    from studio.kit.bridge import Bridge
    from studio.kit.events import EventHub
    from studio.kit.problems import Problem
    from studio.kit.route import Route
    from studio.kit.service_process import ServiceProcess
    from studio.kit.theme import Theme
    from studio.link_view_model import LinkOpener
    from studio.setup import Setup
    from studio.tray import Teller
    from studio.upload_strip import UploadStrip
    from studio.window import Window


class World(QObject):
    """Begins after the window's first paint. ``close`` ends desks and service; bridge and window are the caller's.

    process: the setup's service, which may be starting already.
    """

    def __init__(
        self,
        setup: Setup,
        process: ServiceProcess,
        *,
        window: Window,
        bridge: Bridge,
        theme: Theme,
        routes: Mapping[str, Route],
    ) -> None:
        super().__init__()
        self._setup, self._window, self._bridge, self._theme, self._routes = setup, window, bridge, theme, routes
        self._desks: dict[str, Desk] = {}
        self.desk_id = ""
        self._bar: DemoBar | None = None
        self._keeper: EvidenceKeeper | None = None
        self._strips: dict[str, UploadStrip] = {}
        self._teller: Teller | None = None
        self._opener: LinkOpener | None = None
        self.process = process
        self._link = ServiceLink(self.process, bridge)
        self._opening = Opening(self.process, window, self._show_desk)
        self.process.changed.connect(self._show_service)
        self.demo = DemoModel(bridge)

    @property
    def desk(self) -> Desk:
        """The desk whose pages are shown."""
        return self._desks[self.desk_id]

    def open(self) -> None:
        """Start the service and show the first desk."""
        self._listen_to_rail()
        self._window.page_wanted.connect(self.show_page)
        self._window.files_dropped.connect(self._take_files)
        self._offer_help()
        self.demo.changed.connect(self._show_demo)
        self.demo.exchanged.connect(self.begin_anew)
        self.process.start()
        self.switch_desk(self._setup.first_desk)
        # What it said before anybody here listened.
        self.process.changed.emit()
        self._come_back()

    def _listen_to_rail(self) -> None:
        rail = self._window.rail
        if rail is not None:
            rail.page_chosen.connect(self.show_page)
            rail.persona_chosen.connect(self.switch_desk)
            rail.service_wanted.connect(self.process.start)

    def show_anew(self, route: str) -> None:
        """Make all that is shown again, after the window has a new rail, and go on at a page."""
        self._listen_to_rail()
        self._window.drop_actions()
        self._offer_help()
        self._show_service()
        if self._bar is not None:
            self._bar.deleteLater()
            self._bar = None
            self._show_demo()
        self.begin_anew()
        self.navigate(route)

    def _come_back(self) -> None:
        """After a crash: the film that played is there again, where it was."""
        film = self._setup.film
        if film is None or film.desk_id not in {self._setup.first_desk, *self._setup.personas}:
            return
        self.switch_desk(film.desk_id)
        self.navigate("watch", film.params())
        goes = tr("and goes on where it was") if film.plays else tr("a second time, and waits for you where it was")
        self._window.toast.say(tr("The picture stopped unexpectedly {goes}. Nothing is paid twice.", goes=goes))

    def _offer_help(self) -> None:
        save = QAction(tr("Save evidence"), self._window)
        save.setObjectName(ACTION)
        save.setShortcut("Ctrl+Shift+S")
        save.triggered.connect(self._save_evidence)
        keys = QAction(tr("Keys"), self._window)
        keys.setObjectName("help.keys")
        keys.setShortcuts([QKeySequence("?"), QKeySequence("F1")])
        keys.triggered.connect(self._window.show_keys)
        steps = QAction(tr("First steps"), self._window)
        steps.setObjectName("help.start")
        steps.triggered.connect(self._show_start)
        self._window.add_help(keys, *(() if self._setup.demo else (steps,)), save)
        for route, page in self._routes.items():
            if page.keys:
                self._window.add_key(page.keys, route, tr(page.name))

    @Slot()
    def _show_start(self) -> None:
        self.navigate("start")

    @Slot()
    def _save_evidence(self) -> None:
        if self._keeper is None:
            from studio.evidence import EvidenceKeeper  # only when somebody asks

            self._keeper = EvidenceKeeper(self._setup, self, self._window, self._bridge)
            self._keeper.kept.connect(self._tell_kept)
        self._keeper.save()

    @Slot(str)
    def _tell_kept(self, path: str) -> None:
        self._window.toast.say(tr("Evidence saved: {path}", path=path))

    @Slot(str)
    def switch_desk(self, desk_id: str) -> None:
        """Let another person sit here: their pages, their wallet."""
        if desk_id not in self._desks:
            self._desks[desk_id] = Desk(desk_id, self._bridge, self._routes, self._surround)
        self.desk_id = desk_id
        if self._setup.demo and self._window.rail is not None:
            self._window.rail.sit(desk_id)
        self._show_uploads()
        self.navigate(self._setup.first_route(desk_id))

    def _show_desk(self) -> None:
        self.navigate(self._setup.first_route(self.desk_id))

    @Slot(str)
    def show_page(self, route: str) -> None:
        """Open a page of this desk."""
        self.navigate(route)

    def navigate(self, route: str, params: Mapping[str, str] | None = None, /) -> None:
        """Open a page of this desk with parameters."""
        self._window.show_page(self.desk.open(route, params or {}), route)

    def handle(self, problem: Problem, again: Callable[[], None]) -> None:
        """Do what a problem's button says."""
        match advice(problem).action:
            case Action.UNLOCK | Action.CREATE_WALLET as action:
                self._open_wallet_dialog(create=action is Action.CREATE_WALLET, then=again)
            case Action.RESTART_SERVICE:
                self.process.start()
                again()
            case Action.OPEN_WALLET:
                self.navigate("wallet")
            case Action.ADD_MONEY:
                self.navigate("wallet", {"shows": "add"})
            case Action.RAISE_LIMIT:
                self.navigate("wallet", {"shows": "limits"})
            case Action.OPEN_PAYOUTS:
                self.navigate("payouts")
                again()
            case Action.COPY_DETAILS:
                self._window.toast.say(tr("Details copied."))
            case _:
                again()

    def close(self) -> None:
        """End desks, then the service; waits for it at most ten seconds."""
        for desk in self._desks.values():
            desk.close()
        if self._teller is not None:
            self._teller.close()
        self._link.stop()
        self._opening.stop()
        self.demo.stop()
        self.process.changed.disconnect(self._show_service)
        self.process.stop()

    def _open_wallet_dialog(self, *, create: bool, then: Callable[[], None]) -> None:
        from studio.pages.unlock.dialog import WalletDialog

        dialog = WalletDialog(self.desk.context, create=create, then=then, parent=self._window)
        dialog.open()

    @Slot()
    def begin_anew(self) -> None:
        """Forget all that is shown: the service has another world now."""
        here = self.desk_id
        for desk in self._desks.values():
            desk.close()
            for page in desk.pages.values():
                self._window.drop_page(page)
        if self._teller is not None:
            self._teller.forget()
        self._desks.clear()
        self._drop_strips()
        self.switch_desk(here)

    def open_link(self, text: str) -> None:
        """Open what a link leads to, for whoever sits here."""
        from studio.link_view_model import LinkOpener  # links are rare

        self._opener = LinkOpener(self.desk.context)
        self._opener.open(text)

    def bring_forward(self) -> None:
        """Show the window above all others."""
        self._notices().bring_forward()

    def _notices(self) -> Teller:
        if self._teller is None:
            from studio.tray import Teller  # not needed at the start

            self._teller = Teller(self._window, self._window.toast.say)
            self._teller.page_wanted.connect(self.show_page)
        return self._teller

    @Slot()
    def _show_service(self) -> None:
        self._window.show_service(self.process.state)
        if self.process.state.phase is Phase.READY:
            self.demo.look()
            self._notices().follow(self.desk.context)
            self._show_uploads()

    def _show_uploads(self) -> None:
        """Keep a line below the pages for the uploads of whoever sits here, once the service is there."""
        if self.process.state.phase is not Phase.READY:
            return
        if self.desk_id not in self._strips:
            from studio.upload_strip import UploadStrip  # not needed at the start

            strip = self._strips[self.desk_id] = UploadStrip(self.desk.context)
            self._window.set_bar(strip)
        for desk_id, strip in self._strips.items():
            strip.sit(is_here=desk_id == self.desk_id)

    def _drop_strips(self) -> None:
        for strip in self._strips.values():
            strip.hide()
            strip.deleteLater()
        self._strips.clear()

    @Slot(list)
    def _take_files(self, paths: list[str]) -> None:
        self.navigate("upload", {"paths": "\n".join(paths)})

    @Slot()
    def _show_demo(self) -> None:
        """Show the bar as soon as the service says that its world can be turned."""
        if self._bar is None and self.demo.state.world is not None:
            from studio.demo_bar import DemoBar

            self._bar = DemoBar(self.demo)
            self._bar.money_wanted.connect(self._give_money)
            self._window.set_bar(self._bar)

    @Slot()
    def _give_money(self) -> None:
        self.demo.give(self.desk_id)

    def _surround(self, events: EventHub) -> PageContext:
        return PageContext(
            bridge=self._bridge,
            desk_id=events.desk_id,
            events=events,
            theme=self._theme,
            navigate=self.navigate,
            notify=self._window.toast.say,
            handle=self.handle,
            demo=self._setup.demo,
            profile_path=str(self._setup.profile),
        )
