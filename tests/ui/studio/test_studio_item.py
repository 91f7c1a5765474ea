"""One film of the creator: changed and taken back, its price with reasons, its picture, and what it earns where."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QSpinBox
from pytestqt.qtbot import QtBot

from services.units.money import ZERO, Money, total
from services.wire.access import AccessOut
from services.wire.catalogue import ItemOut
from services.wire.figures import ItemFiguresOut, PlaceOut
from services.wire.node import VersionOut
from services.wire.nodes import LinkOut
from services.wire.problems import ProblemError
from studio.kit.context import PageContext
from studio.kit.widgets.button import Button
from studio.kit.widgets.choice import Choice
from studio.kit.widgets.thumbnail_picker import MomentButton
from studio.pages.content.item_page import ItemPage
from studio.pages.content.revenue import series_of
from tests.fixtures import samples
from tests.fixtures.samples_pricing import SUGGESTION
from tests.fixtures.window import PreparedClient, Shell

FILM = samples.item().model_copy(update={"tags": ("workshop", "film", "clocks")})
UPLOAD = samples.upload("published", title=FILM.title, content=str(FILM.content_id))
PLACES = tuple(
    PlaceOut(start_ms=at * 10_000, end_ms=at * 10_000 + 10_000, net=Money(9_000 * (73 - at) + at), payments=73 - at)
    for at in range(73)
)
OUTSIDE = Money(1_234)
FIRST = (VersionOut(version=1, title=FILM.title, published_at=samples.NOW),)
SECOND = (VersionOut(version=2, title="The apprentice", published_at=samples.NOW, changed=("title", "captions")),)
FIGURES = ItemFiguresOut(
    content_id=FILM.content_id,
    title=FILM.title,
    gross=Money(30_000_000),
    net=total([place.net for place in PLACES]) + OUTSIDE,
    paid_ms=9_000_000,
    payments=2_701,
    free_chunks=0,
    places=PLACES,
    outside=OUTSIDE,
    as_of=samples.NOW,
)


class Node:
    """Keeps what is said about the film, as the node does."""

    def __init__(self, item: ItemOut) -> None:
        self.item = item
        self.said: list[tuple[str, tuple[str, ...]]] = []

    def about(self, _film: str, description: str, tags: tuple[str, ...]) -> ItemOut:
        self.said.append((description, tags))
        self.item = self.item.model_copy(update={"description": description, "tags": tags})
        return self.item


@pytest.fixture
def node(client: PreparedClient) -> Node:
    made = Node(FILM)
    client.answers |= {
        "own_films.get": lambda _film: made.item,
        "own_films.upload": UPLOAD,
        "own_films.set_about": made.about,
        "memberships.access": AccessOut(content_id=FILM.content_id, visibility="chunks", tiers=("t1",)),
        "tiers.mine": samples.TIERS,
        "pricing.suggest": SUGGESTION,
        "figures.item": FIGURES,
    }
    return made


Opened = Callable[[], ItemPage]


@pytest.fixture
def opened(qtbot: QtBot, page_context: PageContext, node: Node) -> Opened:
    """Opens the page; a fixture that is the page would hold its chart until after the test."""

    def opens() -> ItemPage:
        made = ItemPage(page_context)
        qtbot.addWidget(made)
        made.resize(1000, 900)
        made.open({"content_id": str(node.item.content_id)})
        with qtbot.waitExposed(made):
            made.show()
        qtbot.waitUntil(lambda: made.model.state.suggestion is not None and made._earned.state.figures is not None)
        return made

    return opens


def press(page: ItemPage, name: str) -> None:
    found = page.findChild(Button, name)
    assert found is not None
    QTest.mouseClick(found, Qt.MouseButton.LeftButton)


def line(page: ItemPage, name: str) -> QLineEdit:
    found = page.findChild(QLineEdit, name)
    assert found is not None
    return found


def label(page: ItemPage, name: str) -> str:
    found = page.findChild(QLabel, name)
    assert found is not None
    return found.text()


def test_what_is_said_is_changed_and_taken_back(qtbot: QtBot, opened: Opened, node: Node) -> None:
    page = opened()
    assert line(page, "item.tags").text() == "workshop, clocks", "the category stands in its own box"
    QTest.keyClicks(line(page, "item.tags"), ", brass")
    choice = page.findChild(Choice, "item.category")
    assert choice is not None
    assert choice.key == "film"
    choice.choose("lesson")
    choice.picked.emit("lesson")
    assert not node.said
    press(page, "item.save")
    qtbot.waitUntil(lambda: page.model.state.undo is not None)
    assert node.said == [(FILM.description, ("lesson", "workshop", "clocks", "brass"))]
    press(page, "item.undo")
    qtbot.waitUntil(lambda: len(node.said) == 2 and not page.model.state.busy)
    assert node.said[1] == (FILM.description, ("film", "workshop", "clocks"))
    assert line(page, "item.tags").text() == "workshop, clocks"
    assert page.model.state.undo is None


def test_what_is_written_stays_when_it_cannot_be_kept(qtbot: QtBot, opened: Opened, client: PreparedClient) -> None:
    page = opened()
    client.answers["own_films.set_about"] = ProblemError("node.unreachable")
    QTest.keyClicks(line(page, "item.tags"), ", brass")
    press(page, "item.save")
    qtbot.waitUntil(lambda: page.model.state.problem is not None)
    page.model.refresh()
    qtbot.waitUntil(lambda: page.model.state.problem is None)
    assert line(page, "item.tags").text() == "workshop, clocks, brass"


def test_a_wrong_tag_is_told_beside_its_field(opened: Opened) -> None:
    page = opened()
    QTest.keyClicks(line(page, "item.tags"), ", ?!")
    assert page._about._tags_field.help.text() == "“?!” has no letter in it."
    save = page.findChild(Button, "item.save")
    assert save is not None
    assert not save.isEnabled()


def test_the_price_stands_beside_its_suggestion(qtbot: QtBot, opened: Opened, client: PreparedClient) -> None:
    page = opened()
    assert label(page, "item.price") == "$0.01"
    assert label(page, "item.suggestion.price") == "$0.0135"
    aim = page.findChild(Choice, "item.intent")
    assert aim is not None
    aim.picked.emit("earn")
    qtbot.waitUntil(lambda: client.called("pricing.suggest")[-1][1]["intent"] == "earn")
    assert client.called("pricing.suggest")[-1][1] == {
        "film": str(FILM.content_id),
        "category": "film",
        "intent": "earn",
        "price_text": "0.01",
    }


def test_the_area_is_what_the_film_earned(opened: Opened) -> None:
    """The curve and what came past every part add up to the film's earnings, to the unit."""
    page = opened()
    figures = page._earned.state.figures
    assert figures is not None
    series = series_of(figures)
    assert sum(series.values) + figures.outside.micros == figures.net.micros
    assert label(page, "content.revenue.net") == "$24.31"
    assert total([place.net for place in figures.places]) != ZERO


