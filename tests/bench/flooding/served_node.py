"""A node on a loopback port as it is served to others, with a film and viewers whose purchases are signed beforehand.

Run as ``python -m tests.bench.flooding.served_node FOLDER VIEWERS CHUNKS [URL]``: writes requests.json into the folder,
prints one line when it listens, and ends when its standard input does. URL: the database's, else a file in the folder.
"""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import httpx
import uvicorn

from services.chain.demo import DemoChain
from services.chain.web3_gateway import Web3Gateway
from services.host.channels import ChannelsWatch
from services.host.node_open import LOCAL, NODE_URI, opened_node
from services.host.world import World
from services.http.serving import run
from services.ipfs.store import DiskBlockStore
from services.node.app import node_app
from services.node.limits import RateLimits
from services.units.ids import ContentId
from services.units.money import Money
from services.units.time import SystemClock
from services.wire.x402 import PAYMENT_SIGNATURE, VoucherPayload, encode
from tests.fixtures.chain import CREATOR, person
from tests.fixtures.node_caller import NodeCaller
from tests.fixtures.node_payer import ChannelPayer, channel_payer
from tests.fixtures.world import noise_manifest, publication, sealed_film

_GAS = 10**21
_DEPOSIT = Money(40_000_000)


async def main(folder: Path, viewers: int, chunks: int, url: str | None = None) -> None:
    """Prepare and serve."""
    clock = SystemClock()
    chain = DemoChain.open(folder / "chain" / "journal.db", clock)
    async with AsyncExitStack() as stack:
        stack.callback(chain.close)
        gateway = Web3Gateway(chain.rpc, chain_id=chain.chain_id, token=chain.token, escrow=chain.escrow)
        blocks = DiskBlockStore(folder / "blocks")
        opening = opened_node(
            folder / "node", chain=gateway, blocks=blocks, clock=clock, setup=replace(LOCAL, database=url)
        )
        node = await stack.enter_async_context(opening)
        chain.fund(node.relayer.sender, usdc=Money(0), gas_wei=_GAS)
        watch = ChannelsWatch(gateway, tell=node.channels.switch)
        await asyncio.to_thread(watch.look)
        world = World(gateway, watch, node, (), is_demo=True, samples=())
        app = node_app(node)
        transport = httpx.ASGITransport(app)
        http = await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url=NODE_URI))
        content = await _publish(NodeCaller(world, http, CREATOR), chunks)
        del http.headers["Authorization"]
        signed = []
        for number in range(viewers):
            who = person(f"paying viewer {number}")
            chain.fund(who.address, usdc=_DEPOSIT, gas_wei=0)
            payer = await channel_payer(NodeCaller(world, http, who), content)
            opened = await payer.open(_DEPOSIT, chunk=1)
            assert opened.status_code == httpx.codes.OK, opened.text
            signed.append(_purchases(payer, range(2, chunks)))
        named = {"chain_id": chain.chain_id, "token": chain.token, "escrow": chain.escrow}
        (folder / "chain.json").write_text(json.dumps(named))
        (folder / "requests.json").write_text(json.dumps({"path": f"/content/{content}/pay", "viewers": signed}))
        # Nothing is claimed meanwhile: the demo chain would run its transactions in this very process.
        await serve(RateLimits(app))


async def _publish(creator: NodeCaller, chunks: int) -> ContentId:
    await creator.sign_in()
    node = creator.world.node
    film = sealed_film(node.blocks, chunks=chunks, chunk_bytes=16)
    manifest = noise_manifest(film, CREATOR.address, node.chain)
    body = publication(manifest, film, CREATOR.key).model_dump(mode="json")
    answer = await creator.http.put(f"/content/{film.content}/manifest", json=body)
    assert answer.status_code == httpx.codes.CREATED, answer.text
    return film.content


def _purchases(payer: ChannelPayer, chunks: range) -> list[dict[str, str]]:
    """Sign a voucher for each of the chunks, in their order."""
    found, total = [], payer.total
    for chunk in chunks:
        total += payer.offer.money
        payload = VoucherPayload(channel_config=payer.fields(), voucher=payer.voucher(total))
        found.append(
            {
                "body": json.dumps({"first_chunk": chunk, "chunk_count": 1}),
                PAYMENT_SIGNATURE: encode(payer.payment(payload)),
            }
        )
    return found


async def serve(app: RateLimits) -> None:
    """Say the port, and serve until standard input ends."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, lifespan="off", log_level="warning", timeout_keep_alive=75))
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    print(json.dumps({"port": server.servers[0].sockets[0].getsockname()[1]}), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.should_exit = True
    await running


if __name__ == "__main__":
    run(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:]))
