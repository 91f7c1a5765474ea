"""A film that is to come: nobody's before its time by the node's clock, but its owner's and early members'."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest

from services.node.memberships.tables import Membership
from services.units.ids import new_row_id
from services.units.money import Money
from services.wire.tiers import TierOut
from tests.fixtures.chain import STRANGER, VIEWER, HandClock, Person, person
from tests.fixtures.node_caller import NodeCaller, at_the_door
from tests.fixtures.world import RunningWorld, SealedFilm

PLAIN = person("a member of a tier without the perk")
DAYS = 10


@dataclass(frozen=True, slots=True)
class Premiere:
    """A film that is there for all in ten days, for one tier three days earlier."""

    film: SealedFilm
    early: TierOut
    owner: NodeCaller
    member: NodeCaller
    plain: NodeCaller
    stranger: NodeCaller
    nobody: NodeCaller

    @property
    def all(self) -> tuple[NodeCaller, ...]:
        return (self.owner, self.member, self.plain, self.stranger, self.nobody)


def enter(running: RunningWorld, who: Person, tier: TierOut) -> None:
    """Enter a membership as the chain's event would."""
    now = running.world.node.clock.now()
    with running.world.node.database.write() as session:
        session.add(
            Membership(
                id=new_row_id(), viewer=who.address, creator=tier.creator, tier_id=tier.id, joined_at=now,
                paid_until=now + timedelta(days=30), payments=1, renews=1, next_tier=None, reason="", ended_at=None,
            )
        )  # fmt: skip


@pytest.fixture
async def premiere(running: RunningWorld) -> AsyncIterator[Premiere]:
    world, desk = running.world, running.desk("creator")
    early = await running.creator.tiers.create(name="Early", price=Money.parse("5.99"), early_access_days=3)
    plain = await running.creator.tiers.create(name="Plain", price=Money.parse("2.99"))
    enter(running, VIEWER, early)
    enter(running, PLAIN, plain)
    opens_at = world.node.clock.now() + timedelta(days=DAYS)
    film = await running.publish(
        preview_chunks=1, more={"opens_at": opens_at, "tiers": (early.id, plain.id), "tags": ("film",)}
    )
    owner = Person("creator", desk.keyring.key(), desk.keyring.owner())
    async with (
        at_the_door(world, owner, VIEWER, PLAIN, STRANGER) as callers,
        at_the_door(world, STRANGER, signed_in=False) as none,
    ):
        owner_at, member, plain_at, stranger = callers
        yield Premiere(film, early, owner_at, member, plain_at, stranger, none[0])


async def forward(premiere: Premiere, clock: HandClock, by: timedelta) -> None:
    """Let time pass; sessions run out meanwhile."""
    clock.advance(by)
    for caller in premiere.all[:4]:
        await caller.sign_in()


async def listed(caller: NodeCaller, path: str = "/content") -> list[str]:
    return [item["content_id"] for item in (await caller.http.get(path)).json()]


async def keys(caller: NodeCaller, film: SealedFilm) -> httpx.Response:
    return await caller.http.get(f"/content/{film.content}/member-keys")


async def test_before_its_time_it_is_its_owners_alone(premiere: Premiere) -> None:
    film, path = premiere.film, f"/content/{premiere.film.content}"
    mine = f"/content/creator/{premiere.owner.who.address}?links=false"
    for caller in premiere.all[1:]:
        assert await listed(caller) == []
        assert await listed(caller, mine) == []
        refused = await caller.http.get(f"{path}/manifest")
        assert refused.json()["code"] == "content.not_yet"
        for index in (0, 1):
            answer = await caller.http.post(f"{path}/stream", json={"chunk": index})
            assert film.keys[index] not in answer.text
            assert answer.status_code in (401, 402, 403), answer.text
    for caller in premiere.all[1:4]:
        assert (await keys(caller, film)).json()["code"] == "content.not_yet"
        assert (await caller.http.get("/content/early")).json() == []
        assert (await caller.http.get(f"{path}/keys")).json().get("keys", []) == []
        sold = await caller.http.post(f"{path}/pay", json={"first_chunk": 1})
        assert sold.json()["code"] == "content.not_yet", sold.text
    assert await listed(premiere.owner, mine) == [film.content]
    assert (await premiere.owner.http.get(f"{path}/manifest")).status_code == 200
    assert film.keys[1] in (await premiere.owner.http.post(f"{path}/stream", json={"chunk": 1})).text


async def test_early_members_have_it_by_their_tiers_days(
    running: RunningWorld, premiere: Premiere, hand_clock: HandClock
) -> None:
    film, path = premiere.film, f"/content/{premiere.film.content}"
    await forward(premiere, hand_clock, timedelta(days=DAYS - 3) - timedelta(seconds=1))
    assert (await keys(premiere.member, film)).status_code == 403
    await forward(premiere, hand_clock, timedelta(seconds=1))
    given = (await keys(premiere.member, film)).json()
    assert [key["key"] for key in given["keys"]] == list(film.keys)
    assert (given["why"], given["tier_id"]) == ("member", premiere.early.id)
    assert film.keys[0] in (await premiere.member.http.post(f"{path}/stream", json={"chunk": 0})).text
    assert (await premiere.member.http.get(f"{path}/manifest")).status_code == 200
    assert [item["content_id"] for item in (await premiere.member.http.get("/content/early")).json()] == [film.content]
    for caller in (premiere.plain, premiere.stranger):
        assert (await keys(caller, film)).json()["code"] == "content.not_yet"
        assert (await caller.http.get("/content/early")).json() == []
    sold = await premiere.member.http.post(f"{path}/pay", json={"first_chunk": 1})
    assert sold.json()["code"] == "content.not_yet", "nobody buys what is not on sale"


