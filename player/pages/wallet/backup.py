"""The question about a back-up, asked once there is money that would be lost without one."""

from __future__ import annotations

from PySide6.QtCore import Signal

from studio.kit.icons import Icon
from studio.kit.widgets import text
from studio.kit.widgets.button import bare, secondary
from studio.kit.widgets.card import Inset, row
from studio.kit.widgets.flow import Beside
from studio.kit.words import tr


class BackupQuestion(Inset):
    """Signals: ``wanted`` (go and make one), ``put_off``."""

    wanted = Signal()
    put_off = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("wallet.backup")
        later = bare(tr("Later"), name="wallet.backup.later")
        now = secondary(tr("Back up in Settings"), name="wallet.backup.now", icon="key")
        later.clicked.connect(self.put_off)
        now.clicked.connect(self.wanted)
        words = text.body(
            tr("There is money in this wallet and no back-up of its key. If this computer is lost, so is the money.")
        )
        line = row(Icon("alert", "warn"), spacing=12)
        line.addWidget(Beside(words, later, now, least=560), 1)
        self.body.addLayout(line)
