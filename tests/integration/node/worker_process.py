"""A worker of a node as a process of its own, for tests that kill it: answers on a free port until its input ends."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import uvicorn

from services.chain.web3_gateway import Web3Gateway
from services.host.node_open import LOCAL, opened_node
from services.http.serving import listening
from services.ipfs.store import DiskBlockStore
from services.node.app import node_app
from services.units.address import address
from tests.fixtures.chain import HandClock
from tests.fixtures.chain_lines import HttpLine


async def main(profile: Path, about: dict[str, Any]) -> None:
    """Serve; the first line out is the port."""
    chain = Web3Gateway(
        HttpLine(about["rpc"]), chain_id=about["chain_id"], token=address(about["token"]),
        escrow=address(about["escrow"]),
    )  # fmt: skip
    blocks, setup = DiskBlockStore(profile / "blocks"), replace(LOCAL, database=about["database"])
    opening = opened_node(profile / "node", chain=chain, blocks=blocks, clock=HandClock(), setup=setup)
    async with opening as node:
        node.channels.switch(is_offered=True)
        server = uvicorn.Server(uvicorn.Config(node_app(node), log_config=None))
        with listening(("127.0.0.1", 0)) as listener:
            print(listener.getsockname()[1], flush=True)
            serving = asyncio.create_task(server.serve([listener]))
            await asyncio.to_thread(sys.stdin.read)
            server.should_exit = True
            await serving


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), json.loads(sys.argv[2])))
