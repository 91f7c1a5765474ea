"""Runs the pinned Solidity compiler (npm's soljson, built for JavaScript) inside mini-racer: no Node.js needed."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from contracts.packages import ROOT, PackageError, locked_packages, read_package

if TYPE_CHECKING:
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


def compile_sources(sources: dict[str, str], *, warnings: bool = True, keep_engine: bool = False) -> dict[str, Any]:
    """Compile files, by path, and give the compiler's JSON output. Raises CompileError, PackageError.

    warnings: whether a warning about a file of ours is an error. keep_engine: leave the compiler loaded, with a thread
    of its own, for the next call.
    """
    request = {
        "language": "Solidity",
        "sources": {path: {"content": text} for path, text in sources.items()},
        "settings": SETTINGS
        | {"outputSelection": {path: {"*": _OUTPUT} for path in sources if path.startswith("src/")}},
    }
    try:
        output: dict[str, Any] = json.loads(str(_engine().eval(f"{_COMPILE}({json.dumps(json.dumps(request))}, 0)")))
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
    base = locked_packages()["@openzeppelin/contracts"]
    for path, text in read_package(base, suffix=".sol").items():
        sources[f"{base.name}/{path}"] = text
    wanted = [f"src/{name}.sol" for name in roots] or [path for path in sources if path.startswith("src/")]
    return _reachable(sources, wanted)


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
def _engine() -> MiniRacer:
    # Only a rebuild needs the engine; the committed artifacts are read without it.
    from py_mini_racer import MiniRacer

    solc = locked_packages()["solc"]
    engine = MiniRacer()
    engine.eval(_PRELUDE + read_package(solc, suffix="soljson.js")["soljson.js"])
    if not str(engine.eval("Module.cwrap('solidity_version', 'string', [])()")).startswith(solc.version + "+"):
        raise PackageError(f"the compiler in {solc.tarball} is not {solc.version}")
    return engine
