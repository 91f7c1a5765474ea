"""A transaction for people: in the chain's explorer, or as a hash to copy where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication

from studio.kit.words import tr

if TYPE_CHECKING:
    from studio.kit.context import PageContext


def show_transaction(context: PageContext, explorer: str, transaction: str) -> None:
    """Open a transaction in the browser, or copy its hash. explorer: the chain's (services.wire.desk.Health)."""
    if explorer:
        QDesktopServices.openUrl(QUrl(f"{explorer}/tx/{transaction}"))
        return
    QApplication.clipboard().setText(transaction)
    context.notify(tr("Hash copied. This chain has no explorer."))


def explained(explorer: str) -> str:
    """Say what a click on a transaction does."""
    if explorer:
        return tr("Enter or a double click opens a line's transaction at {host}.", host=QUrl(explorer).host())
    return tr("Enter or a double click copies a line's hash: the demo chain has no explorer.")
