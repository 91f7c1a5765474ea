"""The creator's steps before there is a buyer: a tier, an upload, a publication."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.units.money import Money
from studio.kit.format import money_exact, money_input
from studio.tour.hand import StepError
from studio.tour.scene import CREATOR, PRICE, VIEWER, Scene

if TYPE_CHECKING:
    from services.client import Client
    from services.wire.catalogue import ItemOut
    from services.wire.storage import StorageOut
    from services.wire.tiers import TierOut
    from services.wire.uploads import UploadOut

TIER_NAME = "Front row"
TIER_PRICE = Money(2_990_000)
_ON_THE_WAY = ("queued", "working")
FILE_STAGES = ("hash", "check", "cut", "seal", "store")
LEAST_CHUNKS = 3


async def _tiers(client: Client) -> tuple[TierOut, ...]:
    return await client.desk(CREATOR).tiers.mine()


async def uploads(client: Client) -> tuple[UploadOut, ...]:
    """List the creator's uploads, newest first."""
    return await client.desk(CREATOR).uploads.list()


async def _storage(client: Client) -> StorageOut:
    return await client.desk(CREATOR).storage.get()


async def _for_sale(client: Client) -> tuple[ItemOut, ...]:
    return await client.desk(VIEWER).catalogue.browse()


def tier(scene: Scene) -> str:
    """Make a tier at $2.99."""
    hand = scene.hand
    scene.persona(CREATOR)
    scene.go("tiers")
    before = len(hand.fact(_tiers))
    hand.click("tiers.new")
    hand.click("tiers.price.2.99")
    hand.type("tiers.name", TIER_NAME)
    hand.click("tiers.save")
    tiers = hand.until("the tier to be saved", _tiers, lambda found: len(found) == before + 1)
    made = [item for item in tiers if item.name == TIER_NAME]
    if not made or made[0].price != TIER_PRICE:
        raise StepError(f"saved as {made}")
    hand.wait("the tier to be listed", lambda: TIER_NAME in hand.shown_text())
    return f"“{TIER_NAME}” at $2.99 a month is saved and listed"


def _use_daemon(scene: Scene) -> None:
    """Take the IPFS daemon that runs on this computer as a storage, where one does and is offered."""
    found = scene.hand.fact(_storage).detected
    if found is None:
        return
    scene.go("settings")
    scene.hand.click("settings.section.network")
    scene.hand.scroll_to("settings.storage.use")
    scene.hand.click("settings.storage.use")
    scene.hand.until(
        "the daemon to be used", _storage, lambda storage: found.address in {row.address for row in storage.targets}
    )


def _copies(scene: Scene) -> str:
    """Wait until every storage has the film in full."""
    rows = scene.hand.until(
        "the copies at every storage", _storage, lambda storage: not any(row.missing for row in storage.targets), 60
    ).targets
    return f", copied to {rows[0].kind} {rows[0].version}" if rows else ""


def upload(scene: Scene) -> str:
    """Drop a film, see the stages with progress, fill in the form; a running IPFS daemon is used first."""
    hand = scene.hand
    _use_daemon(scene)
    scene.go("upload")
    before = {item.id for item in hand.fact(uploads)}
    hand.drop("upload.drop", scene.file())
    hand.click("upload.begin")
    rows = [f"upload.stage.{name}" for name in FILE_STAGES]
    hand.wait("the named stages", lambda: all(hand.look(row) for row in rows))
    seen: set[str] = set()

    def ready() -> UploadOut | None:
        seen.update(f"{row}: {hand.text_of(row)}" for row in rows)
        return next(
            (item for item in hand.fact(uploads) if item.id not in before and item.state not in _ON_THE_WAY), None
        )

    made = hand.wait("the film to be cut, sealed and stored", ready, timeout_s=600)
    if made.state != "ready" or made.facts is None:
        raise StepError(f"the upload ended as {made.state}: {made.problem}")
    if (made.facts.chunk_count or 0) < LEAST_CHUNKS:
        raise StepError(f"the film has {made.facts.chunk_count} parts; the tour needs {LEAST_CHUNKS}, about 25 s")
    hand.type("upload.title", scene.title)
    hand.type("upload.price", money_input(PRICE))
    hand.type("upload.preview", "1")
    hand.until("the form to be kept", uploads, lambda found: found[0].draft.title == scene.title)
    per_minute = money_exact(PRICE * 6)
    hand.wait(f"{per_minute} a minute in the form", lambda: per_minute in hand.shown_text())
    done = [stage.name for stage in made.stages if stage.state == "done"]
    if not set(FILE_STAGES) <= set(done):
        raise StepError(f"ready, but only these stages are done: {done}")
    facts = made.facts
    return f"{facts.duration_ms / 1000:.1f} s, {facts.chunk_count} parts, {len(seen)} different stage lines seen"


def publish(scene: Scene) -> str:
    """Publish; the film is for sale."""
    hand = scene.hand
    hand.click("upload.publish")
    item = hand.until(
        "the film to be for sale", _for_sale, lambda found: any(card.title == scene.title for card in found), 60
    )
    card = next(card for card in item if card.title == scene.title)
    if card.price_per_ten_seconds != PRICE or card.free_chunks != 1:
        raise StepError(f"for sale at {card.price_per_ten_seconds} with {card.free_chunks} free parts")
    scene.content_id = str(card.content_id)
    return f"{card.chunk_count} parts for sale at $0.01 per 10 s, the first free{_copies(scene)}"
