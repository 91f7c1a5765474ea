"""The report says ok only for all steps in their order, and keeps what each found."""

from __future__ import annotations

import json
from pathlib import Path

from studio.tour.report import STEPS, Report, StepResult


def _result(name: str, *, ok: bool = True) -> StepResult:
    return StepResult(name, ok=ok, milliseconds=12, detail=f"about {name}")


def test_all_steps_in_order_are_ok() -> None:
    report = Report("film.mp4")
    for name in STEPS:
        assert not report.ok
        report.add(_result(name))
    assert report.ok
    assert report.missing() == []


def test_one_failed_step_is_not_ok() -> None:
    report = Report("film.mp4", [_result(name, ok=name != "budget") for name in STEPS])
    assert not report.ok


def test_a_missing_step_is_named() -> None:
    report = Report("film.mp4", [_result(name) for name in STEPS[:-1]])
    assert report.missing() == ["restart"]
    assert not report.ok


def test_json_has_name_ok_milliseconds_and_detail(tmp_path: Path) -> None:
    report = Report("film.mp4", [_result(name) for name in STEPS])
    report.write(tmp_path / "deep" / "tour.json")
    body = json.loads((tmp_path / "deep" / "tour.json").read_text())
    assert body["ok"] is True
    assert [step["name"] for step in body["steps"]] == list(STEPS)
    assert set(body["steps"][0]) == {"name", "ok", "milliseconds", "detail"}


def test_a_line_begins_with_the_verdict() -> None:
    assert _result("tier").line().startswith("ok    tier ")
    assert _result("tier", ok=False).line().startswith("FAIL  tier ")
