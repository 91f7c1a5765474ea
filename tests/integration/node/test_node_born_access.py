"""A film is for members from its first moment on: publishing says so, and nobody is ever offered a part of it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from services.wire.node import PublishIn
from services.wire.problems import ProblemError
from tests.fixtures.chain import STRANGER
from tests.fixtures.node_caller import at_the_door
from tests.fixtures.world import RunningWorld, SealedFilm, manifest_for, publication, sealed_film
from tests.fixtures.world_members import sell_tier


def signed_film(running: RunningWorld, **access: Any) -> tuple[SealedFilm, PublishIn]:
    desk, film = running.desk("creator"), sealed_film(running.world.node.blocks)
    body = publication(manifest_for(film, desk), film, desk.keyring.key())
    return film, body.model_copy(update=access)


async def test_a_members_film_is_never_offered_by_the_part(running: RunningWorld) -> None:
    tier = await sell_tier(running)
    film, body = signed_film(running, visibility="members", tiers=(tier.id,))
    path = f"/content/{film.content}"
    async with at_the_door(running.world, STRANGER) as (stranger,):

        async def press() -> tuple[int, str]:
            answer = await stranger.http.post(f"{path}/stream", json={"chunk": 1})
            return answer.status_code, answer.json()["code"]

        early = [asyncio.ensure_future(press()) for _ in range(6)]
        made = await running.desk("creator").node.send("PUT", f"{path}/manifest", body=body)
        answers = [*await asyncio.gather(*early), await press()]
        assert (made.status_code, made.json()["visibility"]) == (201, "members")
        assert set(answers) <= {(404, "content.not_found"), (403, "content.members_only")}
        assert answers[-1] == (403, "content.members_only")
        access = (await stranger.http.get(f"{path}/access")).json()
        assert (access["visibility"], access["tiers"]) == ("members", [tier.id])
        listed = await stranger.http.get("/catalogue", params={"access": "members"})
        assert [item["content_id"] for item in listed.json()["items"]] == [film.content]


async def test_access_that_cannot_be_is_refused_and_nothing_is_published(running: RunningWorld) -> None:
    async with at_the_door(running.world, STRANGER) as (stranger,):
        body = {"creator_id": STRANGER.address, "name": "Theirs", "price": 2.99}
        theirs = (await stranger.http.post("/tiers/", json=body)).json()["id"]
        for access, code in (
            ({"visibility": "members", "tiers": ()}, "access.no_tier"),
            ({"visibility": "members", "tiers": (theirs,)}, "tier.not_found"),
        ):
            film, publication_in = signed_film(running, **access)
            path = f"/content/{film.content}"
            with pytest.raises(ProblemError, match=code):
                await running.desk("creator").node.send("PUT", f"{path}/manifest", body=publication_in)
            assert (await stranger.http.get(path)).status_code == 404
