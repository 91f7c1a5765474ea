"""The player as a person sees it: does it run, where is it, what is in the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint

from player.core.playback import State
from studio.tour.hand import StepError

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from studio.tour.hand import Hand

# How many colours a frame of film has at least, read at the points of a coarse grid; a blank picture has one.
_FEWEST_COLOURS = 4
_GRID = 16


class Screen:
    """Reads the watch page that is shown."""

    def __init__(self, hand: Hand) -> None:
        self._hand = hand

    def _state(self) -> Any:
        widget = self._hand.find("watch.play").parentWidget()
        while widget is not None:
            if (model := getattr(widget, "model", None)) is not None and hasattr(model, "state"):
                return model.state
            widget = widget.parentWidget()
        raise StepError("the watch page has no view-model")

    def is_playing(self) -> bool:
        """Tell whether the film moves."""
        return bool(self._state().playback.state is State.PLAYING)

    def position_ms(self) -> int:
        """Give the position that the controls show."""
        return int(self._state().position_ms)

    def play(self) -> None:
        """Press play, unless it plays already."""
        if not self.is_playing():
            self._hand.click("watch.play")

    def seek(self, position_ms: int, duration_ms: int) -> None:
        """Click the seek bar where that position is."""
        bar = self._hand.find("watch.seek")
        self._hand.click_at(bar, QPoint(bar.width() * position_ms // duration_ms, bar.height() // 2))

    def picture(self) -> QImage:
        """Give what the film's own widget shows."""
        return self._hand.find("watch.video").grab().toImage()

    def has_picture(self) -> bool:
        """Tell whether there is a film picture rather than a blank."""
        image = self.picture()
        spots = [
            image.pixel(image.width() * x // _GRID, image.height() * y // _GRID)
            for x in range(_GRID)
            for y in range(_GRID)
        ]
        return len(set(spots)) >= _FEWEST_COLOURS
