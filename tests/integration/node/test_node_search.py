"""Finding by words, filters and pages through the node's door."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from services.node.catalogue.listing import prepare
from services.node.catalogue.tables import Listing
from services.units.ids import ContentId
from services.units.money import Money
from tests.fixtures.chain import CREATOR, STRANGER, VIEWER
from tests.fixtures.node_caller import NodeCaller, at_the_door
from tests.fixtures.world import RunningWorld, manifest_for, publication, sealed_film

FILMS = (
    ("Night train", "Over the Alps in snow.", ("rail", "night")),
    ("Crème brûlée", "Sugar, cream and a flame; made at night.", ("food",)),
    ("The night watch", "A painting, closely.", ("art", "night")),
    ("Nightingales", "Two hours in a wood.", ()),
)


class Shop:
    """Some films of one creator, by title."""

    def __init__(self, running: RunningWorld, creator: NodeCaller, viewer: NodeCaller, stranger: NodeCaller) -> None:
        self.running, self.creator, self.viewer, self.stranger = running, creator, viewer, stranger
        self.ids: dict[str, ContentId] = {}

    async def publish(self, title: str, description: str, tags: tuple[str, ...], price: int = 10_000) -> None:
        film = sealed_film(self.running.world.node.blocks, chunks=2)
        manifest = manifest_for(film, self.running.desk("creator"), price=Money(price))
        manifest = replace(manifest, creator=CREATOR.address, title=title)
        body = publication(manifest, film, CREATOR.key).model_copy(update={"description": description, "tags": tags})
        answer = await self.creator.http.put(f"/content/{film.content}/manifest", json=body.model_dump(mode="json"))
        assert answer.status_code == 201, answer.text
        self.ids[title] = film.content

    async def titles(self, path: str = "/content", by: NodeCaller | None = None, **asked: Any) -> list[str]:
        answer = await (by or self.viewer).http.get(path, params=asked)
        assert answer.status_code == 200, answer.text
        return [card["title"] for card in answer.json()]


@pytest.fixture
async def shop(running: RunningWorld) -> AsyncIterator[Shop]:
    async with at_the_door(running.world, CREATOR, VIEWER, STRANGER) as (creator, viewer, stranger):
        opened = Shop(running, creator, viewer, stranger)
        for title, description, tags in FILMS:
            await opened.publish(title, description, tags)
        yield opened


async def test_words_find_the_better_fits_first_then_the_newest(shop: Shop) -> None:
    assert await shop.titles() == ["Nightingales", "The night watch", "Crème brûlée", "Night train"]
    assert await shop.titles(query="night") == ["The night watch", "Night train", "Nightingales", "Crème brûlée"]
    assert await shop.titles(query="NIGHTI") == ["Nightingales"]
    assert await shop.titles(query="creme bru") == ["Crème brûlée"]
    assert await shop.titles(query="alps tra") == ["Night train"]
    assert await shop.titles(query="slow lantern")
    for nothing in ('"', "night' OR 1=1", "title:night nobody", "* OR *", "night NOT train x", "😀", "<->"):
        assert await shop.titles(query=nothing) == [], nothing


async def test_filters_narrow_it_down(shop: Shop) -> None:
    await shop.publish("Open night", "Free for all.", (), price=0)
    assert await shop.titles(tag="night") == ["The night watch", "Night train"]
    assert await shop.titles(tag="NIGHT", query="painting") == ["The night watch"]
    assert await shop.titles(free=True) == ["Open night"]
    assert len(await shop.titles(creator=CREATOR.address)) == 5
    assert await shop.titles(creator=STRANGER.address) == []
    assert await shop.titles(access="members") == []
    assert len(await shop.titles(access="chunks", query="night")) == 5
    for wrong in ({"creator": "0x12"}, {"access": "everything"}, {"limit": 0}, {"cursor": "x" * 500}):
        answer = await shop.viewer.http.get("/content", params=wrong)
        assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid"), wrong
    assert (await shop.viewer.http.get("/content", params={"tag": "!"})).json()["code"] == "content.tags"


@pytest.mark.parametrize("asked", [{}, {"query": "night"}, {"tag": "night"}, {"creator": CREATOR.address}])
async def test_pages_meet_without_gap_or_repetition(shop: Shop, asked: dict[str, Any]) -> None:
    whole = await shop.titles(**asked)
    seen, cursor = [], ""
    while True:
        params: dict[str, Any] = {**asked, "limit": 1, **({"cursor": cursor} if cursor else {})}
        page = (await shop.viewer.http.get("/catalogue", params=params)).json()
        seen += [card["title"] for card in page["items"]]
        if page["cursor"] is None:
            break
        cursor = page["cursor"]
        await shop.publish(f"Night, number {len(seen)}", "Came meanwhile.", ("night",))
    assert seen == whole


async def test_the_plain_list_says_where_it_goes_on(shop: Shop) -> None:
    seen, address = [], "/api/v1/content?query=night&limit=3"
    while address:
        answer = await shop.viewer.http.get(address)
        seen += [card["title"] for card in answer.json()]
        link = re.fullmatch(r'<(\?[^>]+)>; rel="next"', answer.headers.get("link", ""))
        address = str(httpx.URL(address).join(link[1])) if link else ""
    assert seen == await shop.titles(query="night")
    assert len(seen) == 4


async def test_a_cursor_of_another_search_is_refused(shop: Shop) -> None:
    cursor = (await shop.viewer.http.get("/catalogue", params={"query": "night", "limit": 1})).json()["cursor"]
    for params in ({"query": "train"}, {"query": "night", "tag": "rail"}, {}):
        answer = await shop.viewer.http.get("/catalogue", params={**params, "cursor": cursor})
        assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")


async def test_tags_and_description_are_their_owners(shop: Shop) -> None:
    film = shop.ids["Nightingales"]
    changed = await shop.creator.http.put(f"/content/{film}/tags", json={"tags": ["Field Recording", "night"]})
    assert changed.json()["tags"] == ["field-recording", "night"]
    assert await shop.titles(query="recording") == ["Nightingales"]
    tags = (await shop.viewer.http.get("/tags", params={"limit": 2})).json()
    assert tags == [{"tag": "night", "items": 3}, {"tag": "art", "items": 1}]
    await shop.creator.http.put(f"/content/{film}/description", json={"description": "Recorded in Kent."})
    assert await shop.titles(query="kent") == ["Nightingales"]
    assert await shop.titles(query="wood") == []
    for path, body in (("tags", {"tags": []}), ("description", {"description": ""})):
        answer = await shop.stranger.http.put(f"/content/{film}/{path}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (403, "account.forbidden")
    many = await shop.creator.http.put(f"/content/{film}/tags", json={"tags": [f"t{n}" for n in range(11)]})
    assert (many.status_code, many.json()["code"]) == (422, "content.tags")


async def test_an_archived_item_is_kept_by_who_bought_it(shop: Shop) -> None:
    film = shop.ids["Night train"]
    answer = await shop.stranger.http.post(f"/content/{film}/archive")
    assert answer.json()["code"] == "account.forbidden"
    assert (await shop.creator.http.post(f"/content/{film}/archive")).json()["state"] == "archived"
    assert "Night train" not in await shop.titles() + await shop.titles(query="alps")
    listed = await shop.titles(f"/content/creator/{CREATOR.address}")
    assert "Night train" not in listed
    assert len(await shop.titles(f"/content/creator/{CREATOR.address}", by=shop.creator)) == 4
    refused = await shop.viewer.http.post(f"/content/{film}/pay", json={"first_chunk": 1})
    assert (refused.status_code, refused.json()["code"]) == (410, "content.not_for_sale")
    assert (await shop.viewer.http.get(f"/content/{film}")).json()["state"] == "archived"
    assert (await shop.creator.http.post(f"/content/{film}/restore")).json()["state"] == "live"
    assert await shop.titles(query="alps") == ["Night train"]


async def test_an_index_by_other_rules_is_built_again(shop: Shop) -> None:
    database = shop.running.world.node.database
    await shop.creator.http.post(f"/content/{shop.ids['Crème brûlée']}/archive")
    before = await shop.titles(query="night"), (await shop.viewer.http.get("/tags")).json()
    with database.write() as session:
        session.get_one(Listing, "catalogue").rules = 0
        session.connection().exec_driver_sql("DELETE FROM item_search")
    assert await shop.titles(query="night") == []
    prepare(database)
    assert (await shop.titles(query="night"), (await shop.viewer.http.get("/tags")).json()) == before
