"""Runs the pinned Solidity compiler (npm's soljson, built for JavaScript) inside mini-racer: no Node.js needed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from contracts.packages import ROOT, LockedPackage, PackageError, locked_packages, read_package

if TYPE_CHECKING:
    from pathlib import Path

    from py_mini_racer import MiniRacer

SOURCES = ROOT / "src"
# Prague code runs on Prague and on Osaka, which Arc's mainnet has been since its genesis. Without the CBOR tail and
# the metadata hash the output depends on the sources only, not on paths or comments' whereabouts.
SETTINGS: dict[str, Any] = {
    "optimizer": {"enabled": True, "runs": 200},
    "evmVersion": "prague",
    "metadata": {"bytecodeHash": "none", "appendCBOR": False},
}
_OUTPUT = ["abi", "evm.bytecode.object", "evm.deployedBytecode.object", "evm.methodIdentifiers", "storageLayout"]
# The build for JavaScript looks for a browser; these make it take the plain path.
_PRELUDE = "var window = undefined; var self = undefined; var process = undefined;"
_COMPILE = "Module.cwrap('solidity_compile', 'string', ['string', 'number'])"


class CompileError(Exception):
    """The compiler refused the sources; the text is its own report."""


@dataclass(frozen=True, slots=True)
class Toolchain:
    """What sources are compiled with: every part of it shows in the bytes that come out."""

    solc: LockedPackage
    base: LockedPackage
    settings: dict[str, Any]


def our_toolchain() -> Toolchain:
    """Give what our own contracts are compiled with."""
    packages = locked_packages()
    return Toolchain(packages["solc"], packages["@openzeppelin/contracts"], SETTINGS)


def compile_sources(
    sources: dict[str, str], *, toolchain: Toolchain | None = None, warnings: bool = True, keep_engine: bool = False
) -> dict[str, Any]:
    """Compile files, by path, and give the compiler's JSON output. Raises CompileError, PackageError.

    toolchain: ours without one. warnings: whether a warning about a file of ours is an error. keep_engine: leave the
    compiler loaded, with a thread of its own, for the next call.
    """
    used = toolchain or our_toolchain()
    request = {
        "language": "Solidity",
        "sources": {path: {"content": text} for path, text in sources.items()},
        "settings": used.settings
        | {"outputSelection": {path: {"*": _OUTPUT} for path in sources if path.startswith("src/")}},
    }
    try:
        command = f"{_COMPILE}({json.dumps(json.dumps(request))}, 0)"
        output: dict[str, Any] = json.loads(str(_engine(used.solc).eval(command)))
    finally:
        if not keep_engine:
            _engine.cache_clear()
    failures = [
        entry["formattedMessage"] for entry in output.get("errors", []) if _is_failure(entry, warnings=warnings)
    ]
    if failures:
        raise CompileError("\n".join(failures))
    return output


def _is_failure(entry: dict[str, Any], *, warnings: bool) -> bool:
    """Errors anywhere, and warnings about our own files; the base contracts' warnings are their authors' business."""
    ours = warnings and entry.get("sourceLocation", {}).get("file", "src/").startswith("src/")
    return bool(entry["severity"] == "error" or (entry["severity"] == "warning" and ours))


def project_sources(*roots: str) -> dict[str, str]:
    """Read contracts of ours (all of them without names) and what they import, under the paths of import statements."""
    sources = {f"src/{path.name}": path.read_text(encoding="utf-8") for path in sorted(SOURCES.glob("*.sol"))}
    wanted = [f"src/{name}.sol" for name in roots] or list(sources)
    return _reachable(sources | _base_sources(our_toolchain().base), wanted)


def folder_sources(folder: Path, base: LockedPackage, *names: str) -> dict[str, str]:
    """Read the files that define contracts, by name, anywhere in a folder of somebody else's, and what they import.

    Raises CompileError when there is none or more than one of a name, PackageError.
    """
    found = {
        f"src/{path.relative_to(folder).as_posix()}": path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*.sol"))
    }
    wanted = []
    for name in names:
        fitting = [path for path in found if path.rsplit("/", 1)[-1] == f"{name}.sol"]
        if len(fitting) != 1:
            raise CompileError(f"{folder} has {len(fitting)} files named {name}.sol; exactly one is needed")
        wanted += fitting
    return _reachable(found | _base_sources(base), wanted)


def _base_sources(base: LockedPackage) -> dict[str, str]:
    return {f"{base.name}/{path}": text for path, text in read_package(base, suffix=".sol").items()}


def _reachable(sources: dict[str, str], wanted: list[str]) -> dict[str, str]:
    """Keep what is wanted and what that imports: compiling the whole base package would take a minute."""
    kept: dict[str, str] = {}
    while wanted:
        path = wanted.pop()
        if path in kept:
            continue
        if path not in sources:
            raise CompileError(f"an import leads to {path}, which is in no locked package")
        kept[path] = sources[path]
        wanted.extend(_imports(path, sources[path]))
    return dict(sorted(kept.items()))


def _imports(path: str, text: str) -> list[str]:
    found = []
    for line in text.splitlines():
        if not (line.startswith(("import ", "} from "))):
            continue
        target = line.split('"')[1] if '"' in line else ""
        found.append(_resolve(path, target) if target.startswith(".") else target)
    return [target for target in found if target]


def _resolve(path: str, target: str) -> str:
    parts = path.split("/")[:-1]
    for step in target.split("/"):
        if step == "..":
            parts.pop()
        elif step != ".":
            parts.append(step)
    return "/".join(parts)


@lru_cache(maxsize=1)
def _engine(solc: LockedPackage) -> MiniRacer:
    # Only a rebuild needs the engine; the committed artifacts are read without it.
    from py_mini_racer import MiniRacer

    engine = MiniRacer()
    engine.eval(_PRELUDE + read_package(solc, suffix="soljson.js")["soljson.js"])
    if not str(engine.eval("Module.cwrap('solidity_version', 'string', [])()")).startswith(solc.version + "+"):
        raise PackageError(f"the compiler in {solc.tarball} is not {solc.version}")
    return engine
