"""A creator's own profile as the settings page shows and changes it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from studio.kit.view_model import ViewModel

if TYPE_CHECKING:
    from services.wire.profiles import Picture, ProfileOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Problem


@dataclass(frozen=True, slots=True)
class Draft:
    """The form as typed. Pictures are named by their CID, empty for none."""

    name: str = ""
    about: str = ""
    avatar: str = ""
    banner: str = ""


@dataclass(frozen=True, slots=True)
class ChannelState:
    """profile is None until it is loaded; pictures: by CID, as they came."""

    profile: ProfileOut | None = None
    draft: Draft = Draft()
    pictures: tuple[tuple[str, bytes], ...] = ()
    undo: Draft | None = None
    """What the last saving replaced; None for nothing."""
    busy: bool = False
    problem: Problem | None = None

    @property
    def is_changed(self) -> bool:
        """True when the form differs from what the node has."""
        return self.profile is not None and self.draft != _draft_of(self.profile)

    def picture(self, cid: str) -> bytes | None:
        """Give a picture that is here."""
        return dict(self.pictures).get(cid)


class ChannelViewModel(ViewModel[ChannelState]):
    """Reads the profile, keeps pictures, writes it whole."""

    watches = frozenset({"profile", "wallet"})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, ChannelState())

    def refresh(self) -> None:
        """Load the profile; what was typed meanwhile stays."""
        self._fetch(lambda desk: desk.profiles.mine(), self._on_profile, self._no_profile)

    def type(self, **fields: str) -> None:
        """Take what was typed: name, about, avatar or banner."""
        self._set(draft=replace(self.state.draft, **fields))

    def choose(self, kind: Picture, path: str) -> None:
        """Keep a picture of a file and put it into the form."""
        if self.state.busy:
            return
        self._set(busy=True, problem=None)

        def kept(found: tuple[str, bytes]) -> None:
            self._set(busy=False, pictures=(*self.state.pictures, found))
            self.type(**{kind: found[0]})

        self._act(lambda desk: desk.profiles.keep_picture_file(path), kept)

    def save(self) -> None:
        """Write the profile to the node on this computer."""
        profile = self.state.profile
        if profile is not None and self.state.is_changed:
            self._keep(self.state.draft, undo=_draft_of(profile))

    def take_back(self) -> None:
        """Make the last saving undone."""
        if self.state.undo is not None:
            self._keep(self.state.undo, undo=None)

    def _keep(self, draft: Draft, *, undo: Draft | None) -> None:
        if self.state.busy:
            return
        self._set(busy=True, problem=None)

        def saved(profile: ProfileOut) -> None:
            self._set(profile=profile, draft=_draft_of(profile), undo=undo, busy=False)

        fields = {"name": draft.name.strip(), "about": draft.about.strip(), "avatar": draft.avatar or None,
                  "banner": draft.banner or None}  # fmt: skip
        self._act(lambda desk: desk.profiles.save(**fields), saved)

    def _on_profile(self, profile: ProfileOut) -> None:
        typed = self.state.is_changed
        self._set(profile=profile, problem=None)
        if not typed:
            self._set(draft=_draft_of(profile))
        for cid in (self.state.draft.avatar, self.state.draft.banner):
            if cid and self.state.picture(cid) is None:
                self._load(cid)

    def _no_profile(self, problem: Problem) -> None:
        # Without a wallet there is no channel yet: the wallet's card says so.
        self._set(problem=None if problem.code == "wallet.missing" else problem)

    def _load(self, cid: str) -> None:
        def loaded(data: bytes) -> None:
            self._set(pictures=(*self.state.pictures, (cid, data)))

        self._act(lambda desk: desk.catalogue.blob(cid), loaded, self._no_picture)

    def _no_picture(self, _problem: Problem) -> None:
        """The mark stands in its place."""


def _draft_of(profile: ProfileOut) -> Draft:
    return Draft(profile.name, profile.about, str(profile.avatar or ""), str(profile.banner or ""))