def test_a_film_to_come_is_moved_and_opened(qtbot: QtBot, opened: Opened, node: Node, client: PreparedClient) -> None:
    page = opened()
    assert page._opening.isHidden()
    node.item = FILM.model_copy(update={"opens_at": datetime(2099, 12, 24, 18, tzinfo=UTC)})
    moved: list[Any] = []

    def open_at(_film: str, moment: Any) -> ItemOut:
        moved.append(moment)
        node.item = node.item.model_copy(update={"opens_at": moment})
        return node.item

    client.answers["own_films.set_opening"] = open_at
    page.model.refresh()
    qtbot.waitUntil(lambda: not page._opening.isHidden())
    assert page._state.text() == "to come"
    QTest.keyClicks(line(page, "item.opening.moment"), "soon")
    assert page._opening._field.help.text() == "Write day and time as 2026-11-28 18:00."
    line(page, "item.opening.moment").clear()
    QTest.keyClicks(line(page, "item.opening.moment"), "2099-12-31 20:00")
    press(page, "item.opening.move")
    qtbot.waitUntil(lambda: len(moved) == 1)
    assert moved[0] == datetime(2099, 12, 31, 20).astimezone()
    qtbot.waitUntil(lambda: not page.model.state.busy)
    press(page, "item.opening.now")
    qtbot.waitUntil(page._opening.isHidden)
    assert moved[1] is None


