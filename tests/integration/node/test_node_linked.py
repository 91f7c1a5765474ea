"""Linked content: its address leaves for who may have it, on every route and list, and for nobody else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from sqlalchemy import select

from services.db.books import LedgerLine
from services.node.memberships.tables import Membership
from services.node.roles import grant
from services.units.address import Address
from services.units.ids import new_row_id
from tests.fixtures.chain import CREATOR, RELAYER, STRANGER, VIEWER, Person, person
from tests.fixtures.node_caller import NodeCaller, at_the_door
from tests.fixtures.world import RunningWorld

URL = "https://videos.example/secret.mp4"
LAPSED = person("lapsed")
MODERATOR = person("moderator")
OTHER_TIER = person("member of another tier")
REFUNDED = person("refunded")


async def tier(owner: NodeCaller, name: str) -> str:
    body = {"creator_id": owner.who.address, "name": name, "price": "2.99"}
    return str((await owner.http.post("/tiers/", json=body)).json()["id"])


def join(
    running: RunningWorld, who: Person, creator: Address, tier_id: str, *, days: int, is_refunded: bool = False
) -> None:
    """Enter a membership as the chain's event would."""
    now = running.world.node.clock.now()
    with running.world.node.database.write() as session:
        session.add(
            Membership(
                id=new_row_id(), viewer=who.address, creator=creator, tier_id=tier_id, joined_at=now,
                paid_until=now + timedelta(days=days), payments=1, renews=1, next_tier=None, reason="",
                ended_at=now if is_refunded else None,
            )
        )  # fmt: skip


@asynccontextmanager
async def everybody(running: RunningWorld) -> AsyncIterator[tuple[dict[str, NodeCaller], str, str]]:
    """Give all kinds of viewers, a linked item for one tier, and that tier."""
    people = (CREATOR, VIEWER, STRANGER, LAPSED, OTHER_TIER, REFUNDED)
    async with (
        at_the_door(running.world, *people) as callers,
        at_the_door(running.world, RELAYER, signed_in=False) as (nobody,),
    ):
        found = dict(zip(("owner", "member", "stranger", "lapsed", "other", "refunded"), callers, strict=True))
        found["nobody"] = nobody
        wanted, cheap = await tier(found["owner"], "Gold"), await tier(found["owner"], "Bronze")
        join(running, VIEWER, CREATOR.address, wanted, days=30)
        join(running, LAPSED, CREATOR.address, wanted, days=-1)
        join(running, OTHER_TIER, CREATOR.address, cheap, days=30)
        join(running, REFUNDED, CREATOR.address, wanted, days=30, is_refunded=True)
        body = {
            "creator_id": CREATOR.address, "title": "For members", "video_url": URL, "visibility": "members_only",
            "allowed_tier_ids": [wanted],
        }  # fmt: skip
        made = await found["owner"].http.post("/content/", json=body)
        assert made.status_code == 201, made.text
        yield found, made.json()["id"], wanted


async def test_every_way_is_tried_by_everybody(running: RunningWorld) -> None:
    async with everybody(running) as (callers, item, gold):
        for kind, caller in callers.items():
            may_have = kind in ("owner", "member")
            ways = [f"/content/{item}", f"/api/v1/content/{item}", f"/links/{item}"]
            if kind != "nobody":
                ways.append(f"/content/{item}?user_id={caller.who.address}")
            for way in ways:
                answer = await caller.http.get(way)
                assert (answer.status_code, URL in answer.text) == ((200, True) if may_have else (403, False)), (
                    kind,
                    way,
                )
                if not may_have:
                    assert answer.json()["params"]["tiers"] == gold
            listed = await caller.http.get(f"/content/creator/{CREATOR.address}")
            assert [one["title"] for one in listed.json()] == ["For members"]
            assert (URL in listed.text) is may_have, kind
            for way in (
                "/content",
                f"/catalogue?creator={CREATOR.address}",
                f"/content/{item}/manifest",
                "/openapi.json",
            ):
                assert URL not in (await caller.http.get(way)).text, (kind, way)


async def test_nobody_claims_to_be_somebody(running: RunningWorld) -> None:
    async with everybody(running) as (callers, item, _gold):
        way = f"/content/{item}?user_id={VIEWER.address}"
        assert (await callers["stranger"].http.get(way)).status_code == 403
        assert (await callers["nobody"].http.get(way)).status_code == 401
        assert (await callers["stranger"].http.get(f"/content/{item}?user_id=user456")).status_code == 403


