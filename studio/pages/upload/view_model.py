"""One upload at a time: its file, its stages, its form; the form is saved at each key stroke."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from studio.kit.format import money_plain
from studio.kit.later import Later
from studio.kit.problems import Problem
from studio.kit.view_model import ViewModel
from studio.kit.words import spoken
from studio.pages.upload.state import Draft, UploadState

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping

    from services.client import DeskClient
    from services.units.money import Money
    from services.wire.access import Visibility
    from services.wire.base import ProblemOut
    from services.wire.nodes import NodeOut
    from services.wire.pricing import NarrativeOut, SuggestionOut
    from services.wire.tiers import TierOut
    from services.wire.uploads import LookOut, PriceQuote, StageName, UploadOut
    from studio.kit.context import PageContext

# What costs are shown for before there is a form with a price in it, in dollars.
_USUAL_PRICE = "0.01"
_OPEN = frozenset({"queued", "working", "paused", "ready", "publishing", "failed", "cancelled"})


class UploadViewModel(ViewModel[UploadState]):
    """Follows one upload from the file to the sale."""

    watches = frozenset({"upload", "node", "tier"})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, UploadState())
        self.later = Later(self)
        self._saving = False
        self._publish_next = False
        self._asked: tuple[str, ...] = ()

    def refresh(self) -> None:
        """Load the upload that is shown, or the newest that is not published."""
        self._load_tiers()
        self._act(lambda desk: desk.nodes.list(), self._on_nodes, self._no_nodes)
        shown = self.state.upload
        if shown is not None:
            self._fetch(lambda desk: desk.uploads.get(shown.id), self._on_upload)
        else:
            self._fetch(lambda desk: desk.uploads.list(), self._on_list)

    def open(self, params: Mapping[str, str]) -> None:
        """Show one upload by its id."""
        if upload_id := params.get("id"):
            shown = self.state.upload
            if shown is not None and shown.id == upload_id:
                self.take_back()
            self.later.finish()
            self._fetch(lambda desk: desk.uploads.get(upload_id), self._take)

    def choose(self, path: str) -> None:
        """Look at a file; nothing is done with it yet."""
        self._set(path=path, look=None, problem=None)
        self._act(
            lambda desk: desk.uploads.look(path, _USUAL_PRICE),
            lambda look: self._on_look(path, look),
            lambda problem: self._on_no_look(path, problem),
        )

    def leave(self) -> None:
        """Drop the file that was looked at."""
        self._set(path="", look=None, problem=None)

    def begin(self) -> None:
        """Begin with the file that was looked at."""
        if path := self.state.path:
            self.later.finish()
            self._set(path="", look=None, busy=True, problem=None)
            self._act(lambda desk: desk.uploads.start(path), self._take)

    def queue(self, paths: list[str]) -> None:
        """Begin with several files at once; the last is shown, the others are found in Content."""
        self._set(path="", look=None, busy=True, problem=None)
        for path in paths:
            self._act(partial(_start, path), self._take)

    def type(self, draft: Draft) -> None:
        """Take over what was typed and save it."""
        if draft == self.state.draft:
            return
        moved = draft.node != self.state.draft.node
        if moved:
            # Tiers are a node's own.
            draft = replace(draft, tiers=())
        self._set(draft=draft, unsaved=True)
        if moved:
            self._load_tiers()
        self._save()
        self._suggest()

    def take_price(self, price: Money) -> None:
        """Take the suggested price over."""
        self.type(replace(self.state.draft, price_text=money_plain(price)))

    def set_visibility(self, visibility: Visibility) -> None:
        """Say who can watch it; members-only keeps the chosen tiers, or takes all when there is none."""
        draft = self.state.draft
        tiers = draft.tiers
        if visibility == "members" and not tiers:
            tiers = tuple(tier.id for tier in self.state.tiers)
        self.type(replace(draft, visibility=visibility, tiers=tiers))

    def set_tier(self, tier_id: str, *, opens: bool) -> None:
        """Let a tier open it, or not."""
        draft = self.state.draft
        others = tuple(tier for tier in draft.tiers if tier != tier_id)
        self.type(replace(draft, tiers=(*others, tier_id) if opens else others))

    def agree(self, address: str) -> None:
        """Note that the person knows what a node can do with films."""
        self._act(lambda desk: desk.nodes.agree(address), self._on_nodes)

    def publish(self) -> None:
        """Sign and register, after the last key stroke is saved."""
        if self.state.can_publish:
            self._set(busy=True, problem=None)
            self._publish_next = True
            self._save()

    def cancel(self) -> None:
        """Stop the work; the form stays."""
        if (upload := self.state.upload) is not None:
            self._act(lambda desk: desk.uploads.cancel(upload.id), self._on_upload)

    def pause(self) -> None:
        """Hold it where it is."""
        if (upload := self.state.upload) is not None:
            self._act(lambda desk: desk.uploads.pause(upload.id), self._on_upload)

    def retry_stage(self, stage: StageName) -> None:
        """Do one stage again."""
        if (upload := self.state.upload) is not None:
            self._set(problem=None)
            self._act(lambda desk: desk.uploads.retry_stage(upload.id, stage), self._on_upload)

    def retry(self) -> None:
        """Go on where it stopped."""
        if (upload := self.state.upload) is not None:
            self._set(problem=None)
            self._act(lambda desk: desk.uploads.retry(upload.id), self._on_upload)

    def begin_anew(self) -> None:
        """Make room for another file; a published upload stays in Content."""
        self._set(
            upload=None, draft=Draft(), quote=None, poster=None, problem=None, unsaved=False, suggestion=None, words=""
        )

    def discard(self) -> None:
        """Forget this upload and its form in a moment."""
        if (upload := self.state.upload) is not None:
            self.later.decide(partial(self._forget, upload.id))
            self._set(leaving=True)

    def take_back(self) -> None:
        """Keep the upload that was to be discarded."""
        self.later.take_back()
        self._set(leaving=False)

    def _forget(self, upload: str) -> None:
        self._set(leaving=False)
        self._act(lambda desk: desk.uploads.discard(upload), partial(self._on_discarded, upload))

    def on_event(self, kind: str, ids: tuple[str, ...]) -> None:
        """Load again when it is about the upload that is shown, or about the nodes."""
        upload = self.state.upload
        if kind == "tier":
            self._load_tiers()
        elif kind == "node" or upload is None or not ids or upload.id in ids:
            self.refresh()

    def _on_look(self, path: str, look: LookOut) -> None:
        if self.state.path == path:
            self._set(look=look)

    def _on_no_look(self, path: str, problem: Problem) -> None:
        if self.state.path == path:
            self._set(path="", look=None)
            self._show_problem(problem)

    def _on_nodes(self, nodes: tuple[NodeOut, ...]) -> None:
        self._set(nodes=nodes)

    def _no_nodes(self, _problem: Problem) -> None:
        """Publishing on this computer needs no list."""

    def _on_list(self, uploads: tuple[UploadOut, ...]) -> None:
        waiting = next((upload for upload in uploads if upload.state in _OPEN), None)
        if waiting is not None:
            self._take(waiting)
        else:
            self._set(loaded=True, busy=False)

    def _take(self, upload: UploadOut) -> None:
        """Show an upload together with the form that is kept with it."""
        draft = _draft_of(upload)
        self._set(upload=upload, draft=draft, unsaved=False, quote=None, poster=None, suggestion=None, words="")
        self._load_tiers()
        self._on_upload(upload)

    def _on_upload(self, upload: UploadOut) -> None:
        ended = upload.state != "publishing"
        self._set(
            loaded=True,
            upload=upload,
            busy=self.state.busy and not ended,
            problem=_problem(upload.problem) if ended else None,
        )
        self._fetch_quote()
        self._suggest()
        if upload.poster is not None and self.state.poster is None:
            cid = upload.poster
            self._act(lambda desk: desk.catalogue.blob(cid), self._on_poster, self._no_poster)

    def _on_poster(self, picture: bytes) -> None:
        self._set(poster=picture)

    def _no_poster(self, _problem: Problem) -> None:
        """A missing poster never stops an upload."""

    def _on_discarded(self, upload: str, _nothing: None) -> None:
        if self.state.upload is not None and self.state.upload.id == upload:
            self.begin_anew()

    def _save(self) -> None:
        upload, draft = self.state.upload, self.state.draft
        if upload is None or self._saving:
            return
        self._saving = True
        self._act(
            lambda desk: desk.uploads.save_draft(
                upload.id,
                title=draft.title,
                description=draft.description,
                price_text=draft.price_text,
                preview_chunks=draft.preview_chunks,
                node=draft.node,
                visibility=draft.visibility,
                tiers=draft.tiers,
                category=draft.category,
                intent=draft.intent,
                tags=draft.tags,
                opens_text=draft.opens_text,
                opens_at=draft.opens_at,
            ),
            self._on_saved,
            self._on_save_problem,
        )

    def _on_saved(self, upload: UploadOut) -> None:
        self._saving = False
        current = self.state.upload
        if current is None or current.id != upload.id:
            return
        if _draft_of(upload) != self.state.draft:
            self._save()
            return
        self._set(unsaved=False, upload=_with_form_of(current, upload))
        if self._publish_next:
            self._publish_next = False
            self._act(lambda desk: desk.uploads.publish(upload.id), self._on_upload)
        else:
            self._fetch_quote()

    def _on_save_problem(self, problem: Problem) -> None:
        self._saving = self._publish_next = False
        self._show_problem(problem)

    def _load_tiers(self) -> None:
        node = self.state.draft.node
        self._act(lambda desk: desk.tiers.mine(node=node), lambda tiers: self._on_tiers(node, tiers), self._no_tiers)

    def _on_tiers(self, node: str, tiers: tuple[TierOut, ...]) -> None:
        if node == self.state.draft.node:
            self._set(tiers=tiers)

    def _no_tiers(self, _problem: Problem) -> None:
        """A film can be sold by the part without them."""
        self._set(tiers=())

    def _suggest(self) -> None:
        """Ask for a price once the file was measured, and again when a choice changes what it follows from."""
        upload, draft = self.state.upload, self.state.draft
        if upload is None or upload.facts is None:
            return
        wish = {
            "upload": upload.id, "category": draft.category, "intent": draft.intent,
            "price_text": draft.price_text.strip(),
        }  # fmt: skip
        asked = tuple(wish.values())
        if asked != self._asked:
            self._asked = asked
            self._act(
                lambda desk: desk.pricing.suggest(**wish),
                lambda found: self._on_suggestion(asked, found),
                self._no_suggestion,
            )

    def _on_suggestion(self, asked: tuple[str, ...], found: SuggestionOut) -> None:
        before = self.state.suggestion
        if asked != self._asked:
            return
        same = before is not None and (before.score, before.inputs) == (found.score, found.inputs)
        self._set(suggestion=found, words=self.state.words if same else "")
        if found.is_told and not same:
            wish = {"upload": asked[0], "category": asked[1], "intent": asked[2], "language": spoken()}
            self._act(lambda desk: desk.pricing.words(**wish), lambda told: self._on_words(found, told), self._no_words)

    def _no_suggestion(self, _problem: Problem) -> None:
        """The creator sets a price without one."""
        self._asked = ()

    def _on_words(self, told_of: SuggestionOut, told: NarrativeOut) -> None:
        shown = self.state.suggestion
        if shown is not None and (shown.score, shown.inputs) == (told_of.score, told_of.inputs):
            self._set(words=told.text)

    def _no_words(self, _problem: Problem) -> None:
        """The plain words stay."""

    def _fetch_quote(self) -> None:
        upload = self.state.upload
        if upload is not None and upload.state in ("ready", "publishing") and self.state.draft.price_text.strip():
            self._act(lambda desk: desk.uploads.quote(upload.id), self._on_quote, self._no_quote)
        else:
            self._set(quote=None)

    def _on_quote(self, quote: PriceQuote) -> None:
        self._set(quote=quote)

    def _no_quote(self, problem: Problem) -> None:
        self._set(quote=None)
        if problem.code not in ("upload.price", "upload.state"):
            self._show_problem(problem)


def _draft_of(upload: UploadOut) -> Draft:
    """Take of a kept form what this page shows."""
    return Draft(**upload.draft.model_dump(include=set(Draft.__slots__)))


def _start(path: str, desk: DeskClient) -> Awaitable[UploadOut]:
    return desk.uploads.start(path)


def _with_form_of(current: UploadOut, saved: UploadOut) -> UploadOut:
    """Keep the newer stages and take the saved form."""
    return current.model_copy(update={"draft": saved.draft})


def _problem(told: ProblemOut | None) -> Problem | None:
    return None if told is None else Problem(told.code, told.params, told.retryable)
