"""What a person is told, and the latest of it, as the settings page shows and changes it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from studio.kit.view_model import ViewModel

if TYPE_CHECKING:
    from services.wire.notices import Digest, NoticeKind, NoticesOut, RulesOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Problem


@dataclass(frozen=True, slots=True)
class NoticesState:
    """None: not loaded yet."""

    rules: RulesOut | None = None
    notices: NoticesOut | None = None
    busy: bool = False
    problem: Problem | None = None


class NoticesViewModel(ViewModel[NoticesState]):
    """Every change is kept at once, one after the other: each is all of the rules, and the last has to stay."""

    watches = frozenset({"notice"})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, NoticesState())
        self._unkept: deque[RulesOut] = deque()
        """Changes whose end is not known; the first is on its way."""

    def refresh(self) -> None:
        """Load the rules and the latest notices."""
        self._fetch(lambda desk: desk.notices.rules(), self._on_rules)
        self._act(lambda desk: desk.notices.list(limit=20), self._on_notices, self._no_notices)

    def tell(self, kind: NoticeKind, *, wanted: bool) -> None:
        """Have a kind told, or not."""
        rules = self.state.rules
        if rules is not None and wanted is (kind in rules.off):
            off = tuple(one for one in rules.off if one != kind) if wanted else (*rules.off, kind)
            self._keep(off=off)

    def digest(self, digest: Digest) -> None:
        """Have them told one by one, or together."""
        if self.state.rules is not None and digest != self.state.rules.digest:
            self._keep(digest=digest)

    def quiet(self, begin: int | None, end: int | None) -> None:
        """Be quiet between two minutes of the local day; None for never."""
        rules = self.state.rules
        if rules is not None and (begin, end) != (rules.quiet_from, rules.quiet_to):
            self._keep(quiet_from=begin, quiet_to=end)

    def _keep(self, **fields: Any) -> None:
        rules = self.state.rules
        if rules is None:
            return
        changed = rules.model_copy(update=fields)
        self._set(rules=changed, problem=None)
        self._unkept.append(changed)
        if len(self._unkept) == 1:
            self._send()

    def _send(self) -> None:
        first = self._unkept[0]
        self._act(lambda desk: desk.notices.keep(first), self._on_kept, self._not_kept)

    def _on_kept(self, rules: RulesOut) -> None:
        self._unkept.popleft()
        if self._unkept:
            self._send()
        self._on_rules(rules)

    def _on_rules(self, rules: RulesOut) -> None:
        if not self._unkept:  # else what is shown is newer
            self._set(rules=rules)

    def _not_kept(self, problem: Problem) -> None:
        self._unkept.clear()
        self._set(problem=problem)
        self._fetch(lambda desk: desk.notices.rules(), self._on_rules)

    def _on_notices(self, notices: NoticesOut) -> None:
        self._set(notices=notices)

    def _no_notices(self, _problem: Problem) -> None:
        """The rules' own problem says it already."""