async def test_only_its_owner_links_and_only_to_the_own_tiers(running: RunningWorld) -> None:
    async with at_the_door(running.world, CREATOR, STRANGER) as (owner, stranger):
        foreign = await tier(stranger, "Theirs")
        body = {"creator_id": CREATOR.address, "title": "T", "video_url": URL, "visibility": "members_only"}
        assert (await stranger.http.post("/content/", json=body)).status_code == 403
        assert (await owner.http.post("/content/", json={**body, "creator_id": "creator123"})).status_code == 403
        assert (await owner.http.post("/content/", json=body)).json()["code"] == "access.no_tier"
        with_foreign = {**body, "allowed_tier_ids": [foreign]}
        assert (await owner.http.post("/content/", json=with_foreign)).json()["code"] == "tier.not_found"
        for url in ("javascript:alert(1)", "https://name:word@videos.example/", "videos.example", "https://"):
            answer = await owner.http.post("/content/", json={**body, "visibility": "public", "video_url": url})
            assert (answer.status_code, answer.json()["params"]["field"]) == (422, "video_url")
        spoofed = {**body, "visibility": "public", "id": "00000000-0000-4000-8000-000000000000"}
        assert (await owner.http.post("/content/", json=spoofed)).status_code == 422
        assert (await owner.http.get("/content/00000000-0000-4000-8000-000000000000")).status_code == 404


async def test_what_was_taken_down_leaves_for_its_creator_alone(running: RunningWorld) -> None:
    node = running.world.node
    with node.database.write() as session:
        grant(session, MODERATOR.address, "moderator", by=STRANGER.address, at=node.clock.now())
    async with everybody(running) as (callers, item, _gold), at_the_door(running.world, MODERATOR) as (moderator,):
        owner, member, stranger = (callers[who] for who in ("owner", "member", "stranger"))
        body = {"reason": "infringement", "text": "It is mine."}
        told = (await stranger.http.post(f"/content/{item}/report", json=body)).json()
        assert told == (await stranger.http.post(f"/content/{item}/report", json=body)).json()
        (waiting,) = (await moderator.http.get("/moderation/reports")).json()["items"]
        assert (waiting["content_id"], waiting["title"], waiting["creator"]) == (item, "For members", CREATOR.address)
        path = f"/moderation/content/{item}"
        assert (await member.http.post(f"{path}/takedown", json=body)).status_code == 403
        assert (await moderator.http.post(f"{path}/takedown", json=body)).status_code == 200
        (down,) = (await moderator.http.get("/moderation/takedowns")).json()["items"]
        assert (down["content_id"], down["title"]) == (item, "For members")
        assert (await moderator.http.get("/moderation/reports")).json()["items"] == []
        for kind, caller in callers.items():
            for way in (f"/content/{item}", f"/api/v1/content/{item}", f"/links/{item}"):
                answer = await caller.http.get(way)
                assert (answer.status_code, URL in answer.text) == ((200, True) if kind == "owner" else (451, False))
            listed = (await caller.http.get(f"/content/creator/{CREATOR.address}")).text
            assert (item in listed, URL in listed) == (kind == "owner", kind == "owner"), kind
        assert (await stranger.http.get(f"/content/{item}/takedown")).status_code == 403
        assert (await owner.http.get(f"/content/{item}/takedown")).json()["text"] == "It is mine."
        assert (await owner.http.post(f"/content/{item}/takedown/appeal", json={"text": "No."})).status_code == 200
        assert (await moderator.http.post(f"{path}/decline", json={"text": "Yes."})).json()["answer"] == "Yes."
        assert (await moderator.http.post(f"{path}/restore", json={"note": "An error."})).status_code == 204
        assert (await member.http.get(f"/content/{item}")).json()["video_url"] == URL
        trail = (await moderator.http.get("/moderation/decisions", params={"subject": item})).json()["items"]
        assert [one["action"] for one in trail] == [
            "item.restored", "appeal.declined", "item.appealed", "item.taken_down",
        ]  # fmt: skip
        nothing = "00000000-0000-4000-8000-000000000000"
        assert (await stranger.http.post(f"/content/{nothing}/report", json=body)).status_code == 404


async def test_public_links_are_for_everybody(running: RunningWorld) -> None:
    async with at_the_door(running.world, CREATOR, STRANGER) as (owner, stranger):
        body = {"creator_id": CREATOR.address, "title": "Free", "video_url": URL}
        item = (await owner.http.post("/content/", json=body)).json()["id"]
        assert (await stranger.http.get(f"/content/{item}")).json()["video_url"] == URL


async def test_a_link_has_no_parts_and_nobody_is_ever_charged_for_one(running: RunningWorld) -> None:
    node = running.world.node
    with node.database.read() as session:
        before = session.scalars(select(LedgerLine.seq)).all()
    async with everybody(running) as (callers, item, _gold):
        for who in ("member", "stranger", "owner"):
            http = callers[who].http
            for way in ("pay", "stream"):
                for path in (f"/content/{item}/{way}", f"/api/v1/content/{item}/{way}"):
                    answer = await http.post(path, json={"first_chunk": 0, "chunk_count": 1} if way == "pay" else {})
                    assert answer.status_code in (404, 422), (who, path, answer.text)
                    assert "PAYMENT-REQUIRED" not in answer.headers
            assert (await http.get(f"/content/{item}/keys")).status_code in (404, 422)
        # The member has had the address itself by now, more than once.
        for _ in range(3):
            assert URL in (await callers["member"].http.get(f"/content/{item}")).text
    with node.database.read() as session:
        assert session.scalars(select(LedgerLine.seq)).all() == before
