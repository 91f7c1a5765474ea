"""Who can watch a film: chosen on the content page, for everybody, by the part, or for members."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QAbstractButton, QWidget
from pytestqt.qtbot import QtBot

from services.units.ids import ContentId
from services.wire.access import AccessOut, Visibility
from services.wire.problems import ProblemError
from services.wire.tiers import TierOut
from studio.kit.context import PageContext
from studio.kit.theme import Theme
from studio.pages.content.page import ContentPage
from tests.fixtures import samples
from tests.fixtures.viewer import click, shown
from tests.fixtures.window import PreparedClient

Shot = Callable[[QWidget, str], None]
TIERS = tuple(
    TierOut(
        id=letter * 32, creator=samples.CREATOR, name=name, price=samples.usd(price), perks=(), created_at=samples.NOW
    )
    for letter, name, price in (("a", "Supporter", "2.99"), ("b", "Patron", "5.99"))
)


def access(visibility: Visibility = "chunks", *tiers: TierOut) -> AccessOut:
    return AccessOut(content_id=ContentId(samples.FILM), visibility=visibility, tiers=tuple(tier.id for tier in tiers))


@pytest.fixture
def chosen(qtbot: QtBot, page_context: PageContext, client: PreparedClient) -> Callable[..., ContentPage]:
    """Show the list with one film, which is chosen."""

    def make(found: AccessOut, tiers: tuple[TierOut, ...] = TIERS) -> ContentPage:
        client.answers |= {
            "earnings.items": (samples.item(),), "uploads.list": (), "nodes.list": (),
            "memberships.access": found, "tiers.mine": tiers,
        }  # fmt: skip
        page = ContentPage(page_context)
        qtbot.addWidget(page)
        page.resize(1064, 900)
        with qtbot.waitExposed(page):
            page.show()
        qtbot.waitUntil(lambda: page.model.state.rows is not None)
        table = page.findChild(QWidget, "content.table")
        assert table is not None
        table.selectRow(0)  # type: ignore[attr-defined]
        card = page.findChild(QWidget, "content.access")
        assert card is not None
        qtbot.waitUntil(lambda: (card.isVisible() and "a month" in shown(page)) or not tiers)
        return page

    return make


def test_members_only_takes_the_tiers_that_there_are(
    chosen: Callable[..., ContentPage], client: PreparedClient, qtbot: QtBot
) -> None:
    page = chosen(access())
    assert "Each part is paid for; members of the tiers below" in shown(page)
    client.answers["memberships.set_access"] = lambda _film, visibility, _tiers: access(visibility, *TIERS)
    click(page, "content.access.members")
    qtbot.waitUntil(lambda: "no part is sold" in shown(page))
    ((film, visibility, tiers), _) = client.called("memberships.set_access")[0]
    assert (film, visibility, tiers) == (samples.FILM, "members", tuple(tier.id for tier in TIERS))


def test_a_tier_is_added_by_a_click(chosen: Callable[..., ContentPage], client: PreparedClient, qtbot: QtBot) -> None:
    page = chosen(access())
    client.answers["memberships.set_access"] = access("chunks", TIERS[0])
    click(page, "content.access.tier")
    qtbot.waitUntil(lambda: bool(client.called("memberships.set_access")))
    assert client.called("memberships.set_access")[0][0][1:] == ("chunks", (TIERS[0].id,))


def test_without_tiers_there_is_nothing_to_be_a_member_of(chosen: Callable[..., ContentPage], qtbot: QtBot) -> None:
    page = chosen(access(), ())
    button = page.findChild(QAbstractButton, "content.access.members")
    assert button is not None
    qtbot.waitUntil(lambda: button.isVisible() and not button.isEnabled())
    assert "Each part is paid for." in shown(page)


def test_what_was_refused_is_said_and_nothing_changes(
    chosen: Callable[..., ContentPage], client: PreparedClient, qtbot: QtBot
) -> None:
    page = chosen(access("members", TIERS[0]))
    client.answers["memberships.set_access"] = ProblemError("access.no_tier")
    click(page, "content.access.tier")
    qtbot.waitUntil(lambda: "Members-only needs a tier." in shown(page))
    button = page.findChild(QAbstractButton, "content.access.tier")
    assert button is not None
    assert button.isChecked()


@pytest.mark.parametrize("look", ["dark", "light"])
def test_draw_access(chosen: Callable[..., ContentPage], theme: Theme, shot: Shot, look: str) -> None:
    theme.use(look)  # type: ignore[arg-type]
    shot(chosen(access("members", TIERS[1])), f"studio/content-access-{look}")
    theme.use("dark")
