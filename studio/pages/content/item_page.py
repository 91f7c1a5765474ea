"""One film of the creator: what it is, its price and reasons, who can watch it, its picture, what it earns where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from studio.kit.format import duration, moment
from studio.kit.thumbnails import ThumbnailViewModel
from studio.kit.tokens import GUTTER
from studio.kit.widgets.badge import Badge
from studio.kit.widgets.button import ghost, secondary
from studio.kit.widgets.card import column, holder
from studio.kit.widgets.flow import Columns
from studio.kit.widgets.page import PageFrame
from studio.kit.widgets.skeleton import skeleton_lines
from studio.kit.widgets.thumbnail_picker import ThumbnailPicker
from studio.kit.words import tr
from studio.pages.content.about import AboutCard
from studio.pages.content.access import AccessCard
from studio.pages.content.access_model import AccessViewModel
from studio.pages.content.archiving import ArchiveCard
from studio.pages.content.item_model import ItemViewModel
from studio.pages.content.item_price import OpeningCard, PriceCard
from studio.pages.content.revenue import RevenueCard, lines_of
from studio.pages.content.revenue_model import RevenueViewModel
from studio.pages.content.versions import VersionsCard
from studio.pages.content.versions_model import VersionsViewModel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.wire.catalogue import ItemOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Action, Problem


class ItemPage(PageFrame):
    """A film by its id."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(tr("Film"))
        self.model = ItemViewModel(context)
        self._state = Badge("", "neutral")
        self._add_buttons()
        self._about, self._price, self._opening = AboutCard(), PriceCard(), OpeningCard()
        self._archiving = ArchiveCard()
        self._access, self._who = AccessCard(), AccessViewModel(context)
        self._revenue, self._earned = RevenueCard(), RevenueViewModel(context)
        note = tr("It is there from the film's next version on; nothing that was sold changes.")
        self._picture = ThumbnailPicker(name="item.picture", note=note)
        self._pictures = ThumbnailViewModel(context)
        self._ghost = skeleton_lines(60, 100, 100, 80, spacing=24, height=20)
        self._signed, self._versions = VersionsCard(), VersionsViewModel(context)
        left = column(self._about, self._signed, self._picture, spacing=GUTTER)
        right = column(self._opening, self._price, self._access, self._archiving, spacing=GUTTER)
        for side in (left, right):
            side.addStretch(1)
        self._parts = Columns(holder(left), holder(right), shares=(1, 1), least=380)
        for part in (self._ghost, self._revenue, self._parts):
            self.body.addWidget(part)
        self.body.addStretch(1)
        self._connect()
        self._render()

    def _add_buttons(self) -> None:
        back = ghost(tr("All films"), name="item.back")
        back.clicked.connect(self._back)
        watch = secondary(tr("Watch"), name="item.watch", icon="play")
        watch.clicked.connect(self._watch)
        link = secondary(tr("Copy link"), name="item.link", icon="copy")
        link.clicked.connect(self.model.copy_link)
        for part in (self._state, back, link, watch):
            self.buttons.addWidget(part)

    def _connect(self) -> None:
        self.model.changed.connect(self._render)
        self.model.link.connect(self._on_link)
        self.banner.acted.connect(self._on_action)
        self._about.written.connect(self.model.write)
        self._about.save_wanted.connect(self.model.save)
        self._about.undo_wanted.connect(self.model.take_back)
        self._price.aimed.connect(self.model.aim)
        self._price.typed.connect(self.model.write_price)
        self._price.change_wanted.connect(self.model.change_price)
        self._price.undo_wanted.connect(self.model.take_price_back)
        for card in (self._price, self._archiving):
            card.ask_wanted.connect(self.model.ask)
        self._archiving.archive_wanted.connect(self.model.archive)
        self._archiving.restore_wanted.connect(self.model.restore)
        self.model.revised.connect(self._on_priced)
        self._opening.typed.connect(self.model.write_opening)
        self._opening.move_wanted.connect(self.model.move_opening)
        self._opening.now_wanted.connect(self.model.open_now)
        self._access.visibility_chosen.connect(self._who.set_visibility)
        self._access.tier_chosen.connect(self._on_tier)
        self._who.changed.connect(self._render_access)
        self._earned.changed.connect(self._render_revenue)
        self._revenue.lines_wanted.connect(self._open_lines)
        self._picture.moments_wanted.connect(self._pictures.look)
        self._picture.moment_chosen.connect(self._pictures.choose)
        self._picture.file_chosen.connect(self._pictures.choose_file)
        self._pictures.changed.connect(self._render_picture)
        self._signed.typed.connect(self._versions.write)
        self._signed.publish_wanted.connect(self._versions.publish)
        self._signed.undo_wanted.connect(self._versions.take_back)
        self._signed.captions_chosen.connect(self._versions.add_captions)
        self._signed.captions_dropped.connect(self._versions.drop_captions)
        self._versions.changed.connect(self._render_versions)
        self._versions.revised.connect(self._on_revised)

    def open(self, params: Mapping[str, str]) -> None:
        """Show the film that params name."""
        self.model.open(params)
        self._who.choose(self.model.state.film)

    def _render(self) -> None:
        state = self.model.state
        item = state.item
        self.banner.show_problem(state.problem)
        self._ghost.setVisible(item is None and state.problem is None)
        self._parts.setVisible(item is not None)
        if item is None:
            return
        self.title.setText(item.title)
        since = tr("{length}, published {when}", length=duration(item.duration_ms), when=moment(item.published_at))
        self.subtitle.setText(since)
        self._show_state(item)
        self._earned.choose(state.film, item.node)
        for card in (self._about, self._price, self._opening, self._archiving):
            card.show_state(state)
        self._pictures.show(state.upload)
        self._versions.show(item, state.upload)

    def _show_state(self, item: ItemOut) -> None:
        if item.is_archived:
            self._state.set_state(tr("archived"), "neutral")
        elif item.opens_at is not None:
            self._state.set_state(tr("to come"), "info")
        elif item.node:
            self._state.set_state(tr("live on {node}", node=item.node_name), "ok")
        else:
            self._state.set_state(tr("only on this computer"), "warn")

    def _render_access(self) -> None:
        self._access.show_state(self._who.state)

    def _open_lines(self, film: str) -> None:
        self.model.context.navigate("earnings", lines_of(film))

    def _render_revenue(self) -> None:
        self._revenue.show_state(self._earned.state)

    def _render_picture(self) -> None:
        self._picture.show_state(self._pictures.state)

    def _render_versions(self) -> None:
        self._signed.show_state(self._versions.state)

    def _on_priced(self) -> None:
        self.model.context.notify(tr("The new price holds from now on. What was bought stays bought."))
        self._versions.refresh()

    def _on_revised(self) -> None:
        self.model.context.notify(tr("The new version is for sale. Who bought the film has it as it is."))
        self.model.refresh()

    def _on_tier(self, tier_id: str, opens: bool) -> None:
        self._who.set_tier(tier_id, opens=opens)

    def _back(self) -> None:
        self.model.context.navigate("content")

    def _watch(self) -> None:
        self.model.context.navigate("watch", {"content_id": self.model.state.film})

    def _on_link(self, link: str, is_reachable: bool) -> None:
        QApplication.clipboard().setText(link)
        here = tr("Link copied. It opens on this computer only, until you move the film.")
        self.model.context.notify(tr("Link copied.") if is_reachable else here)

    def _on_action(self, _action: Action, problem: Problem) -> None:
        self.model.context.handle(problem, self.model.refresh)