async def test_at_its_time_it_is_new_for_everybody(
    running: RunningWorld, premiere: Premiere, hand_clock: HandClock
) -> None:
    film, path = premiere.film, f"/content/{premiere.film.content}"
    older = await running.publish()
    await forward(premiere, hand_clock, timedelta(days=DAYS) - timedelta(seconds=1))
    assert await listed(premiere.nobody) == [older.content]
    await forward(premiere, hand_clock, timedelta(seconds=1))
    assert await listed(premiere.nobody) == [film.content, older.content], "the newest first"
    assert await listed(premiere.nobody, "/content?tag=film") == [film.content]
    card = (await premiere.nobody.http.get(path)).json()
    assert card["opens_at"] is None
    assert card["published_at"].startswith(str((hand_clock.now()).date()))
    assert (await premiere.nobody.http.get(f"{path}/manifest")).status_code == 200
    assert film.keys[0] in (await premiere.nobody.http.post(f"{path}/stream", json={"chunk": 0})).text
    assert (await premiere.stranger.http.post(f"{path}/pay", json={"first_chunk": 1})).status_code == 402


async def test_the_owner_moves_the_time_and_takes_nothing_back(running: RunningWorld, premiere: Premiere) -> None:
    path = f"/content/{premiere.film.content}/opening"
    later = (running.world.node.clock.now() + timedelta(days=40)).isoformat()
    assert (await premiere.stranger.http.put(path, json={"opens_at": later})).json()["code"] == "account.forbidden"
    assert (await premiere.owner.http.put(path, json={"opens_at": later})).json()["opens_at"] is not None
    assert await listed(premiere.nobody) == []
    assert (await premiere.owner.http.put(path, json={})).json()["opens_at"] is None
    assert await listed(premiere.nobody) == [premiere.film.content]
    assert (await premiere.owner.http.put(path, json={"opens_at": later})).json()["opens_at"] is None
    assert await listed(premiere.nobody) == [premiere.film.content]


async def test_perks_that_are_not_named_stay(running: RunningWorld, premiere: Premiere) -> None:
    tiers = running.creator.tiers
    kept = await tiers.update(premiere.early.id, name="Sooner", price=Money.parse("5.99"), perks=())
    assert (kept.early_access_days, kept.downloads, kept.requests) == (3, False, False)
    more = await tiers.update(
        premiere.early.id, name="Sooner", price=Money.parse("5.99"), perks=(), downloads=True, requests=True
    )
    assert (more.early_access_days, more.downloads, more.requests) == (3, True, True)
    assert (await tiers.mine())[1] == more


async def test_keys_say_whether_they_may_be_kept(
    running: RunningWorld, premiere: Premiere, hand_clock: HandClock
) -> None:
    await forward(premiere, hand_clock, timedelta(days=DAYS))
    assert (await keys(premiere.member, premiere.film)).json()["may_keep"] is False
    await running.creator.tiers.update(
        premiere.early.id, name="Early", price=Money.parse("5.99"), perks=(), downloads=True
    )
    assert (await keys(premiere.member, premiere.film)).json()["may_keep"] is True
    assert (await keys(premiere.plain, premiere.film)).json()["may_keep"] is False


async def test_members_write_and_creators_answer(running: RunningWorld, premiere: Premiere) -> None:
    creator = premiere.owner.who.address
    asked = {"creator": creator, "text": " More of the workshop, please. "}
    assert (await premiere.member.http.post("/messages", json=asked)).json()["code"] == "message.not_member"
    await running.creator.tiers.update(
        premiere.early.id, name="Early", price=Money.parse("5.99"), perks=(), requests=True
    )
    assert (await premiere.stranger.http.post("/messages", json=asked)).json()["code"] == "message.not_member"
    assert (await premiere.plain.http.post("/messages", json=asked)).json()["code"] == "message.not_member"
    first = (await premiere.member.http.post("/messages", json=asked)).json()
    assert (first["text"], first["tier_name"], first["answer"]) == ("More of the workshop, please.", "Early", "")
    assert (await premiere.member.http.post("/messages", json={**asked, "text": "  "})).status_code == 422
    for text in ("two", "three"):
        assert (await premiere.member.http.post("/messages", json={**asked, "text": text})).status_code == 201
    assert (await premiere.member.http.post("/messages", json=asked)).json()["code"] == "message.limit"
    answer = f"/messages/{first['id']}/answer"
    for caller in (premiere.member, premiere.stranger):
        assert (await caller.http.post(answer, json={"text": "no"})).json()["code"] == "message.not_found"
    assert (await premiere.owner.http.post(answer, json={"text": "In spring."})).json()["answer"] == "In spring."
    for caller, side in ((premiere.owner, "creator"), (premiere.member, "viewer")):
        rows = (await caller.http.get(f"/messages?side={side}")).json()["rows"]
        assert [(row["text"], row["answer"]) for row in rows][-1] == ("More of the workshop, please.", "In spring.")
        assert len(rows) == 3
    assert (await premiere.plain.http.get("/messages?side=viewer")).json()["rows"] == []
    assert (await premiere.member.http.post("/messages", json=asked)).status_code == 201
