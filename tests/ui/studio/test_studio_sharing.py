"""The pages of the pass, a creator's and a viewer's: drawn, and what their buttons ask for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from services.client.passes import OperatorsPass
from services.wire.oversight import OversightOut
from studio.kit.chart import Chart
from studio.kit.context import PageContext
from studio.kit.route import Route
from studio.kit.service_state import Phase, ServiceState
from studio.pages.sharing.months import explained
from studio.rail import Rail
from studio.routes import STUDIO_ROUTES, player_routes
from studio.window import Window
from tests.fixtures import samples_passes as passes
from tests.fixtures.window import PreparedClient
from tests.nets.looks import Look


def _scroll(part: str) -> Callable[[Any], None]:
    def act(page: Any) -> None:
        wanted = page.findChild(QWidget, part)
        assert wanted is not None
        page.verticalScrollBar().setValue(wanted.mapTo(page.widget(), wanted.rect().topLeft()).y() - 24)

    return act


def _statement(page: Any) -> None:
    page.model.make_statement(90)


def _quoted(page: Any) -> None:
    page.model.ask()


CREATOR, VIEWER = "passes.for_creator", "passes.for_viewer"
STATED = {CREATOR: passes.for_creator(), "figures.three_way": passes.statement()}
SCENES: tuple[tuple[str, str, dict[str, Any], tuple[Callable[[Any], None], ...]], ...] = (
    ("sharing", "sharing", {CREATOR: passes.for_creator(None, passes.case())}, ()),
    ("sharing-smoothing", "sharing", {CREATOR: passes.for_creator()}, (_scroll("sharing.smoothing"),)),
    ("sharing-statement", "sharing", STATED, (_statement, _scroll("sharing.score"))),
    (
        "sharing-new",
        "sharing",
        {CREATOR: passes.for_creator(passes.sharing(is_smoothed=False, months=(passes.UNVERIFIED,)))},
        (),
    ),
    (
        "sharing-none",
        "sharing",
        {CREATOR: passes.for_creator(passes.sharing(is_in=False, months=()), offered=False)},
        (),
    ),
    ("pass", "pass", {VIEWER: passes.for_viewer()}, ()),
    ("pass-confirm", "pass", {VIEWER: passes.for_viewer(), "memberships.quote": passes.QUOTE}, (_quoted,)),
    (
        "pass-held",
        "pass",
        {VIEWER: passes.for_viewer(passes.held(), passes.case("watching", "appealed", "own_creator"))},
        (),
    ),
    (
        "oversight-cases",
        "oversight",
        {
            "oversight.queue": OversightOut(cases=(), reports=(), down=()),
            "passes.for_operator": OperatorsPass(
                passes.OFFER, (passes.case("payout", "appealed"), passes.case("watching", "open", "own_creator"))
            ),
        },
        (),
    ),
    ("pass-none", "pass", {VIEWER: passes.for_viewer(offered=False)}, ()),
)


@pytest.mark.parametrize(("name", "route", "answers", "acts"), SCENES, ids=[scene[0] for scene in SCENES])
def test_draw(
    name: str,
    route: str,
    answers: dict[str, Any],
    acts: tuple[Callable[[Any], None], ...],
    look: Look,
    wear: Callable[[Look], None],
    qtbot: QtBot,
    client: PreparedClient,
    page_context: PageContext,
    draw_all: Callable[..., list[str]],
) -> None:
    wear(look)
    window = Window()
    qtbot.addWidget(window)
    routes: dict[str, Route] = player_routes()
    rail = Rail(STUDIO_ROUTES, routes, {"creator": "Creator", "viewer": "Viewer"})
    rail.personas.mark("viewer" if route == "pass" else "creator")
    window.set_rail(rail)
    window.show_service(ServiceState(Phase.READY))
    client.answers |= answers
    page: Any = (STUDIO_ROUTES | routes)[route].factory(page_context)
    window.show_page(page, route)
    window.resize(*look.size)
    with qtbot.waitExposed(window):
        window.show()
    qtbot.waitUntil(lambda: _is_read(page))
    for act in acts:
        act(page)
        qtbot.waitUntil(lambda: not page.model.state.busy and not getattr(page.model.state, "making", False))
    qtbot.waitUntil(lambda: all(_is_drawn(chart) for chart in page.findChildren(Chart)), timeout=20_000)
    for act in acts:
        if act not in (_statement, _quoted):
            act(page)
    assert not draw_all(window, f"pass/{name}")


def _is_read(page: Any) -> bool:
    state = page.model.state
    return bool(state.sharing) if hasattr(state, "queue") else state.found is not None


def _is_drawn(chart: Chart) -> bool:
    return chart.series is None or chart.drawn


def _opened(route: str, client: PreparedClient, context: PageContext, qtbot: QtBot, **answers: Any) -> Any:
    client.answers |= {name.replace("__", "."): answer for name, answer in answers.items()}
    page: Any = (STUDIO_ROUTES | player_routes())[route].factory(context)
    qtbot.addWidget(page)
    page.show()
    qtbot.waitUntil(lambda: page.model.state.found is not None)
    # What is put into a layout that stands is shown a turn later.
    QApplication.processEvents()
    return page


def _press(page: QWidget, name: str) -> None:
    button = page.findChild(QPushButton, name)
    assert button is not None
    assert button.isVisible()
    button.click()


def test_a_month_is_explained_in_a_sentence() -> None:
    told = explained(passes.MONTHS[0])
    assert told.startswith("212 people watched you; your share of their fees was $148.20")
    assert "held: $58.33" in told
    assert explained(passes.month("2026-05", 1, "2", "2")).startswith("1 person watched you")
    assert "smoothing" in explained(passes.month("2026-10/left", 0, "0", "58.33"))


def test_what_is_missing_is_listed_as_tasks_and_leads_there(
    qtbot: QtBot, client: PreparedClient, page_context: PageContext, shell: Any
) -> None:
    found = passes.for_creator(passes.sharing(is_smoothed=False, months=(passes.UNVERIFIED,)))
    page = _opened("sharing", client, page_context, qtbot, passes__for_creator=found)
    words = " ".join(label.text() for label in page.findChildren(QWidget) if hasattr(label, "text"))
    for task in ("Ask for verification", "shows who you are", "shows where you live"):
        assert task in words
    assert not page.findChild(QPushButton, "sharing.pay").isVisible()
    _press(page, "sharing.tasks.2026-10")
    assert shell.visited == [("payouts", {})]


def test_a_creator_smooths_objects_and_is_paid(qtbot: QtBot, client: PreparedClient, page_context: PageContext) -> None:
    ready = passes.month("2026-10", 3, "9", "9", state="due")
    found = passes.for_creator(passes.sharing(is_smoothed=False, months=(ready,)), passes.case())
    page = _opened(
        "sharing", client, page_context, qtbot, passes__for_creator=found, passes__smooth=found.sharing,
        passes__pay_now=found.sharing, passes__appeal=found.cases, passes__take_part=found.sharing.part,
    )  # fmt: skip
    page.findChild(QWidget, "sharing.smooth").click()
    qtbot.waitUntil(lambda: not page.model.state.busy)
    _press(page, "sharing.pay")
    assert page.findChild(QLabel, "sharing.pay.words").text().startswith("$9.00 goes from the Escrow's pool")
    _press(page, "sharing.pay.keep")
    assert not client.called("passes.pay_now")
    _press(page, "sharing.pay")
    _press(page, "sharing.pay.sure")
    qtbot.waitUntil(lambda: not page.model.state.busy)
    page.findChild(QLineEdit, f"case.words.{'a' * 32}").setText("It was a prize.")
    _press(page, f"case.object.{'a' * 32}")
    qtbot.waitUntil(lambda: not page.model.state.busy)
    _press(page, "sharing.leave")
    qtbot.waitUntil(lambda: not page.model.state.busy)
    assert client.called("passes.smooth") == [((), {"is_on": True})]
    assert client.called("passes.appeal") == [(("a" * 32, "It was a prize."), {})]
    assert len(client.called("passes.pay_now")) == 1
    assert client.called("passes.take_part") == [((), {"is_in": False, "with_members_only": False})]


def test_a_viewer_pays_what_was_shown(
    qtbot: QtBot, client: PreparedClient, page_context: PageContext, shell: Any
) -> None:
    page = _opened(
        "pass", client, page_context, qtbot, passes__for_viewer=passes.for_viewer(), memberships__quote=passes.QUOTE,
        memberships__join=None,
    )  # fmt: skip
    _press(page, "pass.get")
    qtbot.waitUntil(lambda: page.model.state.quote is not None)
    assert "$7.99" in page.findChild(QPushButton, "pass.pay").text()
    client.answers["passes.for_viewer"] = passes.for_viewer(passes.held())
    _press(page, "pass.pay")
    qtbot.waitUntil(lambda: page.model.state.found.held is not None)
    assert client.called("memberships.join") == [((passes.OFFER.tier_id,), {"amount": passes.OFFER.price})]
    assert not page.findChild(QPushButton, "pass.get").isVisible()
    _press(page, f"pass.watch.{passes.FILMS[0].content_id}")
    assert shell.visited == [("watch", {"content_id": passes.FILMS[0].content_id})]


def test_an_operator_decides_and_offers(qtbot: QtBot, client: PreparedClient, page_context: PageContext) -> None:
    client.answers |= {
        "oversight.queue": OversightOut(cases=(), reports=(), down=()),
        "passes.for_operator": OperatorsPass(passes.OFFER, (passes.case("payout", "appealed"),)),
        "passes.decide": (),
        "passes.offer": passes.OFFER,
    }
    page: Any = STUDIO_ROUTES["oversight"].factory(page_context)
    qtbot.addWidget(page)
    page.show()
    qtbot.waitUntil(lambda: bool(page.model.state.sharing))
    _press(page, "oversight.pass.offer")
    qtbot.waitUntil(lambda: not page.model.state.busy)
    assert client.called("passes.offer") == [((), {"name": "Museclock pass", "price": passes.OFFER.price})]
    _press(page, f"oversight.lift.{'a' * 32}")
    assert not client.called("passes.decide")
    qtbot.waitUntil(lambda: page.findChild(QWidget, "oversight.lifted.sure").isVisible())
    _press(page, "oversight.lifted.sure")
    qtbot.waitUntil(lambda: page.model.state.sharing == ())
    ((values, named),) = client.called("passes.decide")
    assert values == ("a" * 32, "lifted")
    assert named["text"]
