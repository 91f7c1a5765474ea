"""Upload: a file dropped or asked for, stages, a form saved at each key stroke, publishing, stopping and going on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from services.units.money import Money
from services.wire.base import ProblemOut
from services.wire.problems import ProblemError
from services.wire.uploads import DraftIn, StageOut, UploadOut
from studio.kit.context import PageContext
from studio.kit.widgets.button import Button
from studio.pages.upload.page import UploadPage
from studio.pages.upload.state import Draft
from tests.fixtures import samples
from tests.fixtures.window import PreparedClient, Shell


def open_page(qtbot: QtBot, context: PageContext) -> UploadPage:
    page = UploadPage(context)
    qtbot.addWidget(page)
    page.resize(1000, 800)
    with qtbot.waitExposed(page):
        page.show()
    qtbot.waitUntil(lambda: page.model.state.loaded)
    return page


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
    made = Desk(samples.upload("ready"))
    client.answers |= {
        "uploads.list": lambda: (made.upload,),
        "uploads.get": lambda _upload_id: made.upload,
        "uploads.save_draft": made.save,
        "uploads.quote": samples.QUOTE,
    }
    return made


def drop(target: QWidget, *paths: Path) -> bool:
    """Drop files; tell whether the target takes them."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    button, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    entering = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, data, button, keys)
    entering.ignore()
    QApplication.sendEvent(target, entering)
    if entering.isAccepted():
        QApplication.sendEvent(target, QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, button, keys))
    return entering.isAccepted()


def button(page: UploadPage, name: str) -> Button:
    found = page.findChild(Button, name)
    assert found is not None
    return found


def line(page: UploadPage, name: str) -> QLineEdit:
    found = page.findChild(QLineEdit, name)
    assert found is not None
    return found


def test_a_dropped_file_starts_an_upload(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient, tmp_path: Path
) -> None:
    working = samples.upload(of=samples.stages("done", "running", done=3, total=10))
    client.answers |= {"uploads.list": (), "uploads.look": samples.LOOK, "uploads.start": working}
    page = open_page(qtbot, page_context)
    assert drop(page._drop, tmp_path / "film.mp4")
    qtbot.waitUntil(button(page, "upload.begin").isEnabled)
    assert client.called("uploads.look") == [((str(tmp_path / "film.mp4"), "0.01"), {})]
    assert not client.called("uploads.start")
    button(page, "upload.begin").click()
    qtbot.waitUntil(lambda: page.model.state.upload == working)
    assert client.called("uploads.start") == [((str(tmp_path / "film.mp4"),), {})]
    row = page.findChild(QWidget, "upload.stage.cut")
    assert row is not None
    assert row.accessibleName() == "Cut into parts: 30 %"
    assert not button(page, "upload.publish").isEnabled()
    assert not button(page, "upload.cancel").isHidden()


def test_what_is_in_a_file_is_told_before_anything_is_done_with_it(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient, tmp_path: Path
) -> None:
    cost = samples.LOOK.cost
    assert cost is not None
    paid = samples.LOOK.model_copy(update={"cost": cost.model_copy(update={"storage": Money(180_000)})})
    client.answers |= {"uploads.list": (), "uploads.look": paid}
    page = open_page(qtbot, page_context)
    drop(page._drop, tmp_path / "film.mkv")
    qtbot.waitUntil(lambda: page.model.state.look is not None)
    lines = {line.accessibleName() for line in page._look.findChildren(QWidget)}
    assert lines >= {
        "Picture: H.264, 1920 × 1080, 25 fps",
        "Sound: AAC (German), AC-3 (English)",
        "Captions: French",
        "Chapters: 2",
        "Picture: Cut without loss",
        "Time: about 14 s",
        "Disk: 1.2 GB of 69.7 GB free",
        "Parts: 73 parts",
        "Storage, a month: $0.18",
        "Network, of each sale: 0.2 %",
        "A withdrawal is paid after: 1 minute watched",
    }
    button(page, "upload.not_this").click()
    assert (page.model.state.path, page._look.isHidden(), page._steps.isHidden()) == ("", True, False)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"disk_bytes": 80_000_000_000}, "not enough room"),
        ({"coding": "coded", "encoder": "libvpx-vp9", "cost": None}, "Coded anew, by the processor"),
        ({"coding": "coded", "encoder": "h264_nvenc", "is_hardware": True}, "Coded anew, by the graphics card"),
        ({"coding": "unknown", "sounds": (), "chapters": ()}, "if its keyframes allow it"),
        ({"work_ms": 5_000_000}, "about 1 h 23 min"),
    ],
)
def test_what_stands_in_the_way_is_said(
    qtbot: QtBot,
    page_context: PageContext,
    client: PreparedClient,
    tmp_path: Path,
    change: dict[str, Any],
    says: str,
) -> None:
    client.answers |= {"uploads.list": (), "uploads.look": samples.LOOK.model_copy(update=change)}
    page = open_page(qtbot, page_context)
    drop(page._drop, tmp_path / "film.mkv")
    qtbot.waitUntil(lambda: page.model.state.look is not None)
    assert any(says in label.text() for label in page._look.findChildren(QLabel) if not label.isHidden())
    assert button(page, "upload.begin").isEnabled() == ("disk_bytes" not in change)


