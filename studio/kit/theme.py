"""The active theme: tokens become palette, style sheet, fonts, and the colours that charts and delegates ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QFont, QPalette

from studio.kit.stylesheet import stylesheet
from studio.kit.tokens import BODY, DARK, THEMES, ThemeChoice, ThemeName, Tokens
from studio.kit.words import of_system, speak

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from studio.kit.words import Language

_PREFERRED_FAMILY: Final = "Inter"
# OpenType features: figures of one width, so that amounts and clocks don't jitter; a zero with a slash stays off.
_TABULAR: Final = QFont.Tag("tnum")
# Inter makes a sign of multiplication of an x between digits, as addresses have one.
_CONTEXTUAL: Final = QFont.Tag("calt")
_PLAIN: Final = QFont.Weight.Normal


class _Active:
    """What the process shows now. One application has one palette and one style sheet; this mirrors them."""

    tokens: Tokens = DARK
    percent: int = 100


def active() -> Tokens:
    """Give the tokens in use, for code that paints. Read at paint time, never kept."""
    return _Active.tokens


def colour(value: str, alpha: float = 1.0) -> QColor:
    """Make a colour of a token's value; alpha from 0 to 1."""
    made = QColor(value)
    made.setAlphaF(alpha)
    return made


def scaled(pixels: int) -> int:
    """Give a length that holds text, in pixels at 100 %, at the text size in use."""
    return pixels * _Active.percent // 100


def eased(pixels: int) -> int:
    """Give a length that grows half as much as the letters: for icons and panels that share a line with words."""
    return (pixels + scaled(pixels)) // 2


def font(size: int = BODY, weight: QFont.Weight = _PLAIN, *, tabular: bool = False) -> QFont:
    """Make a font of the type scale; size in pixels at 100 %, tabular for money and time."""
    made = QFont()
    made.setPixelSize(scaled(size))
    made.setWeight(weight)
    if tabular:
        made.setFeature(_TABULAR, 1)
    return made


def palette(tokens: Tokens) -> QPalette:
    """Turn tokens into a palette, for whatever the style sheet leaves alone."""
    role = QPalette.ColorRole
    made = QPalette()
    for target, value in (
        (role.Window, tokens.ground),
        (role.Base, tokens.surface),
        (role.AlternateBase, tokens.raised),
        (role.Button, tokens.surface),
        (role.WindowText, tokens.text),
        (role.Text, tokens.text),
        (role.ButtonText, tokens.text),
        (role.ToolTipBase, tokens.raised),
        (role.ToolTipText, tokens.text),
        (role.PlaceholderText, tokens.muted),
        (role.Highlight, tokens.accent),
        (role.HighlightedText, tokens.on_accent),
        (role.Link, tokens.accent),
        (role.Accent, tokens.accent),
        (role.Mid, tokens.line),
    ):
        made.setColor(target, QColor(value))
    made.setColor(QPalette.ColorGroup.Disabled, role.Text, QColor(tokens.faint))
    return made


class Theme(QObject):
    """Holds the choice of theme, text size and language and puts them on the application.

    Signals: ``changed``, after a theme is applied; ``outgrown``, when text size or language changed: both count for
    what is made afterwards, so that all that is shown is to be made anew.
    """

    changed = Signal()
    outgrown = Signal()

    def __init__(self, application: QApplication, choice: ThemeChoice = "dark", *, percent: int = 100) -> None:
        super().__init__()
        self._application = application
        self._choice: ThemeChoice = choice
        self.language: Language | None = None
        """What was chosen; None for the system's."""
        _Active.percent = percent
        self._use_family()
        self._apply(THEMES[self._named(choice)])
        self._is_listening = False
        self._listen()

    @property
    def tokens(self) -> Tokens:
        """The tokens in use."""
        return _Active.tokens

    @property
    def name(self) -> ThemeName:
        """The name of the theme in use."""
        return self.tokens.name

    @property
    def choice(self) -> ThemeChoice:
        """What was chosen: a theme, or the system's."""
        return self._choice

    @property
    def percent(self) -> int:
        """The text size in use, from 100 to 200."""
        return _Active.percent

    def use(self, choice: ThemeChoice) -> None:
        """Switch the whole window to a theme, or to the one that the system has from now on."""
        was, self._choice = self._choice, choice
        self._listen()
        shown, name = self.name, self._named(choice)
        if name != shown:
            self._apply(THEMES[name])
        if choice != was or name != shown:
            self.changed.emit()

    def use_size(self, percent: int) -> None:
        """Make all that is made from now on in this text size."""
        if percent != _Active.percent:
            _Active.percent = percent
            self._use_family()
            self._apply(self.tokens)
            self.outgrown.emit()

    def use_language(self, language: Language | None) -> None:
        """Say all that is said from now on in a language, None for the system's."""
        self.language = language
        speak(language or of_system())
        self.outgrown.emit()

    def _named(self, choice: ThemeChoice) -> ThemeName:
        if choice != "system":
            return choice
        return "light" if self._application.styleHints().colorScheme().name == "Light" else "dark"

    def _listen(self) -> None:
        """Hear of the system's theme, once somebody follows it: asking costs the start."""
        if self._choice == "system" and not self._is_listening:
            self._is_listening = True
            self._application.styleHints().colorSchemeChanged.connect(self._follow)

    def _follow(self) -> None:
        if self._choice == "system" and (name := self._named("system")) != self.name:
            self._apply(THEMES[name])
            self.changed.emit()

    def _apply(self, tokens: Tokens) -> None:
        _Active.tokens = tokens
        self._application.setPalette(palette(tokens))
        self._application.setStyleSheet(stylesheet(tokens, _Active.percent))

    def _use_family(self) -> None:
        base = font()
        # A list, not a look-up: asking the font database for its families costs a tenth of the start.
        base.setFamilies([_PREFERRED_FAMILY, base.family()])
        base.setFeature(_CONTEXTUAL, 0)
        self._application.setFont(base)
