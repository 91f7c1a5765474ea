"""Reports, blocks and takedowns: what they hide, what they stop, and what stays with whom."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import httpx
import pytest

from services.node.roles import grant
from services.units.money import Money
from tests.fixtures.chain import CREATOR, STRANGER, VIEWER, person
from tests.fixtures.node_caller import NodeCaller, at_the_door
from tests.fixtures.node_payer import channel_payer
from tests.fixtures.world import RunningWorld, SealedFilm, manifest_for, publication, sealed_film

MODERATOR = person("moderator")
MONEY = Money(1_000_000)


@dataclass(slots=True)
class Scene:
    """A film, its owner, a buyer, a stranger and a moderator."""

    running: RunningWorld
    film: SealedFilm
    owner: NodeCaller
    viewer: NodeCaller
    stranger: NodeCaller
    moderator: NodeCaller

    @property
    def path(self) -> str:
        return f"/content/{self.film.content}"

    async def take_down(self, reason: str) -> httpx.Response:
        body = {"reason": reason, "text": "It shows what it must not."}
        return await self.moderator.http.post(f"/moderation{self.path}/takedown", json=body)

    async def stream(self, by: NodeCaller, chunk: int) -> httpx.Response:
        return await by.http.post(f"{self.path}/stream", json={"chunk": chunk})

    async def keys(self, by: NodeCaller) -> tuple[int, set[int]]:
        """Ask for all owned keys; gives the status and which came."""
        answer = await by.http.get(f"{self.path}/keys")
        return answer.status_code, {key["index"] for key in answer.json().get("keys", ())}


def said(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


@pytest.fixture
async def scene(running: RunningWorld) -> AsyncIterator[Scene]:
    node = running.world.node
    with node.database.write() as session:
        grant(session, MODERATOR.address, "moderator", by=STRANGER.address, at=node.clock.now())
    running.chain.fund(VIEWER.address, usdc=MONEY, gas_wei=0)
    film = sealed_film(node.blocks, chunks=4)
    manifest = replace(manifest_for(film, running.desk("creator")), creator=CREATOR.address)
    async with at_the_door(running.world, CREATOR, VIEWER, STRANGER, MODERATOR) as (owner, viewer, stranger, moderator):
        body = publication(manifest, film, CREATOR.key).model_dump(mode="json")
        assert (await owner.http.put(f"/content/{film.content}/manifest", json=body)).status_code == 201
        yield Scene(running, film, owner, viewer, stranger, moderator)


async def test_a_report_counts_once_and_waits_for_a_moderator(scene: Scene) -> None:
    body = {"reason": "spam", "text": " Only noise. "}
    first = await scene.viewer.http.post(f"{scene.path}/report", json=body)
    again = await scene.viewer.http.post(f"{scene.path}/report", json={"reason": "other", "text": "More."})
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    await scene.stranger.http.post(f"{scene.path}/report", json={"reason": "illegal"})
    page = (await scene.moderator.http.get("/moderation/reports", params={"limit": 1})).json()
    assert [(row["account"], row["text"], row["title"]) for row in page["items"]] == [
        (VIEWER.address, "Only noise.", "A film of noise")
    ]
    rest = await scene.moderator.http.get("/moderation/reports", params={"limit": 1, "cursor": page["cursor"]})
    assert [row["reason"] for row in rest.json()["items"]] == ["illegal"]
    assert rest.json()["cursor"] is None
    number = page["items"][0]["id"]
    done = await scene.moderator.http.post(f"/moderation/reports/{number}/dismiss", json={"note": "It is a test."})
    assert done.status_code == 204
    again = await scene.moderator.http.post(f"/moderation/reports/{number}/dismiss", json={})
    assert said(again) == (409, "moderation.state")
    await scene.take_down("spam")
    for state, count in (("open", 0), ("dismissed", 1), ("upheld", 1)):
        listed = await scene.moderator.http.get("/moderation/reports", params={"state": state})
        assert len(listed.json()["items"]) == count, state
    for text in ("x" * 501, None):
        refused = await scene.viewer.http.post(f"{scene.path}/report", json={"reason": "other", "text": text})
        assert said(refused) == (422, "request.invalid")


async def test_what_is_hidden_is_not_sold_and_still_plays(scene: Scene) -> None:
    assert (await scene.viewer.buy(scene.film.content, first=1)).status_code == 200
    signed_before = scene.viewer.payment(await scene.viewer.offer(scene.film.content, first=2))
    assert (await scene.take_down("infringement")).json()["reason"] == "infringement"
    assert (await scene.stranger.http.get("/content")).json() == []
    assert (await scene.stranger.http.get("/content", params={"query": "noise"})).json() == []
    assert (await scene.stranger.http.get(f"/content/creator/{CREATOR.address}")).json() == []
    mine = (await scene.owner.http.get(f"/content/creator/{CREATOR.address}")).json()
    assert [item["state"] for item in mine] == ["hidden"]
    # What was signed before is not taken, and nothing of it reaches the chain.
    block = scene.running.world.chain.head().number
    assert said(await scene.viewer.pay(scene.film.content, signed_before)) == (410, "content.not_for_sale")
    assert scene.running.world.chain.head().number == block
    assert said(await scene.viewer.http.post(f"{scene.path}/stream", json={"chunk": 2})) == (
        410,
        "content.not_for_sale",
    )
    assert (await scene.stream(scene.viewer, 1)).status_code == 200
    assert await scene.keys(scene.viewer) == (200, {0, 1})
    assert (await scene.viewer.http.get(f"{scene.path}/manifest")).status_code == 200


async def test_vouchers_of_before_buy_nothing_more(scene: Scene) -> None:
    payer = await channel_payer(scene.viewer, scene.film.content)
    assert (await payer.open(Money(60_000), chunk=1)).status_code == 200
    await scene.take_down("abuse")
    assert said(await payer.buy(2)) == (410, "content.not_for_sale")
    await scene.take_down("illegal")
    assert said(await payer.buy(2)) == (451, "content.taken_down")
    assert await scene.keys(scene.viewer) == (451, set())


async def test_of_what_is_illegal_no_key_leaves(scene: Scene) -> None:
    payment = scene.viewer.payment(await scene.viewer.offer(scene.film.content, first=1))
    assert (await scene.viewer.pay(scene.film.content, payment)).status_code == 200
    await scene.take_down("illegal")
    assert await scene.keys(scene.viewer) == (451, set())
    for answer in (
        await scene.viewer.http.post(f"{scene.path}/stream", json={"chunk": 1}),
        await scene.viewer.http.post(f"{scene.path}/stream", json={"chunk": 2}),
        await scene.viewer.http.get(f"{scene.path}/pay"),
        await scene.viewer.pay(scene.film.content, payment),
        await scene.viewer.http.get(f"{scene.path}/manifest"),
        await scene.viewer.http.get(f"{scene.path}/member-keys"),
    ):
        assert said(answer) == (451, "content.taken_down"), answer.request.url
    restored = await scene.moderator.http.post(f"/moderation{scene.path}/restore", json={"note": "A mistake."})
    assert restored.status_code == 204
    assert await scene.keys(scene.viewer) == (200, {0, 1})
    assert len((await scene.stranger.http.get("/content", params={"query": "noise"})).json()) == 1


async def test_the_owner_sees_why_and_appeals_once(scene: Scene) -> None:
    assert said(await scene.owner.http.get(f"{scene.path}/takedown")) == (409, "moderation.state")
    await scene.take_down("misleading")
    seen = (await scene.owner.http.get(f"{scene.path}/takedown")).json()
    assert (seen["reason"], seen["text"], seen["appeal"]) == ("misleading", "It shows what it must not.", None)
    assert said(await scene.stranger.http.get(f"{scene.path}/takedown")) == (403, "account.forbidden")
    waiting = {"waiting": True}
    assert (await scene.moderator.http.get("/moderation/takedowns", params=waiting)).json()["items"] == []
    text = {"text": "It does not."}
    assert said(await scene.stranger.http.post(f"{scene.path}/takedown/appeal", json=text)) == (
        403,
        "account.forbidden",
    )
    assert (await scene.owner.http.post(f"{scene.path}/takedown/appeal", json=text)).json()["appeal"] == "It does not."
    assert said(await scene.owner.http.post(f"{scene.path}/takedown/appeal", json=text)) == (409, "moderation.state")
    listed = (await scene.moderator.http.get("/moderation/takedowns", params=waiting)).json()["items"]
    assert [item["appeal"] for item in listed] == ["It does not."]
    answer = {"text": "We looked again: it does."}
    declined = await scene.moderator.http.post(f"/moderation{scene.path}/decline", json=answer)
    assert declined.json()["answer"] == answer["text"]
    assert (await scene.owner.http.get(f"{scene.path}/takedown")).json()["answer"] == answer["text"]
    # Its owner can archive what is down, and cannot bring it back so.
    await scene.owner.http.post(f"{scene.path}/archive")
    assert (await scene.owner.http.post(f"{scene.path}/restore")).json()["state"] == "hidden"
    assert (await scene.stranger.http.get("/content")).json() == []


async def test_every_decision_leaves_a_line(scene: Scene) -> None:
    await scene.take_down("spam")
    await scene.moderator.http.post(f"/moderation{scene.path}/restore", json={"note": "It is fine."})
    await scene.owner.http.post("/creators/blocks", json={"account": STRANGER.address})
    page = (await scene.moderator.http.get("/moderation/decisions", params={"limit": 2})).json()
    rest = await scene.moderator.http.get("/moderation/decisions", params={"limit": 2, "cursor": page["cursor"]})
    lines = [*page["items"], *rest.json()["items"]]
    assert [(line["action"], line["actor"], line["note"]) for line in lines] == [
        ("account.blocked", CREATOR.address, ""),
        ("item.restored", MODERATOR.address, "It is fine."),
        ("item.taken_down", MODERATOR.address, "spam: It shows what it must not."),
    ]
    about = await scene.moderator.http.get("/moderation/decisions", params={"subject": STRANGER.address})
    assert [line["action"] for line in about.json()["items"]] == ["account.blocked"]


async def test_only_moderators_moderate(scene: Scene) -> None:
    for method, path, body in (
        ("GET", "/moderation/reports", None),
        ("GET", "/moderation/takedowns", None),
        ("GET", "/moderation/decisions", None),
        ("POST", "/moderation/reports/1/dismiss", {}),
        ("POST", f"/moderation{scene.path}/takedown", {"reason": "spam", "text": "x"}),
        ("POST", f"/moderation{scene.path}/restore", {}),
        ("POST", f"/moderation{scene.path}/decline", {"text": "x"}),
    ):
        for caller in (scene.owner, scene.viewer):
            assert said(await caller.http.request(method, path, json=body)) == (403, "account.forbidden"), path
    assert len((await scene.stranger.http.get("/content")).json()) == 1


async def test_a_blocked_account_keeps_what_it_owns_and_buys_no_more(scene: Scene) -> None:
    assert (await scene.viewer.buy(scene.film.content, first=1)).status_code == 200
    signed_before = scene.viewer.payment(await scene.viewer.offer(scene.film.content, first=2))
    made = await scene.owner.http.post("/creators/blocks", json={"account": VIEWER.address, "note": "rude"})
    assert made.status_code == 200
    changed = await scene.owner.http.post(
        "/creators/blocks", json={"account": VIEWER.address.upper().replace("X", "x")}
    )
    assert changed.json() == {**made.json(), "note": ""}
    assert (await scene.owner.http.get("/creators/blocks")).json() == [changed.json()]
    assert (await scene.viewer.http.get("/creators/blocks")).json() == []
    assert said(await scene.viewer.pay(scene.film.content, signed_before)) == (403, "account.blocked")
    assert said(await scene.stream(scene.viewer, 2)) == (403, "account.blocked")
    assert await scene.keys(scene.viewer) == (200, {0, 1})
    # Others buy as before, and so does the viewer afterwards.
    assert (await scene.stream(scene.stranger, 2)).status_code == 402
    assert (await scene.owner.http.delete(f"/creators/blocks/{VIEWER.address}")).status_code == 204
    assert (await scene.viewer.buy(scene.film.content, first=2)).status_code == 200


async def test_a_blocked_account_opens_no_channel_and_joins_no_tier(scene: Scene) -> None:
    tier = {"creator_id": CREATOR.address, "name": "Bronze", "price": 2.99}
    tier_id = (await scene.owner.http.post("/tiers/", json=tier)).json()["id"]
    payer = await channel_payer(scene.viewer, scene.film.content)
    await scene.owner.http.post("/creators/blocks", json={"account": VIEWER.address})
    assert said(await payer.open(Money(60_000), chunk=1)) == (403, "account.blocked")
    assert scene.running.world.chain.token_balance(VIEWER.address) == MONEY
    quote = await scene.viewer.http.get("/memberships/quote", params={"tier_id": tier_id})
    assert said(quote) == (403, "account.blocked")
