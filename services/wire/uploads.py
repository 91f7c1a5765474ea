"""Uploads: a file on this computer on its way to a published item."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field

from services.wire.access import MAX_TIERS, Visibility
from services.wire.base import Answer, Moment, MoneyField, ProblemOut, Request

StageName = Literal["hash", "check", "cut", "seal", "store", "pin", "register", "elsewhere"]
StageState = Literal["waiting", "running", "paused", "done", "failed"]
UploadState = Literal["queued", "working", "paused", "ready", "publishing", "published", "failed", "cancelled"]
"""``queued``: others are being worked on. ``paused``: a person stopped it; it goes on where it was."""
Category = Literal["film", "music", "lesson", "talk", "sport", "news", "game", "other"]
CATEGORIES: tuple[Category, ...] = get_args(Category)
"""Kept on the node as a film's first tag."""
Intent = Literal["reach", "balance", "earn"]
"""What its creator wants of a film: many viewers, something of both, or much of each viewer."""
MAX_OWN_TAGS = 9
STAGES: tuple[StageName, ...] = ("hash", "check", "cut", "seal", "store", "pin", "register", "elsewhere")


class UploadIn(Request):
    """Start an upload of a file by its absolute path."""

    path: str


class DraftIn(Request):
    """The form, saved at each key stroke: raw text, checked only on publishing."""

    title: str = ""
    description: str = ""
    price_text: str = ""
    """Dollars per ten seconds as typed, such as ``0.01``."""
    preview_chunks: int = 1
    node: Annotated[str, Field(max_length=600)] = ""
    """The node to publish on, by its address; empty for the one on this computer."""
    visibility: Visibility = "chunks"
    tiers: Annotated[tuple[Annotated[str, Field(max_length=64)], ...], Field(max_length=MAX_TIERS)] = ()
    """How it is to be had from its first moment on; the tiers are that node's."""
    category: Category = "other"
    intent: Intent = "balance"
    tags: Annotated[tuple[Annotated[str, Field(max_length=100)], ...], Field(max_length=20)] = ()
    """Besides the category, which is the first."""
    opens_text: Annotated[str, Field(max_length=40)] = ""
    """When it is to be there for everybody, as typed; empty for as soon as it is published."""
    opens_at: Moment | None = None
    """The same as the window read it, in whose time zone it was meant."""


class ThumbnailIn(Request):
    """The picture that stands for a film: of a moment, else of a file by its absolute path, else a lively one."""

    at_ms: Annotated[int, Field(ge=0, le=2**53)] | None = None
    path: str = ""


class FrameIn(Request):
    """A moment of the film."""

    at_ms: Annotated[int, Field(ge=0, le=2**53)]


class AboutIn(Request):
    """What is said about a film beside its signed words; of the tags the first is the category."""

    description: Annotated[str, Field(max_length=2000)]
    tags: Annotated[tuple[Annotated[str, Field(max_length=100)], ...], Field(max_length=20)] = ()


class ChapterIn(Request):
    """Where a chapter begins."""

    start_ms: Annotated[int, Field(ge=0, le=2**53)]
    title: Annotated[str, Field(min_length=1, max_length=80)]


class CaptionsIn(Request):
    """Captions of a language: from a file by its absolute path, else those of that name that are there already."""

    language: Annotated[str, Field(pattern=r"^([a-z]{2,3})?$")] = ""
    name: Annotated[str, Field(max_length=80)] = ""
    path: str = ""


class VersionIn(Request):
    """What a published film says anew; what is left out stays. The list of chapters or captions is the whole one."""

    title: Annotated[str, Field(max_length=200)] | None = None
    thumbnail: ThumbnailIn | None = None
    chapters: Annotated[tuple[ChapterIn, ...], Field(max_length=200)] | None = None
    captions: Annotated[tuple[CaptionsIn, ...], Field(max_length=32)] | None = None
    price: MoneyField | None = None
    """Per ten seconds, from now on; what was bought stays bought."""
    preview_chunks: Annotated[int, Field(ge=0)] | None = None
    """How many parts from the start are free."""


class StageOut(Answer):
    """One named stage with its bar."""

    name: StageName
    state: StageState
    done: int = 0
    total: int = 0
    bytes_per_s: int = 0
    """How fast it was when it was last looked at; 0 where that means nothing."""
    problem: ProblemOut | None = None
    """Why it failed, where the upload itself went on."""
    can_retry: bool = False
    """Whether this stage alone can be done again."""


class FileFacts(Answer):
    """What was measured in the file."""

    duration_ms: int
    width: int
    height: int
    fps_text: str
    video_codec: str
    audio_codec: str | None
    chunk_count: int | None
    """None until the file is cut."""


class UploadOut(Answer):
    """An upload with its stages, its form and, when there is one, its problem."""

    id: str
    file_name: str
    size_bytes: int
    state: UploadState
    stages: tuple[StageOut, ...]
    facts: FileFacts | None
    draft: DraftIn
    problem: ProblemOut | None
    content_id: str | None
    poster: str | None
    """CID of the poster, to be fetched with ``blob``."""
    has_chosen_poster: bool = False
    """Whether a person chose it; else it was found in the film."""
    created_at: Moment


class PriceQuote(Answer):
    """What a price per ten seconds means for this film."""

    per_ten_seconds: MoneyField
    per_minute: MoneyField
    whole: MoneyField
    """The price of all chunks that are not free."""
    creator_share: MoneyField
    """Nine tenths of whole, for one viewer who watches all of it."""


class LookIn(Request):
    """Look at a file by its absolute path, before anything is done with it."""

    path: str
    price_text: Annotated[str, Field(max_length=40)] = ""
    """Dollars per ten seconds as typed; without a price that can be read there are no costs."""


class SoundOut(Answer):
    """A sound track; the language is a code of two or three letters, or empty."""

    codec: str
    language: str
    channels: int


class CaptionsOut(Answer):
    """A subtitle track; pictures of text cannot be kept."""

    codec: str
    language: str
    is_kept: bool


class ChapterOut(Answer):
    """Where a chapter begins."""

    start_ms: int
    title: str


class CostOut(Answer):
    """What selling costs at a price."""

    price_per_ten_seconds: MoneyField
    storage: MoneyField
    """A month, by what its creator said that a gigabyte costs at the storages; nothing on this computer."""
    whole: MoneyField
    """What one viewer pays for all of it."""
    settlement: MoneyField
    """The network's share of that, at today's fee: a channel opened, claimed and closed."""
    settlement_per_mille: int
    break_even_minutes: int
    """Minutes watched until the creator's share has paid a month of storage and one withdrawal."""


class LookOut(Answer):
    """What a file holds, and what preparing and selling it will take."""

    file_name: str
    size_bytes: int
    container: str
    duration_ms: int
    width: int
    height: int
    fps_text: str
    video_codec: str
    sounds: tuple[SoundOut, ...]
    captions: tuple[CaptionsOut, ...]
    chapters: tuple[ChapterOut, ...]
    coding: Literal["copied", "coded", "unknown"]
    """Whether the picture stays as it is; ``unknown``: only reading the whole file can tell."""
    encoder: str
    """What codes it anew, by FFmpeg's name; empty where nothing does."""
    is_hardware: bool
    part_count: int
    work_ms: int
    """Estimated on this computer."""
    disk_bytes: int
    """What the film will take, estimated."""
    free_bytes: int
    cost: CostOut | None
