"""The routes of profiles: a creator writes its own, anybody reads them."""

from __future__ import annotations

from services.http.late_routes import LateRouter
from services.ipfs.unixfs import read_file
from services.node.blocks.record import hold
from services.node.context import Node
from services.node.door import NodeOf, Publisher
from services.node.profiles.tables import CreatorProfile
from services.units.address import Address, address
from services.units.cid import Cid
from services.wire.problems import ProblemError
from services.wire.profiles import MAX_PICTURE_BYTES, ProfileIn, ProfileOut

PICTURE_STARTS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
"""JPEG and PNG: what windows decode, and nothing that carries a script."""

router = LateRouter(tags=["profiles"])


@router.put("/creators/me/profile")
def write(node: NodeOf, caller: Publisher, body: ProfileIn) -> ProfileOut:
    """Write one's own profile, whole; the same again changes nothing.

    Problem codes: content.missing (a picture's blocks are not here), request.invalid (no PNG or JPEG, or too long).
    """
    pictures = [cid for cid in (body.avatar, body.banner) if cid is not None]
    for cid in pictures:
        _check(node, cid)
    name, about = " ".join(body.name.split()), body.about.strip()
    avatar, banner = _text(body.avatar), _text(body.banner)
    with node.database.write() as session:
        hold(node, session, pictures)
        row = CreatorProfile(
            creator=caller, name=name, about=about, avatar=avatar, banner=banner, changed_at=node.clock.now()
        )
        return _out(session.merge(row))


@router.get("/creators/{creator_id}/profile")
def read(node: NodeOf, creator_id: str) -> ProfileOut:
    """Give a creator's profile; an empty one for an account that wrote none."""
    creator = _address(creator_id)
    with node.database.read() as session:
        row = session.get(CreatorProfile, creator)
        return ProfileOut(creator=creator) if row is None else _out(row)


def _check(node: Node, cid: Cid) -> None:
    try:
        data = read_file(node.blocks, cid, MAX_PICTURE_BYTES)
    except ProblemError as problem:
        if problem.code == "content.missing":
            raise
        raise ProblemError("request.invalid", field="picture") from problem
    if not data.startswith(PICTURE_STARTS):
        raise ProblemError("request.invalid", field="picture")


def _text(cid: Cid | None) -> str | None:
    return None if cid is None else str(cid)


def _out(row: CreatorProfile) -> ProfileOut:
    return ProfileOut(
        creator=row.creator,
        name=row.name,
        about=row.about,
        avatar=None if row.avatar is None else Cid.parse(row.avatar),
        banner=None if row.banner is None else Cid.parse(row.banner),
        changed_at=row.changed_at,
    )


def _address(text: str) -> Address:
    try:
        return address(text)
    except ValueError as exc:
        raise ProblemError("request.invalid", field="creator") from exc
