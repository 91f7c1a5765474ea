"""What the node observed of a holder's month, for the published rules of trust (services.sharing.trust)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.node.passes.month import COMMON, Pairs, Watching
from services.node.tables import Channel
from services.sharing.model import TRUST_STEPS
from services.sharing.trust import Conduct, Trust, trust_of
from services.units.address import Address


@dataclass(frozen=True, slots=True)
class Signs:
    """What statistics look at: a holder's time, longest day, days, owners, and the part of the one watched most."""

    watched_s: int
    longest_day_s: int
    days: int
    owners: int
    most_part: float

    def facts(self) -> dict[str, int | float]:
        """Write them for the person who looks."""
        return {
            "watched_s": self.watched_s, "longest_day_s": self.longest_day_s, "days": self.days,
            "owners": self.owners, "most_part": round(self.most_part, 3),
        }  # fmt: skip


def signs_of(conduct: Mapping[str, Conduct], pairs: Pairs) -> dict[str, Signs]:
    """Give the signs of each holder who watched something."""
    by_holder: dict[str, list[Watching]] = defaultdict(list)
    for (account, _), one in pairs.items():
        if account in conduct and one.seconds:
            by_holder[account].append(one)
    found: dict[str, Signs] = {}
    for holder, watched in sorted(by_holder.items()):
        seen, whole = conduct[holder], sum(one.seconds for one in watched)
        days = len({day for one in watched for day in one.by_day})
        most = max(one.seconds for one in watched)
        found[holder] = Signs(whole, seen.longest_day_s, days, len(watched), most / whole)
    return found


def odd_holders(signs: Mapping[str, Signs]) -> list[str]:
    """Propose holders for a person to look at; nothing is held back for it."""
    # numpy takes a tenth of a second that a node's start does without.
    import numpy as np

    from services.sharing.odd import LEAST, proposals

    if len(signs) < LEAST:
        return []
    holders = list(signs)
    rows = np.array([[float(value) for value in signs[holder].facts().values()] for holder in holders])
    return [holders[row] for row in proposals(rows)]


def devices_of(session: Session) -> dict[Address, set[Address]]:
    """Give the devices that an account paid from: each signs its vouchers with a key of its own."""
    found: dict[Address, set[Address]] = defaultdict(set)
    for payer, device in session.execute(select(Channel.payer, Channel.payer_authorizer)):
        if device != payer:
            found[payer].add(device)
    return found


def conduct_of(
    holder: Address, pairs: Pairs, payers: Mapping[Address, set[Address]], devices: Mapping[Address, set[Address]]
) -> tuple[Conduct, dict[Address, int]]:
    """Give a holder's conduct, and the seconds with each owner who paid for it or shares a device with it."""
    by_owner = {owner: one for (account, owner), one in pairs.items() if account == holder}
    days: dict[str, int] = defaultdict(int)
    for one in by_owner.values():
        for day, seconds in one.by_day.items():
            days[day] += seconds
    near = {
        owner: one.seconds
        for owner, one in by_owner.items()
        if owner in payers.get(holder, ()) or devices.get(owner, set()) & devices.get(holder, set())
    }
    watched = sum(days.values())
    share = sum(near.values()) / watched if watched else 0.0
    return Conduct(max(days.values(), default=0), watched, funded_by_owner_share=share), near


def trusts_of(
    holders: Iterable[str],
    pairs: Pairs,
    payers: Mapping[Address, set[Address]],
    devices: Mapping[Address, set[Address]],
) -> tuple[dict[str, Trust], dict[str, Conduct], dict[Address, dict[str, int]]]:
    """Give each holder's trust and conduct, and for each owner the holders near to it with their seconds."""
    trust, conduct = {COMMON: Trust(TRUST_STEPS)}, {}
    near: dict[Address, dict[str, int]] = defaultdict(dict)
    for holder in holders:
        if holder == COMMON:
            continue
        conduct[holder], with_whom = conduct_of(Address(holder), pairs, payers, devices)
        trust[holder] = trust_of(conduct[holder])
        for owner, seconds in with_whom.items():
            near[owner][holder] = seconds
    return trust, conduct, near