def test_a_file_that_is_no_film_is_told_at_once(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient, tmp_path: Path
) -> None:
    client.answers |= {"uploads.list": (), "uploads.look": ProblemError("media.unreadable")}
    page = open_page(qtbot, page_context)
    drop(page._drop, tmp_path / "film.mkv")
    qtbot.waitUntil(lambda: page.model.state.problem is not None)
    assert (page.model.state.path, page._look.isHidden()) == ("", True)
    assert not client.called("uploads.start")


def test_what_is_no_file_is_not_taken(qtbot: QtBot, page_context: PageContext, client: PreparedClient) -> None:
    client.answers["uploads.list"] = ()
    page = open_page(qtbot, page_context)
    assert not drop(page._drop)


@pytest.mark.parametrize("by", ["click", "key"])
def test_a_click_or_a_key_asks_for_a_file(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient, by: str
) -> None:
    client.answers["uploads.list"] = ()
    page = open_page(qtbot, page_context)
    if by == "click":
        QTest.mouseClick(page._drop, Qt.MouseButton.LeftButton)
    else:
        QTest.keyClick(page._drop, Qt.Key.Key_Return)
    dialog = page._drop._dialog
    assert dialog is not None
    assert dialog.isVisible()
    dialog.reject()


def test_the_form_is_saved_at_each_key_stroke_and_the_sums_follow(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient, desk: Desk
) -> None:
    page = open_page(qtbot, page_context)
    QTest.keyClicks(line(page, "upload.title"), "Night trains")
    QTest.keyClicks(line(page, "upload.price"), "0.01")
    qtbot.waitUntil(lambda: not page.model.state.unsaved and page.model.state.quote is not None)
    assert desk.saved[-1] == DraftIn(title="Night trains", price_text="0.01", preview_chunks=1)
    assert page._form._whole.value.text() == "$0.716"
    assert page._form._share.value.text() == "$0.6444"
    assert button(page, "upload.publish").isEnabled()


def test_typing_is_never_overtaken_by_an_older_answer(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient, desk: Desk
) -> None:
    page = open_page(qtbot, page_context)
    page.model.type(Draft(title="a"))
    page.model.type(Draft(title="ab"))
    page.model.type(Draft(title="abc"))
    qtbot.waitUntil(lambda: not page.model.state.unsaved)
    assert [draft.title for draft in desk.saved] == ["a", "abc"]
    assert line(page, "upload.title").text() == "abc"


def test_the_form_survives_a_restart(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient, desk: Desk
) -> None:
    page = open_page(qtbot, page_context)
    QTest.keyClicks(line(page, "upload.title"), "Harbour")
    qtbot.waitUntil(lambda: not page.model.state.unsaved)
    again = open_page(qtbot, page_context)
    assert line(again, "upload.title").text() == "Harbour"


def test_publishing_waits_for_the_last_key_stroke(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient, desk: Desk
) -> None:
    published = samples.upload("published", title="Harbour", price="0.01", content=str(samples.FILM))
    client.answers["uploads.publish"] = published
    page = open_page(qtbot, page_context)
    QTest.keyClicks(line(page, "upload.price"), "0.01")
    QTest.keyClicks(line(page, "upload.title"), "Harbou")
    qtbot.waitUntil(lambda: page.model.state.can_publish)
    QTest.keyClicks(line(page, "upload.title"), "r")
    QTest.mouseClick(button(page, "upload.publish"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.model.state.upload == published)
    names = [name for name, _, _ in client.calls]
    assert names.index("uploads.publish") > max(at for at, name in enumerate(names) if name == "uploads.save_draft")
    assert desk.saved[-1].title == "Harbour"
    assert "“Harbour” is for sale" in page._live.sentence.text()
    button(page, "upload.another").click()
    assert page.model.state.upload is None


def test_a_publication_that_is_refused_leaves_the_form_and_can_be_tried_again(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient, desk: Desk, shell: Shell
) -> None:
    client.answers["uploads.publish"] = ProblemError("wallet.locked")
    page = open_page(qtbot, page_context)
    page.model.type(Draft(title="Harbour", price_text="0.01"))
    qtbot.waitUntil(lambda: page.model.state.can_publish)
    page.model.publish()
    qtbot.waitUntil(lambda: page.model.state.problem is not None)
    assert page.model.state.draft.title == "Harbour"
    assert page.model.state.can_publish
    page.banner.button.click()
    client.answers["uploads.publish"] = samples.upload("publishing", title="Harbour", price="0.01")
    shell.handled[0][1]()
    qtbot.waitUntil(lambda: page.model.state.upload is not None and page.model.state.upload.state == "publishing")
    assert button(page, "upload.publish").text() == "Publishing…"


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("media.unreadable", "not a video that can be read"),
        ("media.empty", "empty"),
        ("media.no_video", "no picture"),
        ("upload.file_missing", "not where it was"),
    ],
)
def test_a_bad_file_says_so_and_the_form_stays(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient, code: str, says: str
) -> None:
    failed = samples.upload(
        "failed", title="Kept", of=samples.stages("failed"), facts=None, problem=ProblemOut(code=code)
    )
    client.answers["uploads.list"] = (failed,)
    page = open_page(qtbot, page_context)
    assert says in page.banner.happened.text()
    assert line(page, "upload.title").text() == "Kept"
    page.banner.button.click()
    assert page._drop._dialog is not None
    page._drop._dialog.reject()


