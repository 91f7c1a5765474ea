"""Members with their counts, a part at a time, and the payments of the one that is chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer, Signal

from services.units.period import Period
from studio.kit.view_model import ViewModel

if TYPE_CHECKING:
    from services.wire.desk import Health
    from services.wire.figures import MemberOut, MemberRowOut, MembersOut
    from services.wire.nodes import NodeOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Problem

_PART = 100
_TYPING_MS = 250


@dataclass(frozen=True, slots=True)
class MembersState:
    """None: not loaded yet. order: joined, until or lifetime; standing: a membership's state, empty for all."""

    nodes: tuple[NodeOut, ...] = ()
    node: str = ""
    query: str = ""
    standing: str = ""
    order: str = "joined"
    members: MembersOut | None = None
    """The counts, and the part that came last."""
    rows: tuple[MemberRowOut, ...] = ()
    chosen: MemberRowOut | None = None
    history: MemberOut | None = None
    explorer: str = ""
    """Where the chain's transactions can be looked at, if anywhere."""
    busy: bool = False
    problem: Problem | None = None

    @property
    def has_more(self) -> bool:
        """True while not all rows are here."""
        return self.members is not None and len(self.rows) < self.members.total

    @property
    def is_filtered(self) -> bool:
        """True when not all members are asked for."""
        return bool(self.query or self.standing)


class MembersViewModel(ViewModel[MembersState]):
    """Signal: ``exported(path)``."""

    exported = Signal(str)
    watches = frozenset({"membership", "earnings", "tier"})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, MembersState())
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING_MS)
        self._typing.timeout.connect(self.refresh)

    def refresh(self) -> None:
        """Load counts and the first part."""
        wish, wanted = self._wish(), (self.state.node, self.state.query, self.state.standing, self.state.order)

        def shown(members: MembersOut) -> None:
            if wanted == (self.state.node, self.state.query, self.state.standing, self.state.order):
                self._set(members=members, rows=members.rows, problem=None)

        self._fetch(lambda desk: desk.figures.members(**wish), shown)
        self._act(lambda desk: desk.nodes.list(), self._on_nodes, self._no_nodes)
        self.context.bridge.run(self, lambda client: client.health(), self._on_health, self._no_nodes)

    def more(self) -> None:
        """Load the next part."""
        if self.state.has_more:
            wish, offset = self._wish(), len(self.state.rows)

            def shown(members: MembersOut) -> None:
                if members.offset == len(self.state.rows):
                    self._set(members=members, rows=(*self.state.rows, *members.rows))

            self._fetch(lambda desk: desk.figures.members(offset=offset, **wish), shown)

    def search(self, query: str) -> None:
        """Look for part of an address, when the typing rests."""
        if query.strip() != self.state.query:
            self._set(query=query.strip())
            self._typing.start()

    def filter(self, standing: str) -> None:
        """Show one state only; empty for all."""
        if standing != self.state.standing:
            self._set(standing=standing)
            self.refresh()

    def sort(self, order: str) -> None:
        """Put them in another order."""
        if order != self.state.order:
            self._set(order=order)
            self.refresh()

    def look_at(self, node: str) -> None:
        """Look at the members at another node."""
        if node != self.state.node:
            self._set(node=node, members=None, rows=(), chosen=None, history=None, problem=None)
            self.refresh()

    def choose(self, row: MemberRowOut | None) -> None:
        """Show the payments of a member; None for none."""
        if row == self.state.chosen:
            return
        self._set(chosen=row, history=None)
        if row is not None:
            member, node = row.id, self.state.node
            self._act(lambda desk: desk.figures.member(member, node=node), self._on_history)

    def export(self, path: str) -> None:
        """Write all members to a file; its ending says the form."""
        form, node = "json" if path.lower().endswith(".json") else "csv", self.state.node
        self._set(busy=True, problem=None)
        self._act(
            lambda desk: desk.figures.save(path, "members", form, Period(), node=node),
            self._on_exported,
            self._not_exported,
        )

    def _wish(self) -> dict[str, Any]:
        state = self.state
        return {
            "node": state.node, "query": state.query, "state": state.standing, "order": state.order, "limit": _PART,
        }  # fmt: skip

    def _on_health(self, health: Health) -> None:
        self._set(explorer=health.explorer)

    def _on_history(self, history: MemberOut) -> None:
        if self.state.chosen is not None and history.member.id == self.state.chosen.id:
            self._set(history=history)

    def _on_nodes(self, nodes: tuple[NodeOut, ...]) -> None:
        self._set(nodes=tuple(node for node in nodes if node.films or node.address == self.state.node))

    def _no_nodes(self, _problem: Problem) -> None:
        """The members of this computer are shown without a list."""

    def _on_exported(self, path: str) -> None:
        self._set(busy=False)
        self.exported.emit(path)

    def _not_exported(self, problem: Problem) -> None:
        self._set(busy=False, problem=problem)
