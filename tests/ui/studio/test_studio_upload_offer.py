"""What is offered with an upload: a price that is suggested with reasons, who can watch it, from when; and mistakes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from services.wire.pricing import NarrativeOut
from services.wire.uploads import DraftIn, UploadOut
from studio.kit.context import PageContext
from studio.kit.widgets.button import Button
from studio.kit.widgets.choice import Choice
from studio.pages.upload.mistakes import mistakes
from studio.pages.upload.page import UploadPage
from studio.pages.upload.state import Draft
from tests.fixtures import samples
from tests.fixtures.samples_pricing import SUGGESTION
from tests.fixtures.window import PreparedClient

EARLY = samples.TIERS[0].model_copy(update={"early_access_days": 7})


class Desk:
    """Keeps one upload's form, as the service does."""

    def __init__(self, upload: UploadOut) -> None:
        self.upload = upload
        self.saved: list[DraftIn] = []

    def save(self, _upload_id: str, **fields: Any) -> UploadOut:
        self.saved.append(DraftIn(**fields))
        self.upload = self.upload.model_copy(update={"draft": self.saved[-1]})
        return self.upload


@pytest.fixture
def desk(client: PreparedClient) -> Desk:
    """A desk with an upload that is ready to publish."""
    made = Desk(samples.upload("ready", title="Harbour", price="0.01"))
    client.answers |= {
        "uploads.list": lambda: (made.upload,),
        "uploads.get": lambda _upload_id: made.upload,
        "uploads.save_draft": made.save,
        "uploads.quote": samples.QUOTE,
        "tiers.mine": (EARLY, samples.TIERS[1]),
        "pricing.suggest": SUGGESTION,
    }
    return made


@pytest.fixture
def page(qtbot: QtBot, page_context: PageContext, desk: Desk) -> UploadPage:
    made = UploadPage(page_context)
    qtbot.addWidget(made)
    made.resize(1000, 800)
    with qtbot.waitExposed(made):
        made.show()
    qtbot.waitUntil(lambda: made.model.state.suggestion is not None and bool(made.model.state.tiers))
    assert desk.upload.draft.title == "Harbour"
    return made


def press(page: UploadPage, name: str, at: int = 0) -> None:
    found = page.findChildren(Button, name)[at]
    QTest.mouseClick(found, Qt.MouseButton.LeftButton)


def label(page: UploadPage, name: str) -> str:
    found = page.findChild(QLabel, name)
    assert found is not None
    return found.text()


def line(page: UploadPage, name: str) -> QLineEdit:
    found = page.findChild(QLineEdit, name)
    assert found is not None
    return found


def test_the_price_is_suggested_with_its_reasons_and_taken(qtbot: QtBot, page: UploadPage, desk: Desk) -> None:
    assert label(page, "upload.suggestion.price") == "$0.0135"
    assert label(page, "upload.suggestion.words").startswith("70 of 100 points: “Size of the picture” raises")
    assert label(page, "upload.suggestion.shares") == (
        "Of each sale the platform takes 10\u00a0%, and bringing it to the chain 0.3\u00a0%."
    )
    press(page, "upload.suggestion.more")
    said = {widget.accessibleName() for widget in page._form.reasons.findChildren(QWidget)}
    assert "Size of the picture: 85 of 100, weight 22 %" in said
    assert "Captions and chapters: 0 of 100, weight 5 %" in said
    press(page, "upload.suggestion.use")
    qtbot.waitUntil(lambda: bool(desk.saved))
    assert desk.saved[-1].price_text == "0.0135"
    assert not page._form.reasons.use.isEnabled()


def test_category_and_intent_ask_anew(qtbot: QtBot, page: UploadPage, desk: Desk, client: PreparedClient) -> None:
    chosen = page.findChild(Choice, "upload.category")
    assert chosen is not None
    chosen.choose("music")
    chosen.picked.emit("music")
    qtbot.waitUntil(lambda: bool(desk.saved) and desk.saved[-1].category == "music")
    wanted = {"upload": "u1", "category": "music", "intent": "balance", "price_text": "0.01"}
    qtbot.waitUntil(lambda: client.called("pricing.suggest")[-1][1] == wanted)
    asked = len(client.called("pricing.suggest"))
    QTest.keyClicks(line(page, "upload.title"), " at dawn")
    qtbot.waitUntil(lambda: desk.saved[-1].title == "Harbour at dawn")
    assert len(client.called("pricing.suggest")) == asked, "a title is no reason for a price"


