"""PySide without its signatures, until somebody asks for one."""

from __future__ import annotations

import sys
import threading
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.abc import Loader
    from importlib.machinery import ModuleSpec

_BASE: Final = "shibokensupport.signature."
_OF_MISTAKES: Final = tuple(_BASE + name for name in ("lib.tool", "parser", "layout", "errorhandler"))
_OF_STUBS: Final = tuple(_BASE + name for name in ("lib.enum_sig", "lib.pyi_generator"))
_LATE: Final = frozenset(_OF_MISTAKES + _OF_STUBS)
# One for all: they import each other. Whoever holds it imports nothing that waits for another thread.
_one_at_a_time = threading.RLock()


def import_qt() -> None:
    """Import PySide's base, without what a program that makes no mistake never uses. Idempotent.

    WORKAROUND(PySide 6.11, shibokensupport.signature.loader, until it loads them by itself when they are needed): at
    the first import it compiles from source what signatures, the words of a TypeError and stub files are made of, and
    imports logging and inspect for it. That is a fifth of a bare window's start. Here each of these modules is run
    when one of its names is asked for first, which PySide does by itself.
    """
    if "shiboken6" in sys.modules:
        return
    usual = sys.meta_path
    sys.meta_path = _Finders([_Finder(), *usual])
    try:
        import PySide6
    finally:
        sys.meta_path = usual
    del PySide6


def read_signatures() -> None:
    """Have ready what tells mistakes, once nobody waits for the window. What makes stub files is left alone.

    PySide would ask for it at the first TypeError, too. But it bears no error within: two threads whose first mistakes
    came in the same moment would end the process instead of being told.
    """
    for name in _OF_MISTAKES:
        # Any name does: the first that is asked for runs it.
        getattr(sys.modules.get(name), "annotations", None)


class _Finders(list[Any]):
    """The finders while PySide is imported. It puts its own before all others: this keeps ours before that one."""

    def insert(self, index: Any, finder: Any) -> None:
        super().insert(int(index) + 1, finder)


class _Finder:
    """Finds the modules that are to come late, as the other finders do."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name not in _LATE:
            return None
        others = (finder.find_spec(name, path, target) for finder in sys.meta_path if finder is not self)
        spec: ModuleSpec | None = next((found for found in others if found is not None), None)
        if spec is not None and spec.loader is not None:
            spec.loader = cast("Loader", _LateLoader(spec.loader))
        return spec


class _LateLoader:
    """Makes a module that its own loader runs when it is used first."""

    def __init__(self, own: Loader) -> None:
        self._own = own

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _LateModule(spec, self._own)

    def exec_module(self, module: ModuleType) -> None:
        """Not now."""


class _LateModule(ModuleType):
    """Becomes what it stands for as soon as it is asked for a name."""

    def __init__(self, spec: ModuleSpec, own: Loader) -> None:
        super().__init__(spec.name)
        self.__dict__["_late"] = (spec.name, own)

    def __getattribute__(self, name: str) -> Any:
        # What every module has is asked for by the import itself.
        if name.startswith("__"):
            return ModuleType.__getattribute__(self, name)
        # Who comes second waits until it is whole.
        with _one_at_a_time:
            if (late := self.__dict__.pop("_late", None)) is not None:
                self._run(*late)
            return ModuleType.__getattribute__(self, name)

    def _run(self, name: str, own: Loader) -> None:
        spec = self.__dict__["__spec__"]
        # PySide has given it another name meanwhile, under which its own loader does not know it.
        published, spec.name, spec.loader = spec.name, name, own
        own.exec_module(self)
        spec.name = published
        self.__class__ = ModuleType  # type: ignore[assignment]  # from now on it is an ordinary one
