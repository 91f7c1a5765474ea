"""Joining a tier from the paywall: what it costs is asked first, and paid after the viewer has confirmed the sum."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from player.pages.watch.state import WatchState
from studio.kit.view_model import ViewModel

if TYPE_CHECKING:
    from services.wire.memberships import OwnPaymentOut, QuoteOut
    from studio.kit.problems import Problem


class JoiningModel(ViewModel[WatchState]):
    """The part of the watch page's model that joins."""

    def ask_to_join(self, tier_id: str) -> None:
        """Ask what a tier costs now; nothing is paid yet."""
        if not self.state.joining.busy:
            node = self.state.item.node if self.state.item is not None else ""
            self._join_state(busy=True, problem=None)
            self._act(lambda desk: desk.memberships.quote(tier_id, node=node), self._on_quote, self._on_not_joined)

    def join(self) -> None:
        """Pay the sum that is shown."""
        joining = self.state.joining
        if joining.quote is None or joining.busy:
            return
        quote, node = joining.quote, self.state.item.node if self.state.item is not None else ""
        self._join_state(busy=True, problem=None)

        self._act(
            lambda desk: desk.memberships.join(quote.tier_id, amount=quote.amount, node=node),
            self._on_joined,
            self._on_not_joined,
        )

    def forget_quote(self) -> None:
        """Go back to the ways to go on; not while it is being paid."""
        if not self.state.joining.busy:
            self._join_state(quote=None, problem=None)

    def _on_quote(self, quote: QuoteOut) -> None:
        self._join_state(quote=quote, busy=False)

    def _on_joined(self, _paid: OwnPaymentOut) -> None:
        self._join_state(quote=None, busy=False)
        self.refresh()

    def _on_not_joined(self, problem: Problem) -> None:
        # A sum that has changed is asked for again; what may have been paid is looked up by the service.
        self._join_state(quote=None, busy=False, problem=problem)
        self.refresh()

    def _join_state(self, **fields: object) -> None:
        joining = dataclasses.replace(self.state.joining, **fields)  # type: ignore[arg-type]
        self._set(joining=joining)