def test_words_of_another_explain_it_and_the_plain_ones_stay_without(
    qtbot: QtBot, page: UploadPage, client: PreparedClient
) -> None:
    client.answers |= {
        "pricing.suggest": SUGGESTION.model_copy(update={"is_told": True, "score": 71}),
        "pricing.words": NarrativeOut(text="A sharp picture, and nobody can read along."),
    }
    page.model.type(Draft(title="Harbour", price_text="0.01", intent="earn"))
    qtbot.waitUntil(lambda: page.model.state.words != "")
    assert label(page, "upload.suggestion.words") == "A sharp picture, and nobody can read along."
    assert client.called("pricing.words") == [
        ((), {"upload": "u1", "category": "other", "intent": "earn", "language": "en"})
    ]


def test_who_can_watch_is_chosen_before_it_is_published(qtbot: QtBot, page: UploadPage, desk: Desk) -> None:
    press(page, "upload.access.members")
    qtbot.waitUntil(lambda: bool(desk.saved) and desk.saved[-1].visibility == "members")
    assert desk.saved[-1].tiers == ("t1", "t2"), "all, where none was chosen"
    press(page, "upload.access.tier", 1)
    qtbot.waitUntil(lambda: desk.saved[-1].tiers == ("t1",))
    press(page, "upload.access.tier", 0)
    qtbot.waitUntil(lambda: desk.saved[-1].tiers == ())
    assert label(page, "upload.needed") == "Choose a tier that opens it."
    press(page, "upload.access.public")
    qtbot.waitUntil(lambda: desk.saved[-1].visibility == "public")


def test_a_film_is_published_for_later(qtbot: QtBot, page: UploadPage, desk: Desk) -> None:
    press(page, "upload.access.tier", 0)
    press(page, "upload.when.later")
    QTest.keyClicks(line(page, "upload.when.moment"), "2099-12-24 18:")
    qtbot.waitUntil(lambda: bool(desk.saved) and desk.saved[-1].opens_text == "2099-12-24 18:")
    assert label(page, "upload.needed") == "Write day and time as 2026-11-28 18:00."
    assert desk.saved[-1].opens_at is None
    QTest.keyClicks(line(page, "upload.when.moment"), "00")
    qtbot.waitUntil(lambda: desk.saved[-1].opens_at is not None)
    assert desk.saved[-1].opens_at == datetime(2099, 12, 24, 18).astimezone(UTC)
    assert label(page, "upload.when.early") == "Members of Front row have it 7 days earlier, from 2099-12-17 18:00."
    qtbot.waitUntil(page._form.publish.isEnabled)
    assert page._form.publish.text() == "Publish for later"
    press(page, "upload.when.now")
    qtbot.waitUntil(lambda: desk.saved[-1].opens_at is None and desk.saved[-1].opens_text == "")
    assert page._form.publish.text() == "Publish"


@pytest.mark.parametrize(
    ("draft", "field", "sentence"),
    [
        (Draft(price_text="cheap"), "price_text", "Enter an amount such as 0.005."),
        (
            Draft(price_text="0"),
            "price_text",
            "A price is more than nothing. To give it away, choose “Everybody” below.",
        ),
        (Draft(price_text="10.000001"), "price_text", "At most $10.00 for ten seconds."),
        (Draft(tags=("x" * 31,)), "tags", f"“{'x' * 31}” is too long: 30 signs are the most."),
        (Draft(tags=("?!",)), "tags", "“?!” has no letter in it."),
        (Draft(tags=tuple("abcdefghij")), "tags", "At most 9 tags."),
        (Draft(opens_text="tomorrow"), "opens_text", "Write day and time as 2026-11-28 18:00."),
        (
            Draft(opens_text="2020-01-01 10:00"),
            "opens_text",
            "That time has passed. Leave it empty to publish at once.",
        ),
        (Draft(visibility="members"), "tiers", "Choose a tier that opens it."),
    ],
)
def test_each_field_says_what_is_wrong(draft: Draft, field: str, sentence: str) -> None:
    assert mistakes(draft) == {field: sentence}


def test_an_empty_form_is_not_wrong_yet() -> None:
    assert mistakes(Draft()) == {}
