"""Weights learned from a node's books: every comparison is said, and a model is written only when nothing worsens."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from services.db.engine import open_database
from services.db.migrate import migrate
from services.node.memberships.tables import MembershipPayment
from services.node.passes.renewals import periods_of
from services.node.passes.tables import PassCreator, PassMonth, WatchedDay
from services.node.tables import Tier
from services.node_cli.__main__ import main
from services.node_cli.terminal import Terminal
from services.sharing.model import SharingModel, load_model, parse_model
from services.units.address import Address, address
from services.units.money import ZERO, Money
from services.units.time import unix_seconds

ESCROW, OWNER = address("0x" + "e5" * 20), address("0x" + "c0" * 20)
FIRST = datetime(2026, 9, 2, 12, tzinfo=UTC)
HOLDERS = 250
Renews = Callable[[int, int], bool]
"""By the seconds of a day and the days."""


def holder(number: int) -> Address:
    return address(f"0x{number + 1:040x}")


def pay(session: Session, number: int, at: datetime) -> None:
    until = unix_seconds(at + timedelta(days=30))
    session.add(
        MembershipPayment(
            id=f"{number}/{until}", viewer=holder(number), creator=ESCROW, tier_id="pass", kind="join",
            price=Money(7), fare=ZERO, amount=Money(7), month="", until=until, deadline=0, quote_signature=b"",
            state="paid", payer=holder(number), payment=None, at=at,
        )
    )  # fmt: skip


def lay_books(profile: Path, renews: Renews, holders: int = HOLDERS) -> None:
    """Lay a node's books: everybody pays one period, watches, and pays another one if they are so minded."""
    chance = random.Random(5)  # noqa: S311  a made-up past
    with closing(open_database(profile / "node.db")) as database:
        migrate(database, "node")
        with database.write() as session:
            session.add(Tier(id="pass", creator=ESCROW, name="Pass", price=Money(7), perks=[], created_at=FIRST))
            session.flush()
            session.add(PassCreator(creator=OWNER, tier_id="pass", with_members_only=0, owner=OWNER, joined_at=FIRST))
            session.add(PassMonth(month="2026-10", inputs={}, record={}, withheld=ZERO, at=FIRST))
            for number in range(holders):
                seconds, days = chance.randint(60, 7_000), chance.randint(1, 25)
                pay(session, number, FIRST)
                for day in range(days):
                    session.add(
                        WatchedDay(
                            account=holder(number), day=(FIRST + timedelta(days=day)).date().isoformat(),
                            content_id="film", creator=OWNER, chunks=b"", watched_ms=seconds * 1000 // days,
                        )
                    )  # fmt: skip
                if renews(seconds, days) ^ (chance.random() < 0.1):
                    # A day late is still going on; three weeks late is coming back.
                    pay(session, number, FIRST + timedelta(days=29 + number % 3))
                elif number % 4 == 0:
                    pay(session, number, FIRST + timedelta(days=51))


def learn(profile: Path, out: Path, *more: str) -> tuple[int, str]:
    said: list[str] = []
    arguments = ["sharing", "learn", "--profile", str(profile), "--out", str(out), "--subscribers", "1000", *more]
    code = main(arguments, Terminal(said.append, lambda _: "", lambda _: ""))
    return code, "\n".join(said)


def written(path: Path, model: SharingModel) -> str:
    path.write_text(model.text)
    return str(path)


def test_weights_that_worsen_nothing_are_adopted_and_written(tmp_path: Path) -> None:
    lay_books(tmp_path, lambda seconds, _: seconds > 3_000)
    # In use are weights that follow the days nearly alone: worst where days are baited.
    bad = written(tmp_path / "bad.json", replace(load_model(), name="days", version=7, days_weight=1 << 18))
    code, said = learn(tmp_path, tmp_path / "new.json", "--model", bad)
    assert code == 0, said
    assert said.count(": better") == 3
    assert [line.split(":")[0] for line in said.splitlines()[2:5]] == [
        "mean error over all worlds", "worst error over all worlds", "loss on held-out renewals",
    ]  # fmt: skip
    new = parse_model((tmp_path / "new.json").read_text())
    assert (new.version, new.time_weight) == (8, load_model().time_weight)
    assert new.days_weight < 1 << 18
    assert new.digest in said


def test_weights_that_worsen_a_world_are_refused_with_every_figure(tmp_path: Path) -> None:
    lay_books(tmp_path, lambda _, days: days > 12)
    code, said = learn(tmp_path, tmp_path / "new.json")
    assert code == 1
    assert "days have 0.60 of the weight, clamped" in said
    assert "worst error over all worlds: " in said
    assert ": worse" in said
    assert "Not adopted: museshare-1 stays. Nothing was written." in said
    assert not (tmp_path / "new.json").exists()


def test_periods_tell_who_went_on_and_who_came_back(tmp_path: Path) -> None:
    lay_books(tmp_path, lambda _, days: days > 12, holders=60)
    with closing(open_database(tmp_path / "node.db")) as database, database.read() as session:
        periods = [one for one in periods_of(session) if one.until == unix_seconds(FIRST + timedelta(days=30))]
    assert len(periods) == 60
    went_on = [one.has_renewed for one in periods if max(days for _, days in one.watched.values()) > 12]
    others = [one.has_renewed for one in periods if max(days for _, days in one.watched.values()) <= 12]
    assert sum(went_on) > 0.7 * len(went_on)
    assert sum(others) < 0.3 * len(others)


def test_what_cannot_be_learned_from_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert learn(tmp_path, tmp_path / "new.json")[0] == 1
    assert "no books of a node" in capsys.readouterr().err
    lay_books(tmp_path, lambda _, days: days > 12, holders=20)
    assert learn(tmp_path, tmp_path / "new.json")[0] == 1
    assert "it takes 200 paid periods" in capsys.readouterr().err
    assert learn(tmp_path, tmp_path / "new.json", "--model", str(tmp_path / "none.json"))[0] == 1
    assert "Nothing can be learned" in capsys.readouterr().err
