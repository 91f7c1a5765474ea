"""Values of Qt's namespace for widgets that are there at the first paint, to be set by property.

Naming ``Qt`` builds its hundred enumerations: 40 ms, a third of a bare window's start (measured with PySide6 6.11.3).
A test holds these numbers against Qt's own.
"""

from __future__ import annotations

from typing import Final

PLAIN_TEXT: Final = 0
"""Qt.TextFormat.PlainText, for ``textFormat``."""
CENTRED: Final = 0x84
"""Qt.AlignmentFlag.AlignCenter, for ``alignment``."""
CLICK_FOCUS: Final = 2
"""Qt.FocusPolicy.ClickFocus, for ``focusPolicy``."""
NO_FOCUS: Final = 0
"""Qt.FocusPolicy.NoFocus, for ``focusPolicy``."""
NO_SCROLL_BAR: Final = 1
"""Qt.ScrollBarPolicy.ScrollBarAlwaysOff, for ``horizontalScrollBarPolicy`` and ``verticalScrollBarPolicy``."""
ENTER_KEYS: Final = (0x01000004, 0x01000005)
"""Qt.Key.Key_Return and Key_Enter, as key events give them."""
