"""Every problem code has a sentence that says what happened and what to do."""

from __future__ import annotations

import pytest

from services.wire.problems import KINDS, ProblemError
from studio.kit.problem_texts import TEXTS
from studio.kit.problems import Action, Problem, advice


def test_each_code_has_its_text_and_each_text_its_code() -> None:
    assert set(TEXTS) == set(KINDS)


@pytest.mark.parametrize("code", sorted(KINDS))
def test_a_text_says_what_happened_and_what_to_do(code: str) -> None:
    told = advice(Problem.of(ProblemError(code, trace="abc")))
    for part in (told.happened, told.next_step):
        assert part.endswith("."), part
        assert part[0].isupper() or part[0] == "“"
        assert "{" not in part
    assert len(told.sentence) < 220


def test_an_action_has_a_label_unless_it_is_none() -> None:
    for code in KINDS:
        told = advice(Problem(code))
        assert bool(told.label) == (told.action is not Action.NONE)


def test_parameters_are_filled_in_and_a_missing_one_reads_as_an_ellipsis() -> None:
    assert "trace t-9" in advice(Problem("internal", trace="t-9")).next_step
    assert "trace –" in advice(Problem("internal")).next_step


def test_a_code_from_a_newer_service_reads_as_an_internal_error() -> None:
    assert advice(Problem("moon.full")).happened == advice(Problem("internal")).happened
