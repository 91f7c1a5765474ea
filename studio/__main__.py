"""The command line of the desktop app."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from studio.kit.comeback import Comeback

_USUAL_SIZE = "normal"
# After the start its page is there by then, and a hundredth of a second is not noticed.
_CALM_MS = 4_000


def _parse(arguments: list[str]) -> argparse.Namespace:
    import argparse

    parser = argparse.ArgumentParser(prog="museclock", description="Sell and watch video by the ten seconds.")
    parser.add_argument("--profile", type=Path, metavar="DIR", help="where this person's data lies")
    parser.add_argument("--open", metavar="LINK", nargs="?", const="", default="", help="open a museclock:// link")
    commands = parser.add_subparsers(dest="command", metavar="command")
    demo = commands.add_parser("demo", help="open the demo world: a creator, a viewer, demo money")
    demo.add_argument("--profile", type=Path, metavar="DIR", default=argparse.SUPPRESS, help="where the world is kept")
    sizes = ("empty", "small", "normal", "large")
    demo.add_argument("--size", choices=sizes, help="of a world that is made anew; normal without it")
    demo.add_argument("--tour", action="store_true", help="do the main job by itself, step by step, and end")
    demo.add_argument("--media", type=Path, metavar="FILE", help="the film that the tour sells; else it makes one")
    demo.add_argument("--json", type=Path, metavar="FILE", help="write the tour's steps there")
    demo.add_argument("--shots", type=Path, metavar="DIR", help="save a picture of each step there")
    links = commands.add_parser("install-links", help="have this desktop open museclock:// links here")
    links.add_argument("--remove", action="store_true", help="take that back")
    return parser.parse_args(one_link(arguments) if sys.platform == "win32" else arguments)


def one_link(arguments: list[str]) -> list[str]:
    """Take all that comes after a leading ``--open`` for the link, as Windows hands it over in a command line.

    There a quote in a stranger's link ends the argument, and what follows would be options of ours.
    """
    return ["--open", " ".join(arguments[1:])] if arguments[:1] == ["--open"] else arguments


def run_window(profile: Path | None, *, demo: bool, size: str | None = None, link: str = "") -> int:
    """Show the window until it is closed; ends the process. A window that crashes comes back."""
    from studio.guardian import guarded

    def show(film: Comeback | None, guardian: int | None) -> int:
        return show_window(profile, demo=demo, size=size, film=film, guardian=guardian, link=link)

    return guarded(show)


def show_window(
    profile: Path | None, *, demo: bool, size: str | None, film: Comeback | None, guardian: int | None, link: str = ""
) -> int:
    """Show the window in this process, or have the one that is open on the profile come forward.

    film: to come back to. guardian: see studio.guardian.guarded. link: what to open.
    """
    import gc

    from studio.kit.late_signatures import import_qt, read_signatures
    from studio.kit.plain_imports import leave_imports_alone

    gc.disable()  # it would go over every module of the start; Studio's collector takes the work on
    import_qt()
    leave_imports_alone()  # before the many that follow
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from studio.app import Studio
    from studio.ending import end_after, end_with

    application = QApplication(sys.argv[:1])
    application.setApplicationName("museclock")
    application.setApplicationDisplayName("Museclock")
    application.setDesktopFileName("museclock")
    given = profile or _own_place(size)
    if is_open_already(given, link, demo=demo):
        sys.exit(0)
    studio = Studio(application, profile=given, demo=demo, size=size, film=film, link=link)
    studio.window.painted.connect(studio.catch_crashes)
    if guardian is not None:
        studio.window.painted.connect(partial(end_with, guardian, studio))

    QTimer.singleShot(_CALM_MS, read_signatures)

    def show() -> int:
        studio.start()
        return application.exec()

    end_after(application, studio, show)


def main(arguments: list[str] | None = None) -> int:
    """Run the desktop app."""
    words = sys.argv[1:] if arguments is None else arguments
    # The usual starts need no parser, which takes 4 ms of them.
    if not words:
        return run_window(None, demo=False, link="")
    if words == ["demo"]:
        return run_window(None, demo=True, size=_USUAL_SIZE, link="")
    given = _parse(words)
    if given.command == "install-links":
        return install_links(remove=given.remove)
    profile = given.profile.expanduser().resolve() if given.profile else None
    if given.command == "demo" and given.tour:
        from studio.tour import run

        return run(profile=profile, media=given.media, json_file=given.json, shots=given.shots)
    if given.command != "demo":
        return run_window(profile, demo=False, link=given.open)
    return run_window(profile, demo=True, size=given.size or _USUAL_SIZE, link=given.open)


def install_links(*, remove: bool) -> int:
    """Have the person's desktop hand links over, in the way of its system, or no longer; says what it did."""
    if sys.platform == "win32":
        from studio import registry_links as links
    elif sys.platform == "darwin":
        from studio import applet_links as links
    else:
        from studio import desktop_entry as links
    try:
        if remove:
            links.remove()
            print("museclock:// links are not opened here any more")
        else:
            print(f"written: {links.install(_own_program())}")
    except OSError as exc:
        print(f"could not be written: {exc}", file=sys.stderr)
        return 1
    return 0


def _own_program() -> Path:
    """Give the program beside this Python; a bundle is its own."""
    beside = Path(sys.executable).with_name("museclock.exe" if sys.platform == "win32" else "museclock")
    return beside if beside.exists() else Path(sys.argv[0]).resolve()


def is_open_already(profile: Path | None, link: str, *, demo: bool) -> bool:
    """Have a window that is open on this profile come forward with a link; False when there is none but ours."""
    from studio.kit.settings import default_profile
    from studio.single import is_open

    return is_open(profile or default_profile(demo=demo), link)


def _own_place(size: str | None) -> Path | None:
    """Give each size but the usual one a profile of its own; None for the usual one's."""
    if size in (None, _USUAL_SIZE):
        return None
    from studio.kit.settings import default_profile

    usual = default_profile(demo=True)
    return usual.with_name(f"{usual.name}-{size}")


if __name__ == "__main__":
    sys.exit(main())
