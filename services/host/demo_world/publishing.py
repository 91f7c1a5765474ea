"""What creators do: present themselves, make tiers, publish, verify themselves, withdraw."""

from __future__ import annotations

from services.chain.abi import read_uint
from services.chain.hashing import sign_digest
from services.chain.orders import WithdrawOrder, order_nonce_call
from services.host.demo_world.cast import Creator
from services.host.demo_world.shooting import Shot, picture, sealed
from services.media.film import Ingested
from services.media.manifest import compose_manifest
from services.media.seal import chunk_key
from services.media.signature import sign_manifest
from services.node.access import set_access
from services.node.catalogue.publishing import publish_film
from services.node.context import Node
from services.node.kyc.routes import decision
from services.node.kyc.routes import verify as ask_verification
from services.node.memberships.own_keys import appoint_here
from services.node.profiles.routes import write as write_profile
from services.node.seeds.payouts import pay_out
from services.node.tables import Item
from services.node.tiers import create_tier
from services.units.address import Address
from services.units.money import Money
from services.units.time import unix_seconds
from services.wire.access import AccessIn, Visibility
from services.wire.kyc import DecisionIn
from services.wire.node import NodeTierIn, PublishIn
from services.wire.profiles import ProfileIn
from services.wire.seeds import WithdrawIn

_TRACK = 0
_ORDER_S = 600
_FREE_CHUNKS = 1


def move_in(node: Node, creator: Creator, portrait: dict[str, str]) -> None:
    """Make tiers, let the node sell them, and write the profile. Blocking."""
    for rank, (name, price) in enumerate(creator.channel.tiers):
        body = NodeTierIn(creator_id=creator.address, name=name, price=price.dollars)
        acting = body.model_copy(update=brings(rank, of=len(creator.channel.tiers)))
        creator.tiers.append(create_tier(node, creator.address, acting).id)
    appoint_here(node, creator.address, creator.key)
    body_ = ProfileIn(
        name=creator.channel.name,
        about=creator.channel.about,
        avatar=picture(portrait, "avatar"),
        banner=picture(portrait, "banner"),
    )
    write_profile(node, creator.address, body_)


def brings(rank: int, *, of: int) -> dict[str, object]:
    """Give what a tier brings beside the films that it opens: the more it costs, the more. rank: from 0, cheapest."""
    is_first, is_last = rank == 0, rank == of - 1
    films = "Every film for members" if is_last else "Some films for members" if is_first else "Most films for members"
    return {"perks": (films,), "downloads": not is_first, "requests": is_last, "early_access_days": 3 * rank}


def publish(node: Node, creator: Creator, shot: Shot, answer: dict[str, object]) -> Item:
    """Sign a sealed film and put it up for sale, for whom it is meant. Blocking."""
    film, part = sealed(answer), shot.part
    manifest = compose_manifest(
        film,
        secret=shot.secret,
        content_id=shot.content,
        version=1,
        title=part.title,
        creator=creator.address,
        chain_id=node.chain.chain_id,
        token=node.chain.token,
        escrow=node.chain.escrow,
        price_per_ten_seconds=part.price,
        preview_chunks=free_parts(film),
        created_at=unix_seconds(node.clock.now()),
    )
    body = PublishIn(
        signed=sign_manifest(manifest, creator.key).to_bytes().decode(),
        keys=_keys(film, shot),
        description=part.text,
        creator_name=creator.channel.name,
        tags=(creator.channel.category, *creator.channel.tags),
    )
    item = publish_film(node, creator.address, shot.content, body)
    open_to(node, creator, shot)
    return item


def open_to(node: Node, creator: Creator, shot: Shot) -> None:
    """Say who may have a film: members of the tiers from its first one on, and others as it is sold. Blocking."""
    visibility, tiers = whose(creator, shot)
    set_access(node, creator.address, shot.content, AccessIn(visibility=visibility, tiers=tiers))


def whose(creator: Creator, shot: Shot) -> tuple[Visibility, tuple[str, ...]]:
    """Give how a film is to be had, and the tiers whose members have it without paying by the part."""
    match shot.part.sold:
        case "free":
            return "public", ()
        case "members":
            return "members", tuple(creator.tiers[shot.part.since - 1 :])
        case _:
            return "chunks", tuple(creator.tiers[1:])


def free_parts(film: Ingested) -> int:
    """Give how many parts anybody may see."""
    return min(_FREE_CHUNKS, len(film.chunks) - 1)


def verify(node: Node, creator: Creator, *, by: Address | None) -> None:
    """Ask for verification, and decide it where there is who decides. Blocking."""
    ask_verification(node, creator.address, creator.address)
    if by is not None:
        decision(node, by, creator.address, DecisionIn(decision="verified"))


def withdraw(node: Node, creator: Creator) -> Money:
    """Sign an order for all that the Escrow holds, and have it brought. Blocking. Raises ProblemError as pay_out."""
    order = WithdrawOrder(
        chain_id=node.chain.chain_id,
        escrow=node.chain.escrow,
        creator=creator.address,
        nonce=read_uint(node.chain.ask(order_nonce_call(node.chain.escrow, creator.address))),
        deadline=node.chain.head().timestamp + _ORDER_S,
    )
    signature = "0x" + sign_digest(order.digest, creator.key).hex()
    return pay_out(
        node, creator.address, WithdrawIn(nonce=order.nonce, deadline=order.deadline, signature=signature)
    ).amount


def _keys(film: Ingested, shot: Shot) -> tuple[str, ...]:
    return tuple(chunk_key(shot.secret, shot.content, _TRACK, chunk.index).hex() for chunk in film.chunks)
