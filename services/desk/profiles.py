"""A creator's profile: written by this account to a node, read of any creator."""

from __future__ import annotations

import asyncio

from anyio import to_thread
from fastapi import Request

from services.desk.catalogue import items_out
from services.desk.context import Desk
from services.desk.door import AddressOf, DeskOf
from services.desk.memberships.fares import fares_at, offered_tier
from services.desk.nodes.sending import send_film
from services.desk.nodes.taming import tamed
from services.http.late_routes import LateRouter
from services.ipfs.unixfs import add_file
from services.units.address import Address
from services.wire.node import CardOut, NodeTierOut
from services.wire.problems import ProblemError
from services.wire.profiles import (
    MAX_PICTURE_BYTES,
    CreatorPageOut,
    OutsideOut,
    PictureOut,
    ProfileIn,
    ProfileOut,
    TierActsOut,
)
from services.wire.seeds import LinkOut

_BYTES = {"requestBody": {"required": True, "content": {"application/octet-stream": {"schema": {"type": "string"}}}}}
_MAX_NAME, _MAX_ABOUT, _MAX_PERKS = 80, 2000, 12

router = LateRouter(tags=["profiles"])


@router.get("/profile")
async def mine(desk: DeskOf, node: str = "") -> ProfileOut:
    """Read this account's profile at a node, empty for the own one. Problem codes: wallet.missing."""
    return await _read(desk, desk.keyring.owner(), node)


@router.put("/profile/pictures", openapi_extra=_BYTES)
async def keep_picture(desk: DeskOf, request: Request) -> PictureOut:
    """Keep a PNG or JPEG for the profile; ``write`` names it. Problem codes: request.invalid, disk.full."""
    data = await request.body()
    if len(data) > MAX_PICTURE_BYTES:
        raise ProblemError("request.invalid", field="picture")
    return PictureOut(cid=await to_thread.run_sync(add_file, desk.blocks, data))


@router.put("/profile")
async def write(desk: DeskOf, body: ProfileIn, node: str = "") -> ProfileOut:
    """Write this account's profile to a node and bring its pictures there.

    Problem codes: node.unconfirmed, block.quota, content.missing, request.invalid, wallet.locked.
    """
    at = _at(desk, node)
    pictures = [cid for cid in (body.avatar, body.banner) if cid is not None]
    await send_film(at, pictures, _tell_nobody)
    written = await at.node.call(ProfileOut, "PUT", "/creators/me/profile", body=body)
    desk.events.publish("profile", written.creator)
    return written


@router.get("/creators/{creator}/profile")
async def of_creator(desk: DeskOf, creator: AddressOf, node: str = "") -> ProfileOut:
    """Read a creator's profile at the node that has its films."""
    return await _read(desk, creator, node)


@router.get("/creators/{creator}/page")
async def page(desk: DeskOf, creator: AddressOf, node: str = "") -> CreatorPageOut:
    """Read all that a channel's page shows, from the node that has its films."""
    at = _at(desk, node)
    profile, tiers, fares, found = await asyncio.gather(
        _read(desk, creator, node),
        at.node.browse(tuple[NodeTierOut, ...], f"/tiers/{creator}"),
        fares_at(at, f"/creators/{creator}/fares"),
        _of_creator(at, creator),
    )
    now = desk.clock.now()
    cards = tuple((at.node.uri, tamed(one, now)) for one in found if isinstance(one, CardOut))
    for _, card in cards:
        desk.memory.places.put(card.content_id, at.node.uri)
        if card.poster is not None:
            desk.memory.pictures.put(str(card.poster), at.node.uri)
    return CreatorPageOut(
        profile=profile,
        tiers=tuple(offered_tier(tier, fares.get(tier.id)) for tier in tiers),
        perks={tier.id: tuple(perk[:_MAX_NAME] for perk in tier.perks[:_MAX_PERKS]) for tier in tiers},
        acts={tier.id: _acts(tier) for tier in tiers},
        answering=tuple(tier.id for tier in tiers if tier.requests),
        films=await to_thread.run_sync(items_out, desk, cards),
        outside=tuple(_outside(one) for one in found if isinstance(one, LinkOut)),
    )


def _acts(tier: NodeTierOut) -> TierActsOut:
    return TierActsOut(early_access_days=tier.early_access_days, downloads=tier.downloads, requests=tier.requests)


async def _of_creator(at: Desk, creator: Address) -> tuple[CardOut | LinkOut, ...]:
    path, kind = f"/content/creator/{creator}", tuple[CardOut | LinkOut, ...]
    if at.keyring.status == "open":
        # What lies elsewhere is told to members only.
        return await at.node.call(kind, "GET", path)
    return await at.node.browse(kind, path)


def _outside(link: LinkOut) -> OutsideOut:
    return OutsideOut(
        id=link.id,
        title=link.title[:_MAX_NAME],
        description=link.description[:_MAX_ABOUT],
        visibility=link.visibility,
        address=link.video_url or "",
    )


async def _read(desk: Desk, creator: str, node: str) -> ProfileOut:
    at = _at(desk, node)
    found = await at.node.browse(ProfileOut, f"/creators/{creator}/profile")
    for cid in (found.avatar, found.banner):
        if cid is not None:
            desk.memory.pictures.put(str(cid), at.node.uri)
    # As long as our own node would let it be, whatever a stranger's says.
    return found.model_copy(update={"name": found.name[:_MAX_NAME], "about": found.about[:_MAX_ABOUT]})


def _at(desk: Desk, node: str) -> Desk:
    return desk.at(node) if node else desk


async def _tell_nobody(_done: int, _of: int) -> None:
    """Pictures are small: nobody waits for how far they are."""
