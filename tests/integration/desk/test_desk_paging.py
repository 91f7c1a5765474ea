"""A long list part by part, over two nodes, each film once."""

from __future__ import annotations

import pytest

from services.desk.nodes import paging
from services.wire.problems import ProblemError
from tests.fixtures.world import RunningWorld
from tests.fixtures.world_distant import DistantNode
from tests.fixtures.world_far_away import published_far


async def test_every_film_of_every_node_comes_once(
    running: RunningWorld, distant: DistantNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "_LIMIT", 2)
    films = [(await running.publish(chunks=1)).content for _ in range(3)]
    _, far = await published_far(running, distant)
    catalogue = running.viewer.catalogue
    await running.viewer.nodes.add(distant.address)
    seen, cursor, parts = [], "", 0
    while parts == 0 or cursor:
        part = await catalogue.page(cursor=cursor)
        seen += [item.content_id for item in part.items]
        cursor, parts = part.cursor, parts + 1
    assert sorted(seen) == sorted([*films, far.content])
    assert parts == 2
    assert (await catalogue.page(tag="nothing-has-this")).items == ()
    # What is left of a list is there without a node that went down.
    first = await catalogue.page()
    await distant.down()
    assert len((await catalogue.page(cursor=first.cursor)).items) == 1
    for strange in ("!", "e30K", "WzFd", "eyJhIjoxfQ=="):
        if strange == "e30K":
            assert (await catalogue.page(cursor=strange)).items == ()
            continue
        with pytest.raises(ProblemError, match=r"request\.invalid"):
            await catalogue.page(cursor=strange)
