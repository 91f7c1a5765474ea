"""The wallet's numbers, its channels, limits and way of paying, its receipts, and the three books."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QTimer, Slot

from player.pages.wallet.last_known import last_known, name_of
from player.parts.answers_view_model import KeptAnswers
from services.units.ids import content_id as checked_id
from services.units.money import ZERO
from studio.kit.problems import Problem
from studio.kit.view_model import ViewModel

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from services.client import Client, DeskClient
    from services.units.address import Bytes32
    from services.units.money import Money
    from services.wire.backup import BackupOut
    from services.wire.catalogue import BudgetOut
    from services.wire.demo import DemoOut
    from services.wire.desk import (
        BalanceOut,
        BudgetsOut,
        ChannelOut,
        Health,
        Method,
        PaymentChoice,
        ReceiptOut,
        Reconciliation,
        WalletOut,
    )
    from studio.kit.context import PageContext

PAGE_SIZE = 50
_SLOW_MS = 400
"""After so long without an answer what was read last is shown."""
Panel = Literal["", "add", "send"]
"""What is open above the channels."""


@dataclass(frozen=True, slots=True)
class WalletState:
    """Each part is None until it is loaded.

    acting: the channel with which something is being done. changing: whether the form for limits is open.
    """

    wallet: WalletOut | None = None
    receipts: tuple[ReceiptOut, ...] | None = None
    balance: BalanceOut | None = None
    sums: Reconciliation | None = None
    channels: tuple[ChannelOut, ...] | None = None
    budgets: BudgetsOut | None = None
    payment: PaymentChoice | None = None
    offer: str | None = None
    chain_id: int | None = None
    backup: BackupOut | None = None
    later: bool = False
    """Whether the person put the question about a back-up off, until the window opens anew."""
    panel: Panel = ""
    giving: bool = False
    """Whether demo money is on its way."""
    acting: Bytes32 | None = None
    changing: bool = False
    saving: bool = False
    choosing: bool = False
    busy: bool = False
    problem: Problem | None = None
    """Why the numbers could not be read, or the wallet is not open."""
    refusal: Problem | None = None
    """Why the last thing that was wanted did not happen; stays until the next try."""
    unsaved: Problem | None = None
    """Why the limits were not kept."""
    as_of: datetime | None = None
    """When what is shown was read, while nothing newer is here."""

    @property
    def asks_for_backup(self) -> bool:
        """Whether there is money and no back-up: the moment to ask for one."""
        if self.backup is None or self.wallet is None or self.later:
            return False
        has_money = bool(self.wallet.available or self.wallet.in_channels)
        return has_money and self.backup.is_needed and self.backup.made_at is None


class WalletViewModel(ViewModel[WalletState]):
    """Reads, gets channels' money back, and keeps limits and choices."""

    watches = frozenset({"wallet", "purchase", "channel"})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, WalletState())
        self._kept = KeptAnswers(context)
        self.patience = QTimer(self)
        self.patience.setSingleShot(True)
        self.patience.setInterval(_SLOW_MS)
        self.patience.timeout.connect(self._show_last_known)
        self._seen = True
        self._again: Callable[[], None] = self.refresh

    def watch(self, *, seen: bool) -> None:
        """Follow events only while the page is seen: each one reads everything, in the middle of somebody's film."""
        self._seen = seen

    def on_event(self, _kind: str, _ids: tuple[str, ...]) -> None:
        """Load again what is seen; a page that comes back to the top is loaded anyway."""
        if self._seen:
            self.refresh()

    def refresh(self) -> None:
        """Load everything again."""
        one, several, untold = self._kept.one, self._kept.several, self._told_already
        self._fetch(one(name_of("wallet"), lambda desk: desk.wallet.state()), self._on_wallet, self._on_no_wallet)
        self._act(several(name_of("channels"), lambda desk: desk.wallet.channels()), self._on_channels, untold)
        self._act(one(name_of("budgets"), lambda desk: desk.wallet.budgets()), self._on_budgets, untold)
        self._act(one(name_of("payment"), lambda desk: desk.wallet.payment()), self._on_payment, untold)
        receipts = several(name_of("receipts"), lambda desk: desk.wallet.receipts(limit=PAGE_SIZE))
        self._act(receipts, self._on_receipts, untold)
        self._act(one(name_of("balance"), lambda desk: desk.wallet.balance(limit=PAGE_SIZE)), self._on_balance, untold)
        self._act(one(name_of("sums"), lambda desk: desk.wallet.reconciliation()), self._on_sums, untold)
        if self.state.wallet is None:
            self.patience.start()
        self._act(lambda desk: desk.wallet.backup(), self._on_backup, self._told_already)
        self.context.bridge.run(self, _health, self._on_health, self._told_already)

    # ── money in, and its back-up ──

    def show_panel(self, panel: Panel) -> None:
        """Open what adds or sends money, or close it."""
        self._set(panel=panel)

    def take_demo_money(self) -> None:
        """Let the demo's faucet give some."""
        if not self.state.giving:
            desk_id = self.context.desk_id
            self._set(giving=True, refusal=None)
            self.context.bridge.run(self, lambda client: client.demo.give(desk_id), self._on_given, self._not_given)

    def ask_later(self) -> None:
        """Put the question about a back-up off."""
        self._set(later=True)

    def _on_given(self, _world: DemoOut) -> None:
        self._set(giving=False)
        self.refresh()

    def _not_given(self, problem: Problem) -> None:
        self._set(giving=False, refusal=problem)

    def _on_backup(self, backup: BackupOut) -> None:
        self._set(backup=backup)

    def again(self) -> None:
        """Do once more what was refused."""
        self._again()

    def forget_refusal(self) -> None:
        """Put away what was said of the last try, and read everything again."""
        self._set(refusal=None)
        self.refresh()

    # ── channels ──

    def refund(self, channel: Bytes32) -> None:
        """Ask the seller for what is left in a channel."""
        self._on_channel(channel, lambda desk: desk.wallet.refund(channel), lambda: self.refund(channel))

    def withdraw(self, channel: Bytes32) -> None:
        """Announce a withdrawal that needs nobody, or finish one whose time has come."""
        self._on_channel(channel, lambda desk: desk.wallet.withdraw(channel), lambda: self.withdraw(channel))

    def _on_channel(
        self,
        channel: Bytes32,
        job: Callable[[DeskClient], Awaitable[tuple[ChannelOut, ...]]],
        again: Callable[[], None],
    ) -> None:
        if self.state.acting is None:
            self._again = again
            self._set(acting=channel, refusal=None)
            self._act(job, self._on_acted, self._on_not_acted)

    def _on_acted(self, channels: tuple[ChannelOut, ...]) -> None:
        self._set(channels=channels, acting=None)
        self.refresh()

    def _on_not_acted(self, problem: Problem) -> None:
        self._set(acting=None, refusal=problem)
        self.refresh()

    # ── limits ──

    def change_limits(self, *, changing: bool) -> None:
        """Open or leave the form."""
        self._set(changing=changing, unsaved=None)

    def save_limits(self, day: Money, creator: Money, passphrase: str | None) -> None:
        """Keep both limits; raising one needs the passphrase."""
        if not self.state.saving:
            self._set(saving=True, unsaved=None)
            self._act(
                lambda desk: desk.wallet.set_budgets(day=day, creator=creator, passphrase=passphrase),
                self._on_saved,
                self._on_unsaved,
            )

    def end_film(self, content_id: str) -> None:
        """Let a film buy nothing more by itself."""
        film = checked_id(content_id)
        self._again = lambda: self.end_film(content_id)
        self._set(refusal=None)
        self._act(lambda desk: desk.playback.set_budget(film, ZERO), self._on_film_ended, self._on_not_ended)

    def _on_film_ended(self, _none: BudgetOut | None) -> None:
        self._act(lambda desk: desk.wallet.budgets(), self._on_budgets, self._told_already)

    def _on_not_ended(self, problem: Problem) -> None:
        self._set(refusal=problem)

    def _on_saved(self, budgets: BudgetsOut) -> None:
        self._set(budgets=budgets, saving=False, changing=False)

    def _on_unsaved(self, problem: Problem) -> None:
        self._set(saving=False, unsaved=problem)

    # ── the way of paying ──

    def choose(self, *, method: Method | None = None, refund_after_days: int | None = None) -> None:
        """Choose the way of paying, or when a channel's rest comes back."""
        self._again = lambda: self.choose(method=method, refund_after_days=refund_after_days)
        self._set(choosing=True, refusal=None)
        self._act(
            lambda desk: desk.wallet.set_payment(method=method, refund_after_days=refund_after_days),
            self._on_chosen,
            self._on_not_chosen,
        )

    def _on_chosen(self, payment: PaymentChoice) -> None:
        self._set(payment=payment, choosing=False)

    def _on_not_chosen(self, problem: Problem) -> None:
        self._set(choosing=False, refusal=problem)

    # ── reading ──

    def _on_wallet(self, wallet: WalletOut) -> None:
        closed = None if wallet.wallet == "open" else Problem(f"wallet.{wallet.wallet}")
        self.patience.stop()
        self._set(wallet=wallet, as_of=None, problem=closed)

    def _on_no_wallet(self, problem: Problem) -> None:
        self._show_last_known()
        self._set(problem=problem)

    @Slot()
    def _show_last_known(self) -> None:
        """Show what was read last, where nothing newer is here yet."""
        self.patience.stop()
        if self.state.wallet is None:
            known = last_known(self._kept)
            self._set(**{part: value for part, value in known.items() if getattr(self.state, part) is None})

    def _on_channels(self, channels: tuple[ChannelOut, ...]) -> None:
        self._set(channels=channels)

    def _on_budgets(self, budgets: BudgetsOut) -> None:
        self._set(budgets=budgets)

    def _on_payment(self, payment: PaymentChoice) -> None:
        if not self.state.choosing:
            self._set(payment=payment)

    def _on_receipts(self, receipts: tuple[ReceiptOut, ...]) -> None:
        self._set(receipts=receipts)

    def _on_balance(self, balance: BalanceOut) -> None:
        self._set(balance=balance)

    def _on_sums(self, sums: Reconciliation) -> None:
        self._set(sums=sums)

    def _on_health(self, health: Health) -> None:
        self._set(offer=health.channels, chain_id=health.chain_id)

    def _told_already(self, _problem: Problem) -> None:
        """The wallet itself says what is wrong."""


async def _health(client: Client) -> Health:
    return await client.health()
