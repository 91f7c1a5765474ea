"""The tokens as one Qt style sheet. Fonts are set on the widgets, but for table heads, which don't take one."""

from __future__ import annotations

from studio.kit.tokens import CARD_RADIUS, CONTROL_HEIGHT, RADIUS, SMALL, Tokens

_FRAME = """
QMainWindow, QDialog, QWidget[kit="ground"] {{ background: {ground}; }}
QFrame[kit="rail"] {{ background: {surface}; border: none; border-right: 1px solid {line}; }}
QScrollArea[kit="rail-pages"], QWidget[kit="rail-pages"] {{ background: transparent; }}
QScrollArea[kit="see-through"] {{ background: transparent; border: none; }}
QFrame[kit="demo-bar"] {{ background: {surface}; border: none; border-top: 1px solid {line}; }}
QFrame[kit="side"] {{ background: transparent; border: 1px solid {line}; border-radius: {card}px; }}
QFrame[kit="side"][current="true"] {{ background: {ground}; }}
QFrame[kit="card"] {{ background: {surface}; border: 1px solid {line}; border-radius: {card}px; }}
QFrame[kit="card"][selected="true"] {{ border: 1px solid {accent}; }}
QFrame[kit="card"]:focus {{ border: 1px solid {accent}; }}
QFrame[kit="slot"] {{ background: transparent; border: 2px dashed {line}; border-radius: {card}px; }}
QFrame[kit="slot"][selected="true"] {{ background: {accent_soft}; border: 2px dashed {accent}; }}
QFrame[kit="slot"]:hover {{ border: 2px dashed {line_strong}; }}
QFrame[kit="slot"]:focus {{ border: 2px dashed {accent}; }}
QFrame[kit="inset"] {{ background: {raised}; border: none; border-radius: {radius}px; }}
QFrame[kit="line"] {{ background: {line}; border: none; }}
QFrame[kit="toast"] {{ background: {text}; border: none; border-radius: {radius}px; }}
QFrame[kit="toast"] QLabel {{ color: {ground}; background: transparent; }}
QLabel {{ color: {text}; background: transparent; }}
QLabel[ink="muted"] {{ color: {muted}; }}
QLabel[ink="accent"] {{ color: {accent}; }}
QLabel[ink="ok"] {{ color: {ok}; }}
QLabel[ink="warn"] {{ color: {warn}; }}
QLabel[ink="bad"] {{ color: {bad}; }}
QLabel[ink="info"] {{ color: {info}; }}
QToolTip {{ background: {raised}; color: {text}; border: 1px solid {line_strong}; padding: 4px 8px; }}
"""

_TONE = """
QLabel[badge="{tone}"] {{ color: {ink}; background: {soft}; border-radius: {pill}px; padding: 2px 10px; }}
QLabel[badge="{tone}"][narrow="true"] {{ padding: 2px 2px; }}
QFrame[banner="{tone}"] {{ background: {soft}; border: 1px solid {ink}; border-radius: {radius}px; }}
"""

