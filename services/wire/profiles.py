"""What a creator says of itself, and whom a viewer follows or does not want to see."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from services.wire.base import AddressField, Answer, CidField, Moment, Request
from services.wire.catalogue import AccessTierOut, ItemOut

MAX_PICTURE_BYTES = 2 * 1024 * 1024
MAX_NAME, MAX_ABOUT = 80, 2000
_LINE, _TEXT = r"^[^\x00-\x1f\x7f]*$", r"^[^\x00]*$"

Picture = Literal["avatar", "banner"]


class ProfileIn(Request):
    """A creator's profile, whole; the pictures are brought as blocks before it."""

    name: Annotated[str, Field(max_length=MAX_NAME, pattern=_LINE)]
    about: Annotated[str, Field(max_length=MAX_ABOUT, pattern=_TEXT)] = ""
    avatar: CidField | None = None
    banner: CidField | None = None


class ProfileOut(Answer):
    """A creator's profile; without words, pictures and ``changed_at`` for one that wrote none."""

    creator: AddressField
    name: str = ""
    about: str = ""
    avatar: CidField | None = None
    banner: CidField | None = None
    changed_at: Moment | None = None


class OutsideOut(Answer):
    """Something of a creator's that lies elsewhere: it opens outside Museclock and is never charged by the part.

    address: only for who may have it, else empty.
    """

    id: str
    title: str
    description: str
    visibility: str
    address: str


class TierActsOut(Answer):
    """What a tier does besides its perks in words; see TierOut."""

    early_access_days: int = 0
    downloads: bool = False
    requests: bool = False


class CreatorPageOut(Answer):
    """All that a channel's page shows: profile, tiers that can be joined, films, and what lies elsewhere."""

    profile: ProfileOut
    tiers: tuple[AccessTierOut, ...] = ()
    perks: dict[str, tuple[str, ...]] = {}
    """By tier."""
    acts: dict[str, TierActsOut] = {}
    """By tier."""
    answering: tuple[str, ...] = ()
    """The tiers whose members' messages are answered."""
    films: tuple[ItemOut, ...] = ()
    outside: tuple[OutsideOut, ...] = ()


class PictureOut(Answer):
    """A picture that is kept as blocks, by its name."""

    cid: CidField


class StandingIn(Request):
    """What a viewer decides about a creator; never leaves the desk."""

    name: Annotated[str, Field(max_length=MAX_NAME, pattern=_LINE)] = ""
    """As the window shows the creator, for lists that work without a node."""
    node: Annotated[str, Field(max_length=300, pattern=_LINE)] = ""
    """The address of the node that has the creator's films; empty for the own one."""


class StandingOut(Answer):
    """A creator that this viewer follows or blocked."""

    creator: AddressField
    name: str
    node: str
    at: Moment


class StandingsOut(Answer):
    """Whom this viewer follows and blocked, latest first."""

    follows: tuple[StandingOut, ...]
    blocked: tuple[StandingOut, ...]