def test_cancel_go_on_and_discard(qtbot: QtBot, page_context: PageContext, client: PreparedClient) -> None:
    working = samples.upload(of=samples.stages("done", "running"))
    client.answers |= {
        "uploads.list": (working,),
        "uploads.cancel": samples.upload("cancelled", of=samples.stages("done")),
        "uploads.retry": working,
        "uploads.discard": None,
    }
    page = open_page(qtbot, page_context)
    button(page, "upload.cancel").click()
    qtbot.waitUntil(lambda: not button(page, "upload.retry").isHidden())
    button(page, "upload.retry").click()
    qtbot.waitUntil(lambda: not button(page, "upload.cancel").isHidden())
    button(page, "upload.cancel").click()
    qtbot.waitUntil(lambda: not button(page, "upload.discard").isHidden())
    button(page, "upload.discard").click()
    assert button(page, "upload.discard").isHidden()
    button(page, "upload.undo").click()
    page.model.later.finish()
    assert not client.called("uploads.discard")
    button(page, "upload.discard").click()
    page.model.later.finish()
    qtbot.waitUntil(lambda: page.model.state.upload is None)
    assert len(client.called("uploads.discard")) == 1


def test_progress_comes_by_events_about_this_upload_only(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient
) -> None:
    client.answers["uploads.list"] = (samples.upload(of=samples.stages("done", "running", done=1, total=4)),)
    page = open_page(qtbot, page_context)
    client.answers["uploads.get"] = samples.upload(of=samples.stages("done", "running", done=3, total=4))
    page_context.events.changed.emit("upload", ("other",))
    page_context.events.changed.emit("upload", ("u1",))
    row = page.findChild(QWidget, "upload.stage.cut")
    assert row is not None
    qtbot.waitUntil(lambda: row.accessibleName() == "Cut into parts: 75 %")
    assert len(client.called("uploads.get")) == 1


def test_a_poster_that_cannot_be_had_never_stops_an_upload(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient
) -> None:
    with_poster = samples.upload("ready").model_copy(update={"poster": "bafkrei"})
    client.answers |= {"uploads.list": (with_poster,), "catalogue.blob": ProblemError("content.missing")}
    page = open_page(qtbot, page_context)
    qtbot.waitUntil(lambda: bool(client.called("catalogue.blob")))
    assert page.model.state.problem is None


def test_several_files_are_queued_at_once(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient, tmp_path: Path
) -> None:
    client.answers["uploads.list"] = ()
    client.answers["uploads.start"] = samples.upload("queued", of=samples.stages())
    page = open_page(qtbot, page_context)
    assert drop(page._drop, *(tmp_path / name for name in ("a.mp4", "b.mp4", "c.mp4")))
    qtbot.waitUntil(lambda: [name for name, *_ in client.calls].count("uploads.start") == 3)
    qtbot.waitUntil(lambda: page.subtitle.text().startswith("Waiting for other uploads"))


def test_a_stage_alone_is_done_again_after_the_sale(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient
) -> None:
    done = samples.stages("done", "done", "done", "done", "done", "done", "done")
    unproven = StageOut(name="elsewhere", state="failed", problem=ProblemOut(code="node.unreachable"), can_retry=True)
    client.answers["uploads.list"] = ()
    client.answers["uploads.get"] = samples.upload("published", title="Sold", of=(*done[:-1], unproven))
    client.answers["uploads.retry_stage"] = samples.upload("published", title="Sold", of=done)
    page = open_page(qtbot, page_context)
    page.open({"id": "u1"})
    qtbot.waitUntil(lambda: any(b.isVisible() for b in page.findChildren(Button, "upload.stage.elsewhere.retry")))
    again = [button for button in page.findChildren(Button, "upload.stage.elsewhere.retry") if button.isVisible()]
    again[0].click()
    qtbot.waitUntil(lambda: not again[0].isVisible())
