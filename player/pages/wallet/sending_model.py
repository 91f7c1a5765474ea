"""Sending money: checked first, ordered as it was checked, then followed to its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.kit.view_model import ViewModel

if TYPE_CHECKING:
    from services.units.money import Money
    from services.wire.sending import SendCheckOut, SendingOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Problem


@dataclass(frozen=True, slots=True)
class SendingState:
    """checked: waits for the person's second step. ordered: the payment that was just made."""

    checked: SendCheckOut | None = None
    ordered: SendingOut | None = None
    sendings: tuple[SendingOut, ...] = ()
    busy: bool = False
    problem: Problem | None = None


class SendingViewModel(ViewModel[SendingState]):
    """Checks, sends, and reads how payments stand."""

    watches = frozenset({"wallet"})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, SendingState())

    def refresh(self) -> None:
        """Read the payments again."""
        self._fetch(lambda desk: desk.wallet.sendings(limit=5), self._on_sendings, self._told_already)

    def check(self, payee: str, amount: Money) -> None:
        """Ask what sending would do; nothing is signed."""
        if not self.state.busy:
            self._set(busy=True, problem=None, ordered=None)
            self._act(
                lambda desk: desk.wallet.check_sending(payee=payee, amount=amount), self._on_checked, self._on_problem
            )

    def send(self, passphrase: str) -> None:
        """Send what was checked."""
        checked = self.state.checked
        if checked is None or self.state.busy:
            return
        self._set(busy=True, problem=None)
        from services.units.address import address

        payee = address(checked.payee)
        self._act(
            lambda desk: desk.wallet.send(
                ordinal=checked.ordinal, payee=payee, amount=checked.amount, passphrase=passphrase
            ),
            self._on_ordered,
            self._on_problem,
        )

    def back(self) -> None:
        """Change what was entered."""
        self._set(checked=None, problem=None)

    def start_anew(self) -> None:
        """Forget what was entered and done."""
        self._set(checked=None, ordered=None, problem=None)

    def _on_checked(self, checked: SendCheckOut) -> None:
        self._set(checked=checked, busy=False)

    def _on_ordered(self, sent: SendingOut) -> None:
        self._set(ordered=sent, checked=None, busy=False)
        self.refresh()

    def _on_problem(self, problem: Problem) -> None:
        # After an order the same number is asked again: money moves once, whatever the first answer was.
        self._set(busy=False, problem=problem)
        self.refresh()

    def _on_sendings(self, sendings: tuple[SendingOut, ...]) -> None:
        ordered = self.state.ordered
        now = next((one for one in sendings if ordered is not None and one.ordinal == ordered.ordinal), ordered)
        self._set(sendings=sendings, ordered=now)

    def _told_already(self, _problem: Problem) -> None:
        """The page itself says that nothing can be read."""
