"""The suite notices what it is there to notice: a broken contract here, all of them by the command.

All: ``python -m tests.contracts.mutants``. How many here: MUSECLOCK_MUTANTS (default 1), chosen anew each day.
"""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from contracts.packages import NoAnswerError
from tests.contracts import mutants


def test_the_committed_list_is_what_the_sources_give() -> None:
    names = [mutant.name for mutant in mutants.mutants()]
    assert len(set(names)) == len(names)
    assert list(mutants.listed()) == names, "python -m tests.contracts.mutants --list"


def test_every_contract_of_ours_is_broken() -> None:
    found = {mutant.source for mutant in mutants.mutants()}
    assert found == set(mutants.OURS)


@pytest.mark.timeout(600)
def test_broken_contracts_are_noticed(tmp_path: Path) -> None:
    seed = date.today().toordinal()  # noqa: DTZ011  any day will do
    todo = mutants.chosen(int(os.environ.get("MUSECLOCK_MUTANTS", "1")), seed)
    try:
        unnoticed = [mutant.name for mutant in todo if not mutants.is_noticed(mutant, tmp_path)]
    except NoAnswerError as reason:
        pytest.skip(f"no network to fetch the compiler: {reason}")
    assert not unnoticed