def test_the_picture_is_a_moment_of_the_film(qtbot: QtBot, opened: Opened, client: PreparedClient) -> None:
    page = opened()
    client.answers |= {"uploads.frame": b"no picture", "uploads.set_thumbnail": UPLOAD}
    press(page, "item.picture.film")
    qtbot.waitUntil(lambda: all(moment.picture for moment in page._pictures.state.moments))
    moments = [values[1] for values, _ in client.called("uploads.frame")]
    assert len(moments) == 6
    assert moments == sorted(moments)
    assert 0 < moments[0] < moments[-1] < FILM.duration_ms
    chosen = page.findChildren(MomentButton, "item.picture.moment")[2]
    QTest.keyClick(chosen, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(client.called("uploads.set_thumbnail")))
    assert client.called("uploads.set_thumbnail") == [(("u1",), {"at_ms": moments[2], "path": ""})]
    qtbot.waitUntil(lambda: not page._pictures.state.busy)
    page._picture.file_chosen.emit("/pictures/harbour.png")
    qtbot.waitUntil(lambda: len(client.called("uploads.set_thumbnail")) == 2)
    assert client.called("uploads.set_thumbnail")[1][1] == {"at_ms": None, "path": "/pictures/harbour.png"}


def test_a_new_version_has_another_title_and_captions_and_the_title_comes_back(
    qtbot: QtBot, opened: Opened, node: Node, client: PreparedClient, shell: Shell
) -> None:
    said: list[dict[str, Any]] = []

    def revise(_film: str, **wanted: Any) -> Any:
        said.append(wanted)
        node.item = node.item.model_copy(update={"title": wanted["title"] or node.item.title})
        return (*SECOND, *FIRST)

    client.answers |= {"uploads.versions": FIRST, "own_films.revise": revise}
    page = opened()
    qtbot.waitUntil(lambda: not page._signed.isHidden())
    button = page.findChild(Button, "item.revise")
    assert button is not None
    assert not button.isEnabled(), "there is nothing new to say"
    line(page, "item.new_title").clear()
    QTest.keyClicks(line(page, "item.new_title"), " ")
    assert page._signed._field.help.text() == "A film has a title."
    QTest.keyClicks(line(page, "item.new_title"), "The apprentice ")
    page._signed.captions_chosen.emit("/films/apprentice.de.srt")
    assert label(page, "item.captions") == "Captions: apprentice.de (new)"
    press(page, "item.revise")
    qtbot.waitUntil(lambda: page._versions.state.undo == FILM.title)
    qtbot.waitUntil(lambda: page.title.text() == "The apprentice")
    assert said == [{"title": "The apprentice", "captions": (("de", "apprentice.de", "/films/apprentice.de.srt"),)}]
    assert shell.said == ["The new version is for sale. Who bought the film has it as it is."]
    press(page, "item.revise.undo")
    qtbot.waitUntil(lambda: page.title.text() == FILM.title)
    assert said[1] == {"title": FILM.title, "captions": None}
    assert page._versions.state.undo == ""


def test_the_versions_are_listed(qtbot: QtBot, opened: Opened, client: PreparedClient) -> None:
    client.answers["uploads.versions"] = (*SECOND, *FIRST)
    page = opened()
    qtbot.waitUntil(lambda: len(page.findChildren(QLabel, "item.version")) == 2)
    assert [found.text() for found in page.findChildren(QLabel, "item.version")] == [
        "Version 2, 21 Nov, 14:05: new title, captions",
        "Version 1, 21 Nov, 14:05: “The clockmaker's apprentice”",
    ]


def test_a_film_from_another_computer_is_shown_without_what_was_measured(
    qtbot: QtBot, opened: Opened, client: PreparedClient
) -> None:
    page = opened()
    other = samples.item("Harbour", minutes=20)
    client.answers |= {"own_films.get": other, "own_films.upload": ProblemError("content.not_found")}
    page.open({"content_id": str(other.content_id)})
    qtbot.waitUntil(lambda: page.model.state.item == other and page.model.state.upload is None)
    assert page.title.text() == "Harbour"
    assert page._price.reasons.isHidden()
    assert page._picture.isHidden()


def test_the_way_out_and_the_link(qtbot: QtBot, opened: Opened, client: PreparedClient, shell: Shell) -> None:
    page = opened()
    client.answers["earnings.link"] = LinkOut(text="museclock:film", is_reachable=False)
    press(page, "item.link")
    qtbot.waitUntil(lambda: QApplication.clipboard().text() == "museclock:film")
    assert shell.said == ["Link copied. It opens on this computer only, until you move the film."]
    press(page, "item.watch")
    press(page, "item.back")
    assert shell.visited == [("watch", {"content_id": str(FILM.content_id)}), ("content", {})]


