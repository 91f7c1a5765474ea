"""Runs a tour from outside: display, film, window processes, the kills in between, and the report."""

from __future__ import annotations

import json
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.tour.display import DisplayError, start_display
from studio.tour.processes import WindowProcess, start_window
from studio.tour.report import STEPS, Report, StepResult

if TYPE_CHECKING:
    from studio.tour.options import TourOptions

_LAST = STEPS[-1]


class Director:
    """One tour. All that it makes lies in one folder, which is temporary unless the options name a profile."""

    def __init__(self, options: TourOptions) -> None:
        self._options = options
        self._report = Report(str(options.media or "the demo's own clip"))
        self._facts: dict[str, Any] = {}
        self._restart_began = 0.0
        self._cut_off = ""

    def run(self) -> int:
        """Do all of it; give 0 only if every step held."""
        with tempfile.TemporaryDirectory(prefix="mc-tour-") as folder:
            try:
                self._tour(Path(folder))
            except KeyboardInterrupt:
                print("stopped", file=sys.stderr)
            except DisplayError as exc:
                print(exc, file=sys.stderr)
        for name in self._report.missing():
            self._take(StepResult(name, ok=False, milliseconds=0, detail=self._cut_off or "not reached"))
            self._cut_off = ""
        if self._options.json:
            self._report.write(self._options.json)
        held = sum(step.ok for step in self._report.steps)
        print(f"{held} of {len(STEPS)} steps held")
        return 0 if self._report.ok else 1

    def _tour(self, folder: Path) -> None:
        profile = self._options.profile or folder / "p"
        arguments = ["--profile", str(profile)]
        if self._options.media:
            arguments += ["--media", str(self._options.media.absolute())]
        if self._options.shots:
            arguments += ["--shots", str(self._options.shots.absolute())]
        if self._show(folder, [*arguments, "--part", "main"]):
            facts = folder / "facts.json"
            facts.write_text(json.dumps(self._facts), encoding="utf-8")
            self._show(folder, [*arguments, "--part", "again", "--facts", str(facts)])

    def _show(self, folder: Path, arguments: list[str]) -> bool:
        """Open a window and hear it out; tell whether it ended by the tour's own kill, to be opened again."""
        display = start_display(folder)
        try:
            window = start_window(arguments, display.environment(), self._log(folder))
            try:
                return self._hear(window)
            finally:
                self._part_with(window)
        finally:
            display.close()

    def _log(self, folder: Path) -> Path:
        """Give the file for the window's error stream: kept with the profile, if that is kept."""
        place = (self._options.profile or folder) / "logs"
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        return place / "window.log"

    def _part_with(self, window: WindowProcess) -> None:
        """Close the window; where something went wrong, show what it wrote to its error stream."""
        code = window.close()
        failed = any(not step.ok for step in self._report.steps)
        if failed or code not in (0, -signal.SIGKILL):
            print(f"the window ended with {code}; its last words:\n{window.last_words()}", file=sys.stderr)

    def _hear(self, window: WindowProcess) -> bool:
        for message in window.messages():
            match message["tour"]:
                case "step":
                    self._take(self._timed(message))
                case "facts":
                    self._facts.update(message["facts"])
                case "kill-service":
                    self._restart_began = self._restart_began or time.monotonic()
                    window.answer({"killed": window.kill_service()})
                case "kill-window":
                    if not window.kill():
                        self._take(
                            StepResult(_LAST, ok=False, milliseconds=0, detail="the service outlived its window")
                        )
                        return False
                    return True
                case "end":
                    return False
        self._cut_off = "the window was gone before this step ended"
        return False

    def _timed(self, message: dict[str, Any]) -> StepResult:
        milliseconds = int(message["milliseconds"])
        if message["name"] == _LAST and self._restart_began:
            milliseconds = round((time.monotonic() - self._restart_began) * 1000)
        return StepResult(message["name"], bool(message["ok"]), milliseconds, str(message["detail"]))

    def _take(self, result: StepResult) -> None:
        self._report.add(result)
        print(result.line(), flush=True)