_CONTROLS = """
QPushButton {{ min-height: {inner}px; max-height: {inner}px; padding: 0 16px; border-radius: {radius}px;
    border: 1px solid {line_strong}; background: {surface}; color: {text}; }}
QPushButton:hover {{ background: {hover}; }}
QPushButton:pressed {{ background: {raised}; }}
QPushButton:focus {{ border: 1px solid {accent}; }}
QPushButton:disabled {{ color: {faint}; border-color: {line}; background: transparent; }}
QPushButton[role="primary"] {{ background: {accent}; color: {on_accent}; border: 1px solid {accent}; }}
QPushButton[role="primary"]:hover {{ background: {accent_hover}; border-color: {accent_hover}; }}
QPushButton[role="primary"]:focus {{ border: 1px solid {text}; }}
QPushButton[role="primary"]:disabled {{ background: {raised}; color: {faint}; border-color: {line}; }}
QPushButton[role="ghost"] {{ background: transparent; border: 1px solid transparent; color: {text};
    padding: 0 10px; }}
QPushButton[role="ghost"]:hover {{ background: {hover}; }}
QPushButton[role="ghost"]:focus {{ border: 1px solid {accent}; }}
QPushButton[role="ghost"]:disabled {{ color: {faint}; }}
QPushButton[role="ghost"][flush="true"] {{ padding: 0; border-left: none; border-right: none; text-align: left; }}
QPushButton[role="ghost"][flush="true"]:hover {{ background: transparent; color: {accent};
    text-decoration: underline; }}
QPushButton[role="ghost"][flush="true"]:focus {{ border: none; text-decoration: underline; color: {accent}; }}
QPushButton::menu-indicator {{ image: none; width: 0; }}
QPushButton[role="segment"] {{ border: 1px solid transparent; background: transparent; color: {muted};
    padding: 0 14px; }}
QPushButton[role="segment"]:hover {{ background: {hover}; }}
QPushButton[role="segment"]:checked {{ background: {surface}; color: {text}; border: 1px solid {line_strong}; }}
QPushButton[role="segment"]:focus {{ border: 1px solid {accent}; }}
QPushButton[role="choice"] {{ background: transparent; color: {text}; }}
QPushButton[role="choice"][compact="true"] {{ min-height: {compact}px; max-height: {compact}px; padding: 0;
    border-radius: 6px; }}
QPushButton[role="choice"]:checked {{ background: {accent_soft}; border: 1px solid {accent}; color: {text}; }}
QPushButton[role="choice"]:focus {{ border: 1px solid {text}; }}
QPushButton[role="choice"]:disabled {{ color: {faint}; }}
QPushButton[role="nav"] {{ min-height: {nav}px; max-height: {nav}px; text-align: left; padding: 0 10px;
    border: 1px solid transparent;
    background: transparent; color: {muted}; }}
QPushButton[role="nav"][dense="true"] {{ min-height: {compact}px; max-height: {compact}px; }}
QPushButton[role="nav"][narrow="true"] {{ min-height: {icons}px; max-height: {icons}px; }}
QPushButton[role="nav"][narrow="true"][dense="true"] {{ min-height: {folded}px;
    max-height: {folded}px; }}
QPushButton[role="nav"]:hover {{ background: {hover}; color: {text}; }}
QPushButton[role="nav"]:checked {{ background: {raised}; color: {text}; }}
QPushButton[narrow="true"] {{ padding: 0; text-align: center; }}
QPushButton[role="nav"]:focus {{ border: 1px solid {accent}; }}
QLineEdit, QSpinBox, QComboBox, QPlainTextEdit {{ background: {ground}; color: {text};
    border: 1px solid {line_strong};
    border-radius: {radius}px; padding: 0 12px; selection-background-color: {accent}; selection-color: {on_accent}; }}
QLineEdit, QSpinBox, QComboBox {{ min-height: {inner}px; max-height: {inner}px; }}
QPlainTextEdit {{ padding: 8px 8px; }}
QLineEdit:focus, QSpinBox:focus, QComboBox:focus, QPlainTextEdit:focus {{ border: 1px solid {accent}; }}
QLineEdit:disabled, QSpinBox:disabled {{ color: {faint}; border-color: {line}; }}
QLineEdit[invalid="true"] {{ border: 1px solid {bad}; }}
QComboBox::drop-down {{ border: none; width: 28px; }}
QSpinBox {{ padding: 0; }}
QSpinBox QLineEdit {{ border: none; background: transparent; min-height: 0; padding: 0; }}
QSpinBox::up-button, QSpinBox::down-button {{ width: 0; border: none; }}
QCheckBox {{ color: {text}; spacing: 10px; }}
QCheckBox::indicator {{ width: {tick}px; height: {tick}px; border: 1px solid {line_strong}; border-radius: 5px;
    background: {ground}; }}
QCheckBox::indicator:checked {{ background: {accent}; border-color: {accent}; }}
QCheckBox::indicator:focus {{ border-color: {accent}; }}
"""

_VIEWS = """
QScrollArea, QScrollArea > QWidget > QWidget[kit="ground"] {{ background: {ground}; border: none; }}
QAbstractItemView {{ background: transparent; color: {text}; border: none; outline: none;
    selection-background-color: {hover};
    selection-color: {text}; }}
QTableView {{ border: 1px solid transparent; border-radius: {radius}px; }}
QTableView:focus {{ border: 1px solid {accent}; }}
QGraphicsView {{ background: transparent; border: none; }}
QHeaderView {{ background: transparent; border: none; }}
QHeaderView::section {{ background: transparent; color: {muted}; border: none; border-bottom: 1px solid {line};
    padding: 0 12px; height: {control}px; font-size: {small}px; }}
QScrollBar:vertical {{ background: transparent; width: 12px; margin: 2px; }}
QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 2px; }}
QScrollBar::handle {{ background: {line_strong}; border-radius: 4px; min-height: 32px; min-width: 32px; }}
QScrollBar::handle:hover {{ background: {faint}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QMenu {{ background: {surface}; color: {text}; border: 1px solid {line_strong}; padding: 4px; }}
QMenu::item {{ padding: 8px 24px 8px 12px; border-radius: 4px; }}
QMenu::item:selected {{ background: {hover}; }}
"""


def stylesheet(tokens: Tokens, percent: int = 100) -> str:
    """Write the whole style sheet of a theme, for a text size in per cent."""

    def scaled(pixels: int) -> int:
        return pixels * percent // 100

    values: dict[str, object] = tokens._asdict()
    values |= {"radius": RADIUS, "card": CARD_RADIUS, "small": scaled(SMALL), "control": scaled(CONTROL_HEIGHT)}
    # A control's height is without its 1-px borders.
    values |= {"inner": scaled(CONTROL_HEIGHT) - 2, "nav": scaled(34) - 2, "compact": scaled(28) - 2}
    # Folded, a page is an icon, which does not grow; beside large letters it leaves room for what does.
    values |= {"tick": scaled(18), "folded": 26 if percent < 150 else 22, "icons": 20 + scaled(12)}
    tones = "".join(
        _TONE.format(tone=tone, ink=tokens.tone(tone), soft=tokens.soft(tone), radius=RADIUS, pill=scaled(20) // 2)
        for tone in ("neutral", "accent", "ok", "warn", "bad", "info")
    )
    return "".join(part.format(**values) for part in (_FRAME, _CONTROLS, _VIEWS)) + tones
