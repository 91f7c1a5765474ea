"""The canonical channels from public sources in the operator's folder: compiled here, checked before they are sent."""

from __future__ import annotations

from pathlib import Path

from contracts.compiler import CompileError, Toolchain, compile_sources, folder_sources
from contracts.packages import LockedPackage, PackageError
from services.chain.creation import Creation
from services.chain.standard import STANDARD, standard_creations
from services.node_cli.command import CommandError

# With what the standard's contracts were compiled (facts in their repository's build settings, seen 2026-11).
TOOLCHAIN = Toolchain(
    solc=LockedPackage(
        "solc",
        "0.8.28",
        "sha512-AFCiJ+b4RosyyNhnfdVH4ZR1+TxiL91iluPjw0EJslIu4LXGM9NYqi2z5y8TqochC4tcH9QsHfwWhOIC9jPDKA==",
    ),
    base=LockedPackage(
        "@openzeppelin/contracts",
        "5.5.0",
        "sha512-R8hq4zmKKWP2c7OxeRgAcjZwvF5W0Qq2OIX7degrtdM52Q9xYr4MLJdUAVPKGUewNJ1qo+M6YiZLLnNUnjP/gg==",
    ),
    settings={
        "optimizer": {"enabled": True, "runs": 200},
        "evmVersion": "cancun",
        "metadata": {"bytecodeHash": "none", "appendCBOR": False},
    },
)


def channel_creations(folder: Path, chain_id: int) -> tuple[Creation, ...]:
    """Compile the sources in a folder and give what is to be put on a chain, in order.

    Raises CommandError when they cannot be compiled, DeploymentError when they are not the standard's.
    """
    if not folder.is_dir():
        raise CommandError(f"{folder} is no folder with sources.")
    names = (STANDARD.settlement_name, STANDARD.collector_name)
    try:
        sources = folder_sources(folder, TOOLCHAIN.base, *names)
        output = compile_sources(sources, toolchain=TOOLCHAIN, warnings=False)
    except (CompileError, PackageError) as exc:
        raise CommandError(f"The sources in {folder} cannot be compiled: {exc}") from exc
    except ModuleNotFoundError as exc:
        raise CommandError(f"Compiling needs the Python package {exc.name}: install mini-racer first.") from exc
    except (OSError, UnicodeDecodeError) as exc:
        raise CommandError(f"The sources in {folder} cannot be read.") from exc
    return standard_creations(output, STANDARD, chain_id)
