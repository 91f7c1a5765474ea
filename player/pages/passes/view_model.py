"""The pass: read, joined for the sum that was shown, renewed or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.kit.view_model import ViewModel

if TYPE_CHECKING:
    from services.client.passes import ViewersPass
    from services.wire.cases import CaseOut
    from services.wire.memberships import MembershipsOut, OwnPaymentOut, QuoteOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Problem


@dataclass(frozen=True, slots=True)
class PassState:
    """What the page shows. found: None until it was read; quote: what a person is about to confirm."""

    found: ViewersPass | None = None
    quote: QuoteOut | None = None
    busy: bool = False
    problem: Problem | None = None


class PassViewModel(ViewModel[PassState]):
    """Reads the own node's pass, quotes and joins it."""

    watches = frozenset({"membership", "pass"})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, PassState())

    def refresh(self) -> None:
        """Read the pass."""
        self._fetch(lambda desk: desk.passes.for_viewer(), self._on_found)

    def ask(self) -> None:
        """Ask what it costs now, for a person to confirm."""
        found = self.state.found
        if found is None or found.offer is None or self.state.busy:
            return
        tier_id = found.offer.tier_id
        self._set(busy=True, problem=None)
        self._act(lambda desk: desk.memberships.quote(tier_id), self._on_quote)

    def back(self) -> None:
        """Confirm nothing."""
        self._set(quote=None)

    def join(self) -> None:
        """Pay what was quoted."""
        quote = self.state.quote
        if quote is None or self.state.busy:
            return
        self._set(busy=True, problem=None)
        self._act(lambda desk: desk.memberships.join(quote.tier_id, amount=quote.amount), self._on_joined)

    def renew(self, *, wanted: bool) -> None:
        """Go on after the period that is paid, or not."""
        found = self.state.found
        if found is None or found.held is None or self.state.busy:
            return
        named = found.held.membership.id
        self._set(busy=True, problem=None)
        self._act(
            lambda desk: desk.memberships.resume(named) if wanted else desk.memberships.cancel(named), self._on_changed
        )

    def appeal(self, case: str, words: str) -> None:
        """Object to a case."""
        if words.strip() and not self.state.busy:
            self._set(busy=True, problem=None)
            self._act(lambda desk: desk.passes.appeal(case, words.strip()), self._on_appealed)

    def _on_found(self, found: ViewersPass) -> None:
        self._set(found=found, busy=False, problem=None)

    def _on_quote(self, quote: QuoteOut) -> None:
        self._set(quote=quote, busy=False)

    def _on_joined(self, _paid: OwnPaymentOut) -> None:
        self._set(quote=None, busy=False)
        self.refresh()

    def _on_changed(self, _found: MembershipsOut) -> None:
        self._set(busy=False)
        self.refresh()

    def _on_appealed(self, _cases: tuple[CaseOut, ...]) -> None:
        self._set(busy=False)
        self.refresh()
