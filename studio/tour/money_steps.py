"""The creator's steps after the sale: earnings, bringing them in, a withdrawal, one that finds nothing, the sums."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QAbstractItemView, QWidget

from services.units.money import ZERO, Money, platform_fee
from studio.kit.format import money, money_exact
from studio.tour.hand import StepError, read_text
from studio.tour.scene import CREATOR, VIEWER, Scene, books_agree, expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.client import Client
    from services.wire.desk import Reconciliation, WalletOut
    from services.wire.earnings import OverviewOut

_CONFIRM_S = 60.0


async def _overview(client: Client) -> OverviewOut:
    return await client.desk(CREATOR).earnings.overview()


async def creator_wallet(client: Client) -> WalletOut:
    """Read the creator's wallet; its gas money shows whether anything was sent."""
    return await client.desk(CREATOR).wallet.state()


def earnings(scene: Scene) -> str:
    """Overview shows what is on its way and what is on the chain, as tiles and in a chart."""
    hand = scene.hand
    scene.persona(CREATOR)
    scene.go("overview")
    on_chain, coming = scene.on_chain(), scene.on_its_way()
    if not on_chain + coming:
        raise StepError("nothing was earned")
    overview = hand.fact(_overview)
    tiles = {str(tile.name): tile.value for tile in overview.tiles}
    for name, amount in (("in_flight", coming), ("available", on_chain)):
        expect(f"the figure “{name}”", tiles[name], amount)
        shown = {money(amount), money_exact(amount)}
        hand.wait(
            f"{money_exact(amount)} on its tile",
            partial(_is_any_in, shown, partial(hand.text_of, f"tile.{name}")),
        )
    hand.find("overview.chart")
    charted = Money(sum(day.amount.micros for day in overview.days))
    if charted < on_chain + coming:
        raise StepError(f"the chart adds up to {money_exact(charted)}, earned is {money_exact(on_chain + coming)}")
    return (
        f"{money_exact(coming)} on its way, {money_exact(on_chain)} on the tile and on the chain; "
        f"{len(overview.days)} days in the chart"
    )


def collect(scene: Scene) -> str:
    """Bring in what is on its way: afterwards the Escrow holds the creator's 90 % of all that was sold, to the unit."""
    hand = scene.hand
    scene.go("payouts")
    before, coming = scene.on_chain(), scene.on_its_way()
    hand.wait(f"{money_exact(coming)} on its tile", lambda: money_exact(coming) in hand.text_of("tile.payouts.pending"))
    hand.click("payouts.collect")
    hand.click("payouts.collect.sure")
    hand.wait("it to be brought in", lambda: not scene.on_its_way(), _CONFIRM_S)
    sold = scene.sold()
    owed = sold - platform_fee(ZERO, sold) - scene.payouts().withdrawn
    expect("creatorBalances", scene.on_chain(), owed)
    hand.wait("the page to say so", lambda: "Nothing is on its way" in hand.text_of("payouts.incoming"))
    waiting = [row.waiting for row in books_agree(scene).rows if row.name == "paid"]
    expect("what waits for the chain", waiting[0], ZERO)
    return f"{money_exact(coming)} brought in, {money_exact(before)} became {money_exact(owed)} on the chain"


def withdraw(scene: Scene) -> str:
    """Withdraw all: a check beforehand, the transaction's states, the end."""
    hand = scene.hand
    scene.go("payouts")
    balance = scene.on_chain()
    wallet = hand.fact(creator_wallet).available or ZERO
    hand.click("payouts.withdraw")
    hand.find("payouts.confirm")
    hand.click("payouts.confirm")
    states: list[str] = []

    def confirmed() -> bool:
        shown = hand.look("payouts.state")
        text = read_text(shown).split(" | ")[0] if shown else ""
        if text and text not in states:
            states.append(text)
        history = scene.payouts().history
        return bool(history) and history[0].state in ("confirmed", "failed")

    hand.wait("the withdrawal to end", confirmed, _CONFIRM_S)
    last = scene.payouts().history[0]
    if last.state != "confirmed" or last.amount != balance or scene.on_chain():
        raise StepError(f"ended as {last.state} with {money_exact(last.amount)}")
    received = (hand.fact(creator_wallet).available or ZERO) - wallet
    if received != balance:
        raise StepError(f"the wallet got {money_exact(received)} of {money_exact(balance)}")
    hand.wait("the end to be shown", lambda: confirmed() and bool(states))
    return f"{money_exact(received)} in the wallet; shown on the way: {' → '.join(states)}"


def withdraw_again(scene: Scene) -> str:
    """Withdraw once more: nothing to withdraw, and nothing is sent."""
    hand = scene.hand
    before, gas = scene.payouts(), hand.fact(creator_wallet).gas
    hand.click("payouts.withdraw")
    words = hand.wait("the answer", lambda: _nothing_words(hand.window))
    hand.pause(0.5)
    after = scene.payouts()
    if len(after.history) != len(before.history):
        raise StepError("a withdrawal was made")
    if hand.fact(creator_wallet).gas != gas:
        raise StepError("gas was spent: something was sent")
    return f"“{words}”; no transaction, no gas spent"


def reconcile(scene: Scene) -> str:
    """Chain, node and desk agree to the unit, side by side, on both sides."""
    creator = _three_sums(scene, CREATOR, "payouts")
    viewer = _three_sums(scene, VIEWER, "wallet")
    rows = {row.name: row.desk for row in (*creator.rows, *viewer.rows)}
    for name, amount in rows.items():
        scene.facts[f"sum.{name}"] = str(amount.micros)
    return ", ".join(f"{name} {money_exact(amount)}" for name, amount in rows.items()) + ": the same in all books"


def _three_sums(scene: Scene, desk_id: str, route: str) -> Reconciliation:
    hand = scene.hand
    scene.persona(desk_id)
    scene.go(route)
    sums = scene.sums(desk_id)
    if not sums.rows or not all(row.agrees for row in sums.rows):
        raise StepError(f"the books of the {desk_id} differ: {sums.rows}")
    table = hand.find("reconcile.table")
    wanted = Counter(money_exact(amount) for row in sums.rows for amount in (row.chain, row.node, row.desk) if amount)
    hand.wait("the sums in the table", lambda: wanted <= _cells(table))
    return sums


def _cells(table: QWidget) -> Counter[str]:
    """Count what stands in a table's cells."""
    view = table if isinstance(table, QAbstractItemView) else table.findChild(QAbstractItemView)
    if view is None:
        raise StepError(f"{table.objectName()} holds no table")
    model = view.model()
    cells = [model.index(row, column) for row in range(model.rowCount()) for column in range(model.columnCount())]
    return Counter(str(cell.data()) for cell in cells)


def _is_any_in(words: set[str], read: Callable[[], str]) -> bool:
    said = read()
    return any(word in said for word in words)


def _nothing_words(window: QWidget) -> str:
    return next((part for part in read_text(window).split(" | ") if "nothing to withdraw" in part.lower()), "")
