"""Bringing blocks: each is checked against its name before anything of it is kept."""

from __future__ import annotations

from anyio import to_thread
from fastapi import Request, Response
from starlette.requests import ClientDisconnect

from services.http.late_routes import LateRouter
from services.ipfs import dagpb
from services.ipfs.store import MAX_BLOCK_BYTES
from services.node.blocks.record import note, throw_away
from services.node.context import Node
from services.node.door import Caller, NodeOf, Publisher
from services.units.address import Address
from services.units.cid import DAG_PB, Cid
from services.wire.blocks import MissingIn, MissingOut
from services.wire.problems import ProblemError

_BYTES = {"requestBody": {"required": True, "content": {"application/octet-stream": {"schema": {"type": "string"}}}}}

router = LateRouter(tags=["blocks"])


@router.put("/blocks/{cid}", status_code=204, openapi_extra=_BYTES, max_body_size=2 * MAX_BLOCK_BYTES)
async def bring(node: NodeOf, caller: Publisher, cid: str, request: Request) -> Response:
    """Bring a block; the same one again changes nothing. It goes after a day unless an item names it.

    Problem codes: block.mismatch (the bytes are not what the name says), block.too_large, block.quota, disk.full.
    """
    name = _named(cid)
    block = await _body(request, name)
    await to_thread.run_sync(_keep, node, caller, name, block)
    return Response(status_code=204)


@router.post("/blocks/missing")
def missing(node: NodeOf, caller: Caller, body: MissingIn) -> MissingOut:
    """Say which blocks are not here, in the order in which they were asked for."""
    throw_away(node)
    return MissingOut(cids=tuple(cid for cid in body.cids if not node.blocks.has(cid)))


def _named(cid: str) -> Cid:
    try:
        return Cid.parse(cid)
    except ValueError as exc:
        raise ProblemError("block.mismatch", cid=cid[:80]) from exc


async def _body(request: Request, name: Cid) -> bytes:
    """Read no more than a block may have, whatever the request says of itself."""
    block = bytearray()
    try:
        async for part in request.stream():
            block += part
            if len(block) > MAX_BLOCK_BYTES:
                raise ProblemError("block.too_large", limit=MAX_BLOCK_BYTES)
    except ClientDisconnect as exc:
        # The line broke in mid-way, which is nothing out of the ordinary; the sender brings it again.
        raise ProblemError("block.mismatch", cid=name) from exc
    return bytes(block)


def _keep(node: Node, caller: Address, name: Cid, block: bytes) -> None:
    if Cid.of(block, name.codec) != name or not _is_readable(name, block):
        raise ProblemError("block.mismatch", cid=name)
    if node.blocks.has(name):
        return
    with node.database.write() as session:
        note(node, session, caller, name, len(block))
    node.blocks.put(block, name.codec)


def _is_readable(name: Cid, block: bytes) -> bool:
    if name.codec != DAG_PB:
        return True
    try:
        dagpb.decode(block)
    except ValueError:
        return False
    return True
