"""Another worker of a served node: its folder and its database, on a port of its own.

Run as ``python -m tests.bench.flooding.second_worker FOLDER URL``; see served_node. The demo chain lies in the first
worker's process, and nothing that a voucher needs is asked of it.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from services.chain.web3_gateway import Web3Gateway
from services.host.node_open import LOCAL, opened_node
from services.http.serving import run
from services.ipfs.store import DiskBlockStore
from services.node.app import node_app
from services.node.limits import RateLimits
from services.units.time import SystemClock
from tests.bench.flooding.served_node import serve


async def main(folder: Path, url: str) -> None:
    """Open the node that is there, and serve it."""
    named = json.loads((folder / "chain.json").read_text())
    nobody: Any = None
    gateway = Web3Gateway(nobody, **named)
    blocks = DiskBlockStore(folder / "blocks")
    setup = replace(LOCAL, database=url)
    async with opened_node(folder / "node", chain=gateway, blocks=blocks, clock=SystemClock(), setup=setup) as node:
        node.channels.switch(is_offered=True)
        await serve(RateLimits(node_app(node)))


if __name__ == "__main__":
    run(main(Path(sys.argv[1]), sys.argv[2]))
