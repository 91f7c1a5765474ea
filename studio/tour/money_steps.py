"""The creator's steps after the sale: earnings, a withdrawal, a second one that finds nothing, the three sums."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QAbstractItemView, QWidget

from services.units.money import ZERO, Money
from studio.kit.format import money, money_exact
from studio.tour.hand import StepError, read_text
from studio.tour.scene import CREATOR, VIEWER, Scene

if TYPE_CHECKING:
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
    """Overview shows the earnings as tiles and a chart, equal to creatorBalances on the chain."""
    hand = scene.hand
    scene.persona(CREATOR)
    scene.go("overview")
    on_chain = scene.on_chain()
    if not on_chain:
        raise StepError("nothing was earned")
    overview = hand.fact(_overview)
    tiles = {tile.name: tile.value for tile in overview.tiles}
    if tiles["available"] != on_chain:
        raise StepError(f"the tile says {money_exact(tiles['available'])}, the chain {money_exact(on_chain)}")
    shown = (money(on_chain), money_exact(on_chain))
    hand.wait(f"{money_exact(on_chain)} on a tile", lambda: any(s in hand.text_of("tile.available") for s in shown))
    hand.find("overview.chart")
    charted = Money(sum(day.amount.micros for day in overview.days))
    if charted < on_chain:
        raise StepError(f"the chart adds up to {money_exact(charted)}, the chain has {money_exact(on_chain)}")
    return f"{money_exact(on_chain)} on the tile and on the chain; {len(overview.days)} days in the chart"


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
    return ", ".join(f"{name} {money_exact(amount)}" for name, amount in rows.items()) + ": three times the same"


def _three_sums(scene: Scene, desk_id: str, route: str) -> Reconciliation:
    hand = scene.hand
    scene.persona(desk_id)
    scene.go(route)
    sums = scene.sums(desk_id)
    if not sums.rows or not all(row.agrees for row in sums.rows):
        raise StepError(f"the books of the {desk_id} differ: {sums.rows}")
    table = hand.find("reconcile.table")
    paid = [row.desk for row in sums.rows if row.desk]
    hand.wait("the sums in the table", lambda: all(_table_text(table).count(money_exact(s)) >= 3 for s in paid))
    return sums


def _table_text(table: QWidget) -> str:
    """Give what stands in a table, or in a widget that draws one."""
    view = table if isinstance(table, QAbstractItemView) else table.findChild(QAbstractItemView)
    if view is None:
        return read_text(table)
    model = view.model()
    cells = [model.index(row, column) for row in range(model.rowCount()) for column in range(model.columnCount())]
    return " | ".join(str(cell.data()) for cell in cells)


def _nothing_words(window: QWidget) -> str:
    return next((part for part in read_text(window).split(" | ") if "nothing to withdraw" in part.lower()), "")
