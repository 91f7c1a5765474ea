"""The creator's tiers, and the form for a new or changed one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal

from services.units.membership import TIER_PRICES, TIERS_PER_CREATOR
from studio.kit.view_model import ViewModel
from studio.kit.words import tr

if TYPE_CHECKING:
    from services.units.money import Money
    from services.wire.figures import TierFiguresOut
    from services.wire.tiers import TierOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Problem


MAX_PERKS, MAX_PERK = 12, 120


@dataclass(frozen=True, slots=True)
class TierForm:
    """A tier as it is being written; tier_id is empty for a new one."""

    tier_id: str = ""
    name: str = ""
    price: Money = TIER_PRICES[0]
    perks: str = ""
    """One perk a line."""
    early_access_days: int = 0
    downloads: bool = False
    requests: bool = False

    @property
    def mistake(self) -> str:
        """What is wrong with it; empty for nothing, or while the name is still empty."""
        long = next((line for line in self.perk_lines if len(line) > MAX_PERK), "")
        if long:
            return tr("“{perk}…” is too long: {count} signs are the most.", perk=long[:20], count=MAX_PERK)
        if len(self.perk_lines) > MAX_PERKS:
            return tr("At most {count} perks in words.", count=MAX_PERKS)
        return "" if self.name.isprintable() else tr("The name has a sign in it that cannot be shown.")

    @property
    def perk_lines(self) -> tuple[str, ...]:
        """The perks that are there."""
        return tuple(line.strip() for line in self.perks.splitlines() if line.strip())


@dataclass(frozen=True, slots=True)
class TiersState:
    """tiers is None until they are loaded; form is None while nothing is edited."""

    tiers: tuple[TierOut, ...] | None = None
    figures: tuple[TierFiguresOut, ...] = ()
    """Members and revenue of each; empty until they are there."""
    leaving: str = ""
    """The tier that was asked to be archived, until that is confirmed; empty for none."""
    form: TierForm | None = None
    undo: TierForm | None = None
    """What the last change replaced; None for nothing that can be made undone."""
    busy: bool = False
    problem: Problem | None = None

    @property
    def is_full(self) -> bool:
        """True when no further tier can be made."""
        return self.tiers is not None and len(self.tiers) >= TIERS_PER_CREATOR


class TiersViewModel(ViewModel[TiersState]):
    """Lists, makes, changes and archives tiers. Signals: ``saved(tier)``, ``archived(tier)``."""

    saved = Signal(object)
    archived = Signal(object)
    watches = frozenset({"tier", "membership"})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, TiersState())

    def refresh(self) -> None:
        """Load the tiers."""
        self._fetch(lambda desk: desk.tiers.mine(), self._on_tiers)
        self._act(lambda desk: desk.figures.tiers(), self._on_figures, self._no_figures)

    def begin(self) -> None:
        """Open an empty form at the first price that no tier has yet."""
        taken = {tier.price for tier in self.state.tiers or ()}
        price = next((price for price in TIER_PRICES if price not in taken), TIER_PRICES[0])
        self._set(form=TierForm(price=price), problem=None)

    def edit(self, tier: TierOut) -> None:
        """Open the form with a tier."""
        self._set(form=_form_of(tier), problem=None)

    def type(self, form: TierForm) -> None:
        """Take over what was typed."""
        self._set(form=form, problem=None)

    def cancel(self) -> None:
        """Close the form."""
        self._set(form=None, problem=None)

    def save(self) -> None:
        """Make or change the tier."""
        form = self.state.form
        if form is None or self.state.busy or form.mistake or not form.name.strip():
            return
        before = next((tier for tier in self.state.tiers or () if tier.id == form.tier_id), None)
        self._send(form, undo=None if before is None else _form_of(before))

    def take_back(self) -> None:
        """Make the last change of a tier undone."""
        before = self.state.undo
        if before is not None and not self.state.busy:
            self._send(before, undo=None)

    def _send(self, form: TierForm, *, undo: TierForm | None) -> None:
        self._set(busy=True, problem=None)
        fields: dict[str, Any] = {
            "name": form.name.strip(),
            "price": form.price,
            "perks": form.perk_lines,
            "early_access_days": form.early_access_days,
            "downloads": form.downloads,
            "requests": form.requests,
        }

        def saved(tier: TierOut) -> None:
            self._set(undo=undo)
            self._on_saved(tier)

        if form.tier_id:
            self._act(lambda desk: desk.tiers.update(form.tier_id, **fields), saved)
        else:
            self._act(lambda desk: desk.tiers.create(**fields), saved)

    def ask_archive(self, tier_id: str) -> None:
        """Ask whether a tier is really to be archived; empty takes the question back."""
        self._set(leaving=tier_id, problem=None)

    def archive(self) -> None:
        """Take the tier that was asked about off sale."""
        tier_id = self.state.leaving
        if tier_id and not self.state.busy:
            self._set(busy=True, leaving="", problem=None)
            self._act(lambda desk: desk.tiers.archive(tier_id), self._on_archived)

    def _on_archived(self, tier: TierOut) -> None:
        left = tuple(each for each in self.state.tiers or () if each.id != tier.id)
        self._set(tiers=left, undo=None, busy=False)
        self.archived.emit(tier)

    def _on_figures(self, figures: tuple[TierFiguresOut, ...]) -> None:
        self._set(figures=figures)

    def _no_figures(self, _problem: Problem) -> None:
        """The cards are shown without them."""

    def _on_tiers(self, tiers: tuple[TierOut, ...]) -> None:
        self._set(tiers=tiers, problem=None if self.state.form is None else self.state.problem)

    def _on_saved(self, tier: TierOut) -> None:
        kept = [other for other in self.state.tiers or () if other.id != tier.id]
        ordered = tuple(sorted([*kept, tier], key=lambda each: (each.price, each.created_at)))
        self._set(tiers=ordered, form=None, busy=False, problem=None)
        self.saved.emit(tier)


def _form_of(tier: TierOut) -> TierForm:
    return TierForm(
        tier_id=tier.id,
        name=tier.name,
        price=tier.price,
        perks="\n".join(tier.perks),
        early_access_days=tier.early_access_days,
        downloads=tier.downloads,
        requests=tier.requests,
    )
