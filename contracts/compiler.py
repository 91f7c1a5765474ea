"""Runs the pinned Solidity compiler (npm's soljson, built for JavaScript) inside mini-racer: no Node.js needed."""

from __future__ import annotations

import json
from typing import Any

from contracts.packages import ROOT, PackageError, locked_packages, read_package

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


def compile_sources(sources: dict[str, str]) -> dict[str, Any]:
    """Compile files, by path, and give the compiler's JSON output. Raises CompileError, PackageError."""
    request = {
        "language": "Solidity",
        "sources": {path: {"content": text} for path, text in sources.items()},
        "settings": SETTINGS | {"outputSelection": {"*": {"*": _OUTPUT}}},
    }
    output: dict[str, Any] = json.loads(_run(json.dumps(request)))
    failures = [entry["formattedMessage"] for entry in output.get("errors", []) if _is_failure(entry)]
    if failures:
        raise CompileError("\n".join(failures))
    return output


def _is_failure(entry: dict[str, Any]) -> bool:
    """Errors anywhere, and warnings about our own files; the base contracts' warnings are their authors' business."""
    ours = entry.get("sourceLocation", {}).get("file", "src/").startswith("src/")
    return bool(entry["severity"] == "error" or (entry["severity"] == "warning" and ours))


def project_sources() -> dict[str, str]:
    """Read our contracts and the locked base contracts, under the paths that import statements use."""
    sources = {f"src/{path.name}": path.read_text(encoding="utf-8") for path in sorted(SOURCES.glob("*.sol"))}
    base = locked_packages()["@openzeppelin/contracts"]
    for path, text in read_package(base, suffix=".sol").items():
        sources[f"{base.name}/{path}"] = text
    return _reachable(sources)


def _reachable(sources: dict[str, str]) -> dict[str, str]:
    """Keep our files and what they import: compiling the whole base package would take a minute."""
    wanted = [path for path in sources if path.startswith("src/")]
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


def _run(request: str) -> str:
    # Only a rebuild needs the engine; the committed artifacts are read without it.
    from py_mini_racer import MiniRacer

    solc = locked_packages()["solc"]
    engine = MiniRacer()
    engine.eval(_PRELUDE + read_package(solc, suffix="soljson.js")["soljson.js"])
    if not str(engine.eval("Module.cwrap('solidity_version', 'string', [])()")).startswith(solc.version + "+"):
        raise PackageError(f"the compiler in {solc.tarball} is not {solc.version}")
    return str(engine.eval(f"{_COMPILE}({json.dumps(request)}, 0)"))
