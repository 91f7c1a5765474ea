"""Rebuilds artifacts/*.json from src/*.sol: ``python -m contracts.build``, with ``--check`` to compare only."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from contracts.compiler import SETTINGS, CompileError, compile_sources, project_sources
from contracts.packages import ROOT, PackageError, locked_packages

if TYPE_CHECKING:
    from pathlib import Path

ARTIFACTS = ROOT / "artifacts"
CONTRACTS = ("Channels", "DepositCollector", "Escrow", "MockUSDC", "Till")


def build() -> dict[Path, str]:
    """Compile everything and give each artifact's path and text; writes nothing."""
    return artifacts(compile_sources(project_sources()))


def artifacts(output: dict[str, Any]) -> dict[Path, str]:
    """Give the path and text of each artifact that is in the compiler's output."""
    found = [name for name in CONTRACTS if f"src/{name}.sol" in output["contracts"]]
    return {ARTIFACTS / f"{name}.json": _artifact(name, output) for name in found}


def differences(built: dict[Path, str]) -> list[str]:
    """Name the artifacts on disk that are not what the sources give, or have no source."""
    stale = [path.name for path, text in built.items() if not path.exists() or path.read_text("utf-8") != text]
    return sorted(stale + [path.name for path in ARTIFACTS.glob("*.json") if path not in built])


def _artifact(name: str, output: dict[str, Any]) -> str:
    contract = output["contracts"][f"src/{name}.sol"][name]
    content = {
        "contract": name,
        "compiler": f"solc {locked_packages()['solc'].version}",
        "settings": SETTINGS,
        "abi": contract["abi"],
        "methodIdentifiers": contract["evm"]["methodIdentifiers"],
        "storageLayout": [
            {"label": entry["label"], "slot": int(entry["slot"]), "offset": entry["offset"]}
            for entry in contract["storageLayout"]["storage"]
        ],
        "bytecode": "0x" + contract["evm"]["bytecode"]["object"],
        "deployedBytecode": "0x" + contract["evm"]["deployedBytecode"]["object"],
    }
    return json.dumps(content, indent=1, ensure_ascii=True) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Run the command; the exit code is 1 when artifacts differ or cannot be built."""
    parser = argparse.ArgumentParser(prog="python -m contracts.build", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail on any difference")
    options = parser.parse_args(arguments)
    try:
        built = build()
    except (PackageError, CompileError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    stale = differences(built)
    if options.check:
        sys.stdout.write("artifacts match the sources\n" if not stale else f"out of date: {', '.join(stale)}\n")
        return 1 if stale else 0
    ARTIFACTS.mkdir(exist_ok=True)
    for path, text in built.items():
        path.write_text(text, encoding="utf-8", newline="\n")
    sys.stdout.write(f"wrote {', '.join(path.name for path in built)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
