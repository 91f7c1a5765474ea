"""What the operator had to look at: reports, takedowns with appeals, cases of the pass; one of each still waits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from services.host.demo_world.cast import Viewer
from services.host.demo_world.sizes import Size
from services.host.demo_world.told_time import ToldTime
from services.node.cases.routes import decision, object_to, queue
from services.node.context import Node
from services.node.moderation.reports import dismiss, report
from services.node.moderation.takedowns import appeal, lift, take_down
from services.node.sales.shelf import Film
from services.units.address import Address
from services.wire.cases import AppealIn, CaseDecisionIn
from services.wire.moderation import ReportIn, ReportReason, TakedownIn

_DISMISSED, _TAKEN_DOWN, _WAITING = 0.3, 0.5, 0.97
"""After so much of the time."""
_LOOK_EVERY = 3
_DECIDES_AFTER = timedelta(days=20)


class Moderation:
    """Lives through the days of those who complain and of the operator. town: viewers who act at the node."""

    def __init__(self, node: Node, size: Size, clock: ToldTime, operator: Address, town: Sequence[Viewer]) -> None:
        self._node, self._size, self._clock, self._operator, self._town = node, size, clock, operator, town

    def live(self, day: int, morning: datetime, films: Sequence[Film]) -> None:
        """Do what is due on a day, when nobody watches any more. Blocking."""
        if day == self._day(_DISMISSED):
            number = self._report(0, films[0], "misleading", "The title promises more than there is.")
            dismiss(self._node, self._operator, number, "The title is a joke, and the text says so.")
        if day == self._day(_TAKEN_DOWN):
            self._take_down(morning + timedelta(hours=23), films[-1])
        if day == self._day(_WAITING):
            self._report(3, films[1], "misleading", "The last part is the same as the one before.")
            self._report(4, films[-2], "infringement", "I think I know this melody.")
        if day == self._size.days:
            self._take_down_and_wait(films[-2])
        if day % _LOOK_EVERY == 0:
            self._look_at_cases()

    def _day(self, part: float) -> int:
        return round(part * (self._size.days - 1))

    def _report(self, place: int, film: Film, reason: ReportReason, text: str) -> int:
        account = self._town[place % len(self._town)].address
        return report(self._node, account, film.item.content_id, ReportIn(reason=reason, text=text)).id

    def _take_down(self, late: datetime, film: Film) -> None:
        """Hide a film for an hour of the night: its owner answers, and it comes back."""
        content = film.item.content_id
        self._clock.turn_to(late)
        self._report(1, film, "infringement", "The music sounds like somebody else's.")
        take_down(self._node, self._operator, content, TakedownIn(reason="infringement", text="Whose music is this?"))
        self._clock.turn_to(late + timedelta(minutes=20))
        appeal(self._node, film.item.creator, content, "It is mine: I played it into the recorder in June.")
        self._clock.turn_to(late + timedelta(minutes=50))
        lift(self._node, self._operator, content, "The recording shows it.")

    def _take_down_and_wait(self, film: Film) -> None:
        """Hide a film in the last hour, so that its owner's answer waits for whoever opens the world."""
        content = film.item.content_id
        take_down(self._node, self._operator, content, TakedownIn(reason="infringement", text="Where is it from?"))
        appeal(self._node, film.item.creator, content, "It is a folk song, and the singing is mine.")

    def _look_at_cases(self) -> None:
        """Let holders object; what is old is decided, the latest still waits."""
        for case in queue(self._node, self._operator):
            if case.opened_at < self._clock.now() - _DECIDES_AFTER:
                said = CaseDecisionIn(decision="lifted", text="A present may be watched like any other pass.")
                decision(self._node, self._operator, case.id, said)
            elif case.state == "open" and case.kind == "watching":
                object_to(
                    self._node, case.account, case.id, AppealIn(text="The pass was a present. I watch it myself.")
                )
