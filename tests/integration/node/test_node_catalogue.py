"""Publishing: the creator's own signed words, with keys that fit and blocks that are there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.media.manifest import Manifest
from services.units.address import Address
from services.wire.node import PublishIn
from tests.fixtures.chain import CREATOR, STRANGER, VIEWER
from tests.fixtures.node_caller import NodeCaller, at_the_door
from tests.fixtures.world import RunningWorld, SealedFilm, manifest_for, publication, sealed_film


def _new(running: RunningWorld, creator: Address = CREATOR.address) -> tuple[SealedFilm, Manifest]:
    film = sealed_film(running.world.node.blocks, chunks=3)
    return film, replace(manifest_for(film, running.desk("creator")), creator=creator)


async def _put(caller: NodeCaller, film: SealedFilm, body: PublishIn) -> tuple[int, str]:
    answer = await caller.http.put(f"/content/{film.content}/manifest", json=body.model_dump(mode="json"))
    return answer.status_code, answer.json().get("code", "")


async def test_the_same_film_twice_is_one_item(running: RunningWorld) -> None:
    film, manifest = _new(running)
    body = publication(manifest, film, CREATOR.key)
    async with at_the_door(running.world, CREATOR) as (creator,):
        for _ in range(2):
            assert (await _put(creator, film, body))[0] == 201
        assert len((await creator.http.get("/content")).json()) == 1
        other = publication(replace(manifest, title="Another title"), film, CREATOR.key)
        assert await _put(creator, film, other) == (422, "manifest.invalid")


async def test_a_wrong_key_is_not_taken(running: RunningWorld) -> None:
    film, manifest = _new(running)
    body = publication(manifest, film, CREATOR.key)
    async with at_the_door(running.world, CREATOR) as (creator,):
        swapped = body.model_copy(update={"keys": (body.keys[0], body.keys[2], body.keys[1])})
        assert await _put(creator, film, swapped) == (502, "content.wrong_key")
        few = body.model_copy(update={"keys": body.keys[:-1]})
        assert await _put(creator, film, few) == (422, "manifest.invalid")
        assert (await creator.http.get("/content")).json() == []


async def test_a_foreign_or_broken_signature_is_not_taken(running: RunningWorld) -> None:
    film, manifest = _new(running)
    body = publication(manifest, film, CREATOR.key)
    async with at_the_door(running.world, CREATOR, STRANGER) as (creator, stranger):
        assert await _put(stranger, film, body) == (403, "account.forbidden")
        broken = body.model_copy(update={"signed": body.signed.replace("A film", "B film")})
        assert await _put(creator, film, broken) == (422, "manifest.signature")
        for nonsense in ("", "{}", "[" * 100_000, body.signed + " ", '{"manifest":{},"signature":"0x"}'):
            found = await _put(creator, film, body.model_copy(update={"signed": nonsense}))
            assert found == (422, "manifest.invalid")


@pytest.mark.parametrize("field", ["chain_id", "token", "escrow"])
async def test_a_film_for_another_chain_is_not_taken(running: RunningWorld, field: str) -> None:
    film, manifest = _new(running)
    other = replace(manifest, **{field: 5042002 if field == "chain_id" else STRANGER.address})  # type: ignore[arg-type]
    async with at_the_door(running.world, CREATOR) as (creator,):
        assert await _put(creator, film, publication(other, film, CREATOR.key)) == (409, "chain.wrong_chain")


async def test_a_film_without_its_blocks_is_not_taken(running: RunningWorld) -> None:
    film, manifest = _new(running)
    running.world.node.blocks.discard(manifest.chunks[1].cid)
    async with at_the_door(running.world, CREATOR) as (creator,):
        body = publication(manifest, film, CREATOR.key)
        assert await _put(creator, film, body) == (502, "content.missing")
        assert (await creator.http.get(f"/content/{film.content}")).status_code == 404


async def test_films_are_found_by_their_words(running: RunningWorld) -> None:
    film = await running.publish()
    async with at_the_door(running.world, VIEWER, signed_in=False) as (viewer,):
        for words, count in (("", 1), ("NOISE film", 1), ("lantern", 1), ("cat", 0), ("%", 0), ("_", 0)):
            found = (await viewer.http.get("/content", params={"query": words})).json()
            assert len(found) == count, words
        found = (await viewer.http.get(f"/content/{film.content}")).json()
        assert not {"keys", "signed", "wrapped_key"} & set(found)
        assert (await viewer.http.get("/content/0x00")).json()["code"] == "content.not_found"
        assert (await viewer.http.get("/nowhere")).json()["code"] == "request.not_found"
        assert (await viewer.http.get("/content", params={"limit": 1000})).json()["code"] == "request.invalid"
