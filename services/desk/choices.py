"""What a person chose about paying: by which way, within which limits, and when a channel gives its rest back."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.db.plain import Prepared, Work, unit_of
from services.desk.tables import Setting
from services.units.money import Money
from services.wire.desk import Method

# Every tier fits, with some hours of films beside it.
_DAY_LIMIT, _CREATOR_LIMIT = Money(20_000_000), Money(12_000_000)
_IDLE_DAYS = 7


@dataclass(frozen=True, slots=True)
class Choices:
    """The choices of one desk; limits are for a UTC day. refund_after_days 0: at the end of watching."""

    method: Method = "channel"
    refund_after_days: int = _IDLE_DAYS
    day_limit: Money = _DAY_LIMIT
    creator_limit: Money = _CREATOR_LIMIT


_DEFAULTS = Choices()
_ALL = Prepared(select(Setting.name, Setting.value))


def read_choices(work: Work) -> Choices:
    """Read what was chosen; the rest is as it comes."""
    known = asdict(_DEFAULTS)
    kept = {name: json.loads(value) for name, value in _ALL.all(unit_of(work)) if name in known}
    return replace(_DEFAULTS, **{name: _from_json(name, value) for name, value in kept.items()})


def write_choice(session: Session, name: str, value: Money | int | str) -> None:
    """Keep a choice, inside the caller's write unit."""
    session.merge(Setting(name=name, value=value.micros if isinstance(value, Money) else value))


def _from_json(name: str, value: Any) -> Any:
    return Money(value) if isinstance(getattr(_DEFAULTS, name), Money) else value
