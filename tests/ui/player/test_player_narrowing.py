"""Narrowing lists: tags, locked films, followed and hidden channels, and what was seen before the service went."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from player.pages.discover.page import DiscoverPage
from player.pages.library.page import LibraryPage
from player.parts.films_view_model import FilmsState
from player.parts.last_seen import LastSeen
from services.units.ids import content_id
from services.wire.catalogue import ItemOut
from services.wire.problems import ProblemError
from services.wire.profiles import StandingOut, StandingsOut
from services.wire.storage import ExportOut
from studio.kit.context import PageContext
from tests.fixtures import samples
from tests.fixtures.viewer import click, shown
from tests.fixtures.window import PreparedClient, Shell

OTHER = "0x" + "cd" * 20


def film(number: int, *, tags: tuple[str, ...] = (), creator: str = samples.CREATOR, locked: bool = False) -> ItemOut:
    update = {
        "content_id": content_id(f"0x{number:064x}"),
        "tags": tags,
        "creator": creator,
        "lock": "members" if locked else "",
    }
    return samples.item(f"Film {number}").model_copy(update=update)


FILMS = (
    film(1, tags=("ice", "slow")),
    film(2, tags=("ice",), locked=True),
    film(3, tags=("trains",), creator=OTHER),
)


def test_tags_locks_and_standings_narrow_what_is_shown() -> None:
    state = FilmsState(items=FILMS)
    assert state.tags == ("ice", "slow", "trains")
    assert dataclasses.replace(state, tag="ice").shown == FILMS[:2]
    hiding = dataclasses.replace(state, hides_locked=True)
    assert (hiding.shown, hiding.locked_away) == ((FILMS[0], FILMS[2]), 1)
    assert dataclasses.replace(state, blocked=frozenset({OTHER})).shown == FILMS[:2]
    assert dataclasses.replace(state, follows=frozenset({OTHER})).fresh == (FILMS[2],)


def _page(context: PageContext, qtbot: QtBot) -> DiscoverPage:
    page = DiscoverPage(context)
    qtbot.addWidget(page)
    page.resize(1064, 800)
    with qtbot.waitExposed(page):
        page.show()
    return page


def test_home_shows_what_was_begun_what_is_new_and_hides_what_is_locked(
    page_context: PageContext, client: PreparedClient, qtbot: QtBot
) -> None:
    begun = film(9).model_copy(update={"position_ms": 60_000})
    followed = StandingOut(creator=OTHER, name="Tin Roof Cinema", node="", at=samples.NOW)
    client.answers |= {
        "catalogue.browse": FILMS,
        "catalogue.library": (begun,),
        "library.standings": StandingsOut(follows=(followed,), blocked=()),
    }
    page = _page(page_context, qtbot)
    qtbot.waitUntil(lambda: bool(page.model.state.follows and page.model.state.watched and page.model.state.items))
    words = shown(page)
    assert "Film 9" in words
    assert "New from channels you follow" in words
    click(page, "films.hide_locked")
    assert "2 films, 1 hidden" in shown(page)
    click(page, "films.tag")
    assert page.model.state.tag == "ice"
    assert "New from channels you follow" not in shown(page)


def test_what_is_new_of_those_who_are_followed_need_not_stand_in_the_list(
    page_context: PageContext, client: PreparedClient, qtbot: QtBot
) -> None:
    followed = StandingOut(creator=OTHER, name="Tin Roof Cinema", node="", at=samples.NOW)
    far_down = film(70).model_copy(update={"creator": OTHER})
    client.answers |= {
        "catalogue.browse": tuple(film for film in FILMS if film.creator != OTHER),
        "catalogue.library": (),
        "library.standings": StandingsOut(follows=(followed,), blocked=()),
        "library.newest": (far_down,),
    }
    page = _page(page_context, qtbot)
    qtbot.waitUntil(lambda: page.model.state.fresh == (far_down,))
    assert "New from channels you follow" in shown(page)


def test_without_a_service_the_last_list_is_shown_with_its_time(
    page_context: PageContext, client: PreparedClient, tmp_path: Path, qtbot: QtBot
) -> None:
    context = dataclasses.replace(page_context, profile_path=str(tmp_path))
    client.answers |= {"catalogue.browse": FILMS, "catalogue.blob": b"jpeg"}
    first = _page(context, qtbot)
    qtbot.waitUntil(lambda: first.model.state.items == FILMS)
    qtbot.waitUntil(lambda: any(tmp_path.rglob("discover.json")))
    down = ProblemError("service.unreachable")
    client.answers |= {"catalogue.browse": down, "catalogue.blob": down, "catalogue.library": down}
    second = _page(context, qtbot)
    qtbot.waitUntil(lambda: second.model.state.items == FILMS)
    assert second.model.state.problem is not None
    assert "3 films, as seen" in shown(second)
    assert second.findChild(QWidget, "discover.list").isVisible()  # type: ignore[union-attr]
    # What was seen is searched here, and comes back whole.
    second.model.search(FILMS[1].title.upper())
    qtbot.waitUntil(lambda: second.model.state.items == (FILMS[1],))
    second.model.search("")
    qtbot.waitUntil(lambda: second.model.state.items == FILMS)


def test_what_was_seen_is_kept_whole_or_not_at_all(tmp_path: Path) -> None:
    seen = LastSeen(tmp_path / "window")
    assert seen.recall("discover") is None
    seen.keep("discover", FILMS)
    seen.keep_poster("bafy1", b"picture")
    found = seen.recall("discover")
    assert found is not None
    assert found[0] == FILMS
    assert (seen.poster("bafy1"), seen.poster("../x"), seen.poster("bafy2")) == (b"picture", None, None)
    (tmp_path / "window" / "discover.json").write_bytes(b'{"items": [')
    assert seen.recall("discover") is None


def test_the_library_has_shelves_and_saves_what_is_owned(
    page_context: PageContext, client: PreparedClient, shell: Shell, qtbot: QtBot
) -> None:
    owned = film(4).model_copy(update={"owned_chunks": 3})
    begun = film(5).model_copy(update={"position_ms": 60_000})
    made = ExportOut(path="/films/a", parts=3, of=73, size_bytes=3 * 1024 * 1024)
    client.answers |= {"catalogue.library": (owned, begun, film(6)), "storage.export": made}
    page = LibraryPage(page_context)
    qtbot.addWidget(page)
    with qtbot.waitExposed(page):
        page.show()
    qtbot.waitUntil(lambda: page.model.state.items is not None)
    click(page, "library.owned")
    assert page.model.state.shown == (owned,)
    click(page, "library.begun")
    assert page.model.state.shown == (begun,)
    page.model.export(owned, "/films/a")
    qtbot.waitUntil(lambda: bool(shell.said))
    assert shell.said == ["“Film 4” is saved: 3 of 73 parts, 3.0 MB."]
    assert client.called("storage.export") == [((owned.content_id, "/films/a"), {})]
    page.model.open_channel(owned)
    assert shell.visited[-1][0] == "channel"
