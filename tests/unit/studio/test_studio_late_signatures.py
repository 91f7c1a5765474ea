"""PySide's signatures come late, and are then what they always are.

In processes of their own: PySide is loaded once.
"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_LATE = "from studio.kit.late_signatures import import_qt; import_qt()\n"
_READ = "from studio.kit.late_signatures import read_signatures; read_signatures()\n"
_STAND_INS = """
import sys
print(*sorted(name for name, its in sys.modules.items() if type(its).__name__ == "_LateModule"))
"""
# All that a program meets of them: the words of its mistakes, signatures, help, and the stub generator.
_ASKED = """
from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QColor
def told(call):
    try:
        call()
    except (TypeError, AttributeError, ValueError) as exc:
        print(type(exc).__name__, exc)
told(lambda: QColor("red").setRgb("x"))
told(lambda: QObject(nothing=1))
told(lambda: QObject().setObjectName())
told(lambda: QTimer.singleShot("x"))
from PySide6.support.signature import get_signature, layout, parser
print(get_signature(QColor.setRgb), str(get_signature(QTimer.singleShot)[0]), QColor.name.__doc__)
from PySide6.support.signature.lib import enum_sig, pyi_generator
print(enum_sig.ExactEnumerator.__name__, pyi_generator.generate_pyi.__name__)
print(layout.__name__, layout.__spec__.name, parser.__file__, parser.__package__, type(parser.__loader__).__name__)
"""


def _run(root: Path, code: str) -> str:
    run = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_a_start_runs_none_of_what_comes_late(root: Path) -> None:
    words = _run(root, _LATE + "import studio.app, studio.ending" + _STAND_INS)
    parts = ("errorhandler", "layout", "lib.enum_sig", "lib.pyi_generator", "lib.tool", "parser")
    assert set(words.split()) >= {f"shibokensupport.signature.{part}" for part in parts}


def test_whoever_asks_gets_what_pyside_gives(root: Path) -> None:
    plain, late = _run(root, _ASKED), _run(root, _LATE + _ASKED)
    assert "Supported signatures" in plain
    assert late == plain


def test_what_tells_mistakes_is_read_before_one_is_made(root: Path) -> None:
    words = _run(root, _LATE + "import PySide6.QtCore\n" + _READ + _STAND_INS)
    assert {name.rpartition(".")[2] for name in words.split()} == {"enum_sig", "pyi_generator"}


def test_the_finders_are_as_they_were(root: Path) -> None:
    code = "import sys\nbefore = [type(one).__name__ for one in sys.meta_path]\n" + _LATE
    code += "print(before == [type(one).__name__ for one in sys.meta_path], type(sys.meta_path).__name__)"
    assert _run(root, code).split() == ["True", "list"]
