"""What waits for a creator: each need has its sentence, and its button leads to the rows."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from pytestqt.qtbot import QtBot

from services.wire.earnings import NeedOut
from studio.kit.context import PageContext
from studio.kit.widgets.button import Button
from studio.pages.overview.cards import NeedsCard
from studio.pages.overview.needs import NEEDS, told
from studio.pages.overview.page import OverviewPage
from tests.fixtures import samples
from tests.fixtures.window import PreparedClient, Shell

CODES = get_args(NeedOut.model_fields["code"].annotation)


def test_every_need_has_its_words() -> None:
    assert set(NEEDS) == set(CODES)


@pytest.mark.parametrize(
    ("code", "params", "words", "route", "behind"),
    [
        ("upload_failed", {"upload": "u1", "title": "Harbour at dawn"}, "Harbour at dawn", "upload", {"upload": "u1"}),
        ("upload_ready", {"upload": "u2", "title": ""}, "A film without a title", "upload", {"upload": "u2"}),
        ("payout_ready", {"amount": "31204500"}, "$31.2045", "payouts", {}),
        ("low_gas", {}, "Gas money", "payouts", {}),
        ("unreconciled", {"sums": "earned, available"}, "earned, available", "payouts", {"section": "books"}),
        ("backup_due", {"newer": "2"}, "never backed up", "settings", {"section": "backup"}),
        ("backup_due", {"newer": "1", "made": "2026-10-02T08:00:00+00:00"}, "1 film is not in your backup of 2 Oct",
         "settings", {"section": "backup"}),
        ("backup_due", {"newer": "0", "made": "2026-08-02T08:00:00+00:00"}, "of 2 Aug: make a fresh one", "settings",
         {"section": "backup"}),
        ("requests", {"count": "2"}, "2 members wait for an answer", "tiers", {}),
        ("refunds", {"count": "1"}, "1 viewer asks for money back", "members", {}),
        ("no_items", {}, "Nothing is for sale", "upload", {}),
    ],
)  # fmt: skip
def test_each_need_says_what_it_is_and_leads_there(
    qtbot: QtBot, code: Any, params: dict[str, str], words: str, route: str, behind: dict[str, str]
) -> None:
    need = NeedOut(code=code, params=params)
    assert words in told(need)
    card, visited = NeedsCard(), list[tuple[str, dict[str, str]]]()
    qtbot.addWidget(card)
    card.wanted.connect(lambda to, what: visited.append((to, what)))
    card.show_needs((need,))
    button = card.findChild(Button, f"need.{code}")
    assert button is not None
    button.click()
    assert visited == [(route, behind)]


def test_the_latest_film_and_each_receipt_lead_to_the_film(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient, shell: Shell
) -> None:
    client.answers["earnings.overview"] = samples.overview()
    page = OverviewPage(page_context)
    qtbot.addWidget(page)
    qtbot.waitUntil(lambda: page.model.state.overview is not None)
    button = page.findChild(Button, "overview.latest")
    assert button is not None
    button.click()
    page._sales.table.opened.emit(samples.sale())
    assert shell.visited == [("item", {"content_id": str(samples.FILM)})] * 2
    qtbot.waitUntil(lambda: page._chart.drawn, timeout=20_000)