def _typed(page: ItemPage, price: str, free: int) -> None:
    amount, parts = line(page, "item.new_price"), page.findChild(QSpinBox, "item.new_free")
    assert parts is not None
    amount.selectAll()
    QTest.keyClicks(amount, price)
    parts.setValue(free)


def test_another_price_is_asked_back_and_holds_from_now_on(
    opened: Opened, node: Node, client: PreparedClient, qtbot: QtBot
) -> None:
    """Two steps: the sum is named before anything is signed."""
    page = opened()
    change = page.findChild(Button, "item.change_price")
    assert change is not None
    assert not change.isEnabled()
    client.answers["own_films.revise"] = SECOND
    _typed(page, "0.0", 3)
    assert not change.isEnabled()
    _typed(page, "0.025", 3)
    press(page, "item.change_price")
    assert "$0.025" in label(page, "item.change_price.words")
    assert "3 parts" in label(page, "item.change_price.words")
    press(page, "item.change_price.keep")
    page.model.change_price()
    assert client.called("own_films.revise") == []
    node.item = node.item.model_copy(update={"price_per_ten_seconds": Money(25_000), "free_chunks": 3})
    press(page, "item.change_price")
    press(page, "item.change_price.sure")
    qtbot.waitUntil(lambda: label(page, "item.price") == "$0.025")
    said = {"price": Money(25_000), "preview_chunks": 3}
    assert client.called("own_films.revise") == [((str(FILM.content_id),), said)]
    assert not change.isEnabled()
    node.item = FILM
    press(page, "item.change_price.undo")
    qtbot.waitUntil(lambda: label(page, "item.price") == "$0.01")
    said = {"price": FILM.price_per_ten_seconds, "preview_chunks": FILM.free_chunks}
    assert client.called("own_films.revise")[1:] == [((str(FILM.content_id),), said)]
    undo = page.findChild(Button, "item.change_price.undo")
    assert undo is not None
    assert not undo.isVisible()


def test_a_price_that_is_refused_leaves_the_old_one(opened: Opened, client: PreparedClient, qtbot: QtBot) -> None:
    page = opened()
    client.answers["own_films.revise"] = ProblemError("node.unreachable")
    _typed(page, "0.5", 0)
    press(page, "item.change_price")
    press(page, "item.change_price.sure")
    qtbot.waitUntil(lambda: page.model.state.problem is not None)
    assert page.model.state.price_text == "0.5"
    assert page.model.state.item == FILM


def test_a_film_is_archived_and_brought_back(opened: Opened, client: PreparedClient, qtbot: QtBot) -> None:
    page = opened()
    client.answers["own_films.archive"] = FILM.model_copy(update={"is_archived": True})
    client.answers["own_films.restore"] = FILM
    press(page, "item.archive")
    assert "Who bought parts keeps them" in label(page, "item.archive.words")
    press(page, "item.archive.keep")
    page.model.archive()
    assert client.called("own_films.archive") == []
    press(page, "item.archive")
    press(page, "item.archive.sure")
    qtbot.waitUntil(lambda: "neither listed nor sold" in label(page, "item.archiving.words"))
    press(page, "item.restore")
    qtbot.waitUntil(lambda: page.model.state.item == FILM)
    assert len(client.called("own_films.restore")) == 1


def test_captions_are_left_out_of_the_next_version(opened: Opened, client: PreparedClient, qtbot: QtBot) -> None:
    client.answers |= {"uploads.versions": FIRST, "own_films.revise": SECOND}
    page = opened()
    page._versions._set(versions=FIRST, captions=(("en", "English"), ("de", "Deutsch")))
    press(page, "item.captions.remove")
    assert label(page, "item.captions") == "Captions: German"
    press(page, "item.captions.keep")
    assert not page._versions.state.can_publish
    press(page, "item.captions.remove")
    press(page, "item.revise")
    qtbot.waitUntil(lambda: len(client.called("own_films.revise")) == 1)
    assert client.called("own_films.revise")[0][1]["captions"] == (("de", "Deutsch", ""),)
