"""What the steps of a tour share: the hand, the film, and what they have seen so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QListView

from services.units.money import ZERO, Money, chunk_price
from studio.kit.format import money_exact
from studio.tour.hand import Hand, StepError

if TYPE_CHECKING:
    from services.client import Client
    from services.wire.catalogue import ChunkOut, PlaybackOut
    from services.wire.desk import ChannelOut, Health, Reconciliation, WalletOut
    from services.wire.earnings import PayoutsOut

CREATOR, VIEWER = "creator", "viewer"
_CLIP_S = 120.0
PRICE = Money(10_000)
"""What the tour asks for ten seconds: one cent."""


@dataclass(slots=True)
class Scene:
    """One tour through one profile. title names the film that it sells; media is its file, else the demo's own."""

    hand: Hand
    media: Path | None
    title: str
    content_id: str = ""
    creator_before: Money = ZERO
    facts: dict[str, str] = field(default_factory=dict)

    def persona(self, desk_id: str) -> None:
        """Change to the other side by the visible switch."""
        self.hand.click(f"persona.{desk_id}")

    def go(self, route: str) -> None:
        """Open a page from the rail."""
        self.hand.click(f"nav.{route}")

    def file(self) -> Path:
        """Give the film's file; the demo's own clip is made while the service is young."""
        if self.media is None:
            samples = self.hand.until(
                "the demo's own clip", _health, lambda health: bool(health.samples), _CLIP_S
            ).samples
            self.media = Path(samples[0])
        return self.media

    def open_film(self, list_name: str, route: str) -> None:
        """Find the film among the cards of a page and open it with one click."""
        self.go(route)
        cards = self.hand.find_as(QListView, list_name)

        def place() -> QPoint | None:
            model = cards.model()
            for row in range(model.rowCount()):
                index = model.index(row, 0)
                said = f"{index.data(Qt.ItemDataRole.DisplayRole)} {index.data(Qt.ItemDataRole.AccessibleTextRole)}"
                if self.title in said:
                    cards.scrollTo(index)
                    return cards.visualRect(index).center()
            return None

        spot = self.hand.wait(f"“{self.title}” among the cards", place)
        self.hand.click_at(cards.viewport(), spot)
        self.hand.find("watch.play")

    def film(self) -> PlaybackOut:
        """Ask the viewer's desk how the film stands now."""
        return self.hand.fact(self._open_film)

    async def _open_film(self, client: Client) -> PlaybackOut:
        from services.units.ids import content_id

        return await client.desk(VIEWER).playback.open(content_id(self.content_id))

    def payouts(self) -> PayoutsOut:
        """Ask the creator's desk for the balances; ``available`` is creatorBalances on the chain."""
        return self.hand.fact(_payouts)

    def on_chain(self) -> Money:
        """Read the creator's balance in the Escrow."""
        available = self.payouts().available
        if available is None:
            raise StepError("the chain cannot be read")
        return available

    def on_its_way(self) -> Money:
        """Ask what the creator sold by vouchers, and the Escrow does not hold yet."""
        pending = self.payouts().pending
        if pending is None:
            raise StepError("the node does not say what is on its way")
        return pending

    def wallet(self) -> WalletOut:
        """Read the viewer's wallet."""
        return self.hand.fact(_viewer_wallet)

    def settled_wallet(self) -> WalletOut:
        """Read the viewer's wallet once the desk has seen on the chain how each purchase ended."""
        return self.hand.until(
            "the purchase to be settled", _viewer_wallet, lambda wallet: not wallet.in_flight and not wallet.promised
        )

    def channel(self) -> ChannelOut | None:
        """Read the viewer's channel to the creator; None before the first deposit."""
        channels = self.hand.fact(_channels)
        if len(channels) > 1:
            raise StepError(f"there are {len(channels)} channels to one creator")
        return channels[0] if channels else None

    def sold(self) -> Money:
        """Give what was ever paid to the creator, as the node books it."""
        paid = [row.node for row in self.sums(VIEWER).rows if row.name == "paid"]
        return (paid[0] if paid else None) or ZERO

    def sums(self, desk_id: str) -> Reconciliation:
        """Compare chain, node ledger and desk ledger, as one side's desk sees them."""
        if desk_id == CREATOR:
            return self.hand.fact(_creator_sums)
        return self.hand.fact(_viewer_sums)


def locked(film: PlaybackOut) -> list[ChunkOut]:
    """Give the chunks that are not bought."""
    return [chunk for chunk in film.chunks if chunk.access == "locked"]


def price_of(chunks: list[ChunkOut]) -> Money:
    """Add up chunk prices, computed here from the price per ten seconds and the cuts, not taken from the answer."""
    prices = [chunk_price(PRICE, start_ms=chunk.start_ms, end_ms=chunk.end_ms) for chunk in chunks]
    return Money(sum(price.micros for price in prices))


def expect(what: str, is_: Money, should: Money) -> None:
    """Compare two sums to the unit. Raises StepError."""
    if is_ != should:
        raise StepError(f"{what} is {money_exact(is_)}, should be {money_exact(should)}")


def books_agree(scene: Scene) -> Reconciliation:
    """Compare chain, node and desk as the viewer's desk sees them, and give them. Raises StepError."""
    sums = scene.sums(VIEWER)
    if not sums.rows or not all(row.agrees for row in sums.rows):
        raise StepError(f"the books differ: {sums.rows}")
    return sums


async def _viewer_wallet(client: Client) -> WalletOut:
    return await client.desk(VIEWER).wallet.state()


async def _channels(client: Client) -> tuple[ChannelOut, ...]:
    return await client.desk(VIEWER).wallet.channels()


async def _health(client: Client) -> Health:
    return await client.health()


async def _payouts(client: Client) -> PayoutsOut:
    return await client.desk(CREATOR).payouts.state()


async def _creator_sums(client: Client) -> Reconciliation:
    return await client.desk(CREATOR).wallet.reconciliation()


async def _viewer_sums(client: Client) -> Reconciliation:
    return await client.desk(VIEWER).wallet.reconciliation()
