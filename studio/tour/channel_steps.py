"""The viewer's two steps around channels: one part settled on the chain instead, and the channel's rest back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.units.money import ZERO, Money, platform_fee
from studio.kit.format import money_exact
from studio.tour.hand import StepError
from studio.tour.money_steps import reconcile
from studio.tour.scene import VIEWER, Scene, books_agree, expect, locked, price_of
from studio.tour.screen import Screen

if TYPE_CHECKING:
    from services.client import Client
    from services.wire.catalogue import ChunkOut
    from services.wire.desk import ChannelOut, Method, PaymentChoice, ReceiptOut

_REFUND_S = 60.0
# The Escrow rounds by its own running gross, which is behind the node's by what is on its way.
_ROUNDING = Money(1)


async def _choice(client: Client) -> PaymentChoice:
    return await client.desk(VIEWER).wallet.payment()


async def _receipts(client: Client) -> tuple[ReceiptOut, ...]:
    return await client.desk(VIEWER).wallet.receipts()


def on_chain(scene: Scene) -> str:
    """Choose to settle every part on the chain, buy one part that way, and choose the channel again."""
    _choose(scene, "chain")
    parts = locked(scene.film())
    told = _buy_on_chain(scene, parts[0]) if parts else "every part was bought by then"
    _choose(scene, "channel")
    return f"{told}; then by channel again"


def refund(scene: Scene) -> str:
    """Get the channel's rest back by one click: the wallet has it, and the three books agree."""
    hand = scene.hand
    scene.persona(VIEWER)
    scene.go("wallet")
    before, wallet = hand.wait("the channel", scene.channel), scene.wallet().available or ZERO
    if not before.refundable:
        return "all that was deposited is spent, nothing is left to come back"
    hand.find("wallet.channel")
    hand.click("wallet.channel.refund")
    after = hand.wait("the rest to be back", lambda: _closed(scene), _REFUND_S)
    expect("what is left in the channel", after.deposited, after.spent)
    expect("the wallet", scene.wallet().available or ZERO, wallet + before.refundable)
    hand.wait("the channel to say so", lambda: "Nothing is left in it." in hand.text_of("wallet.channel.words"))
    scene.facts.pop("sum.deposited", None)
    reconcile(scene)
    return (
        f"{money_exact(before.refundable)} of {money_exact(before.deposited)} came back, "
        f"{money_exact(before.spent)} was spent"
    )


def _choose(scene: Scene, method: Method) -> None:
    scene.go("wallet")
    scene.hand.click(f"wallet.method.{method}")
    scene.hand.until(f"the choice “{method}”", _choice, lambda choice: choice.method == method)


def _buy_on_chain(scene: Scene, part: ChunkOut) -> str:
    hand, price = scene.hand, price_of([part])
    scene.go("watch")
    screen = Screen(hand)
    screen.seek((part.start_ms + part.end_ms) // 2, scene.film().item.duration_ms)
    hand.wait("the card to say how", lambda: "settled on the chain" in hand.text_of("paywall.card"))
    before, channel, wallet = scene.film(), scene.channel(), scene.wallet().available or ZERO
    balance, coming, sold = scene.on_chain(), scene.on_its_way(), scene.sold()
    hand.click("paywall.buy")
    hand.wait("playback to go on", screen.is_playing, timeout_s=30)
    hand.click("watch.play")
    expect("the wallet", scene.settled_wallet().available or ZERO, wallet - price)
    expect("spent", scene.film().spent, before.spent + price)
    expect("what is on its way to the creator", scene.on_its_way(), coming)
    credited = scene.on_chain() - balance
    if abs(credited.micros - (price - platform_fee(sold, price)).micros) > _ROUNDING.micros:
        raise StepError(f"the Escrow credited {money_exact(credited)} of {money_exact(price)}")
    if scene.channel() != channel:
        raise StepError(f"the channel was {channel}, is {scene.channel()}")
    receipt = hand.fact(_receipts)[0]
    if receipt.first_chunk != part.index or receipt.transaction is None:
        raise StepError(f"the last receipt is {receipt}")
    books_agree(scene)
    return f"{money_exact(price)} in one transaction, {money_exact(credited)} at once in the Escrow"


def _closed(scene: Scene) -> ChannelOut | None:
    channel = scene.channel()
    return channel if channel is not None and channel.state == "closed" else None
