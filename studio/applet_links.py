"""Hands museclock:// links to this app, for one person on macOS, by a small program in the folder Applications.

macOS gives a link to the bundle that declares its scheme, and as an Apple event, not as an argument. The bundle that is
written here is an AppleScript applet: the system's own ``osacompile`` makes it, its Info.plist declares the scheme, and
its one handler starts Museclock with the link, which hands it to the window that is open.
"""

from __future__ import annotations

import os
import plistlib
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Run = Callable[[Sequence[str]], None]

_BUNDLE: Final = "Museclock Links.app"
_LSREGISTER: Final = Path(
    "/System/Library/Frameworks/CoreServices.framework/Frameworks/LaunchServices.framework/Support/lsregister"
)
_DECLARED: Final[Mapping[str, object]] = {
    "CFBundleIdentifier": "app.museclock.links",
    "CFBundleName": "Museclock Links",
    "LSUIElement": True,
    "CFBundleURLTypes": [{"CFBundleURLName": "Museclock", "CFBundleURLSchemes": ["museclock"]}],
}
_PATIENCE_S: Final = 60.0


def _run(command: Sequence[str]) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=_PATIENCE_S)
    except subprocess.SubprocessError as exc:
        raise OSError(f"{Path(command[0]).name} did not work") from exc


def install(program: Path, environ: Mapping[str, str] = os.environ, run: Run = _run) -> Path:
    """Make the applet, declare the scheme in it, and tell the system; gives where it lies. Raises OSError."""
    bundle = _place(environ)
    remove(environ)
    bundle.parent.mkdir(parents=True, exist_ok=True)
    run(("osacompile", "-o", str(bundle), "-e", script(program)))
    declared = bundle / "Contents" / "Info.plist"
    said = plistlib.loads(declared.read_bytes())
    declared.write_bytes(plistlib.dumps({**said, **_DECLARED}))
    # What was sealed before its list was changed would count as damaged.
    run(("codesign", "--force", "--sign", "-", str(bundle)))
    run((str(_LSREGISTER), "-f", str(bundle)))
    return bundle


def remove(environ: Mapping[str, str] = os.environ) -> None:
    """Take the applet away; the system forgets the scheme with it. Raises OSError."""
    bundle = _place(environ)
    if bundle.exists():
        shutil.rmtree(bundle)


def script(program: Path) -> str:
    """Write the applet. The link goes to the shell as one quoted argument, whatever is in it."""
    quoted = str(program).replace("\\", "\\\\").replace('"', '\\"')
    return "\n".join(
        (
            "on open location said",
            f'  do shell script quoted form of "{quoted}" & " --open " & quoted form of said & " > /dev/null 2>&1 &"',
            "end open location",
        )
    )


def _place(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("HOME") or Path.home()) / "Applications" / _BUNDLE
