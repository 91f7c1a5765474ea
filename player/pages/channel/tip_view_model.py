"""A tip for the creator of a channel: ordered under a number, so that it moves money once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.kit.view_model import ViewModel

if TYPE_CHECKING:
    from services.client import DeskClient
    from services.units.address import Address
    from services.units.money import Money
    from services.wire.tips import OwnTipOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Problem


@dataclass(frozen=True, slots=True)
class TipBoxState:
    """ordinal: of an order whose outcome is not known; the same order goes again under it. given: the last tip."""

    open: bool = False
    busy: bool = False
    ordinal: int | None = None
    given: OwnTipOut | None = None
    problem: Problem | None = None


class TipViewModel(ViewModel[TipBoxState]):
    """Gives tips to one creator."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, TipBoxState())
        self._order: tuple[Address, Money, str] | None = None
        self._number: int | None = None

    def show(self, *, wanted: bool) -> None:
        """Open or close the form."""
        self._set(open=wanted, given=None, problem=None)

    def give(self, creator: Address, node: str, amount: Money, message: str) -> None:
        """Give a tip; what was ordered just so and has no known outcome goes under its number again."""
        if self.state.busy:
            return
        order = (creator, amount, message)
        ordinal = self.state.ordinal if order == self._order else None
        self._order = order
        self._set(busy=True, problem=None, given=None, ordinal=ordinal)

        async def work(desk: DeskClient) -> OwnTipOut:
            number = ordinal if ordinal is not None else (await desk.tips.next()).ordinal
            self._number = number
            return await desk.tips.give(creator, amount=amount, message=message, ordinal=number, node=node)

        self._number = None
        self._act(work, self._on_given, self._on_problem)

    def _on_given(self, tip: OwnTipOut) -> None:
        self._order = None
        self._set(busy=False, given=tip, ordinal=None)

    def _on_problem(self, problem: Problem) -> None:
        # The number may be taken by what was signed: asking again for the same moves nothing more.
        self._set(busy=False, problem=problem, ordinal=self._number)
