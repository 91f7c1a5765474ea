"""A trustless gateway (specs.ipfs.tech, trustless gateway): blocks and CARs by CID, which whoever reads them checks."""

from __future__ import annotations

from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, Final, Literal, cast

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from services.http.late_routes import LateRouter
from services.ipfs.car import write_car
from services.ipfs.unixfs import block_names
from services.node.blocks.record import is_waiting
from services.node.context import Node
from services.node.door import NodeOf
from services.units.cid import Cid
from services.wire.problems import ProblemError

Form = Literal["raw", "car"]
_TYPES: dict[Form, str] = {
    "raw": "application/vnd.ipld.raw",
    "car": "application/vnd.ipld.car; version=1; order=dfs; dups=n",
}
_FOR_EVER = "public, max-age=29030400, immutable"
MAX_CAR_BLOCKS = 256
"""A chunk of ten seconds is a few blocks; whoever wants a whole film asks for its chunks."""
_IN_MEMORY, _PART = 4 * 1024 * 1024, 64 * 1024

# A gateway's refusals are for people to read, as those of others are.
_WORDS: Final[dict[str, Any]] = {"content": {"text/plain": {"schema": {"type": "string"}}}}

router = LateRouter(tags=["gateway"])


@router.head("/ipfs/{cid}", include_in_schema=False)
@router.get(
    "/ipfs/{cid}",
    response_class=Response,
    responses={
        200: {"content": {"application/vnd.ipld.raw": {}, "application/vnd.ipld.car": {}}},
        304: {"description": "The asker has it."},
        400: {"description": "No CID, or more blocks than one answer has.", **_WORDS},
        404: {"description": "Not here.", **_WORDS},
        406: {"description": "Neither a block nor a CAR was asked for.", **_WORDS},
    },
)
def block(node: NodeOf, request: Request, cid: str, format: str = "") -> Response:  # noqa: A002  the gateway's word
    """Give a block, or a file's blocks as a CAR; nothing is unpacked or listed here."""
    form = _form(format, request.headers.get("accept", ""))
    if form is None:
        return _refused(406, "ask for application/vnd.ipld.raw or application/vnd.ipld.car")
    try:
        name = Cid.parse(cid)
    except ValueError:
        return _refused(400, "not a CIDv1 in base32 with SHA-256, raw or dag-pb")
    if not _is_given(node, name):
        return _refused(404, "this block is not here")
    headers = _headers(name, form)
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return _raw(node, request, name, headers) if form == "raw" else _car(node, request, name, headers)


def _form(asked: str, accept: str) -> Form | None:
    """The query counts before the header."""
    if asked:
        return "raw" if asked == "raw" else "car" if asked == "car" else None
    kinds = [part.split(";")[0].strip().lower() for part in accept.split(",")]
    if "application/vnd.ipld.raw" in kinds:
        return "raw"
    return "car" if "application/vnd.ipld.car" in kinds else None


def _is_given(node: Node, name: Cid) -> bool:
    """What no item names is nobody's to fetch: a node is no free shelf."""
    if not node.blocks.has(name):
        return False
    with node.database.read() as session:
        return not is_waiting(session, name)


def _headers(name: Cid, form: Form) -> dict[str, str]:
    ending = "bin" if form == "raw" else "car"
    return {
        "Content-Type": _TYPES[form],
        "ETag": f'"{name}.{form}"',
        "Cache-Control": _FOR_EVER,
        "X-Content-Type-Options": "nosniff",
        "X-Ipfs-Path": f"/ipfs/{name}",
        "X-Ipfs-Roots": str(name),
        "Content-Disposition": f'attachment; filename="{name}.{ending}"',
        "Vary": "Accept",
    }


def _raw(node: Node, request: Request, name: Cid, headers: dict[str, str]) -> Response:
    data = node.blocks.get(name)
    if request.method == "HEAD":
        return Response(status_code=200, headers={**headers, "Content-Length": str(len(data))})
    return Response(data, headers=headers)


def _car(node: Node, request: Request, name: Cid, headers: dict[str, str]) -> Response:
    names: list[Cid] = []
    try:
        for found in block_names(node.blocks, name):
            names.append(found)
            if len(names) > MAX_CAR_BLOCKS:
                return _refused(400, f"a CAR has at most {MAX_CAR_BLOCKS} blocks here")
    except ProblemError:
        return _refused(404, "some of its blocks are not here")
    if not all(node.blocks.has(found) for found in names):
        return _refused(404, "some of its blocks are not here")
    if request.method == "HEAD":
        return Response(status_code=200, headers=headers)
    # On disk when it is large, so that slow readers hold no memory.
    archive = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  closed by _parts
    write_car(cast("BinaryIO", archive), node.blocks, name)
    return StreamingResponse(_parts(archive), headers=headers)


def _parts(archive: Any) -> Iterator[bytes]:
    with archive:
        archive.seek(0)
        while part := archive.read(_PART):
            yield part


def _refused(status: int, why: str) -> Response:
    return Response(why + "\n", status_code=status, media_type="text/plain", headers={"Cache-Control": "no-store"})
