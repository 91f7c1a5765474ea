"""Breaks the contracts one statement at a time and runs the suite on each: ``python -m tests.contracts.mutants``.

Mutations are derived by rule from the sources (each check, each store, each event, each transfer, each guard), and the
derived list is committed in mutants.txt, with the reason beside each that changes nothing. A mutant that the suite does
not notice is a hole in the suite.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from random import Random

from contracts import build
from contracts.compiler import CompileError, compile_sources, project_sources

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
LIST = HERE / "mutants.txt"
FOLDER_VARIABLE = "MUSECLOCK_TEST_ARTIFACTS"
# Of each source that is broken: the contract that has it, and the suites that have to notice.
_CHANNELS = ("Channels", ("test_channels_*.py", "test_channel_invariants.py"))
_ESCROW = ("Escrow", ("test_escrow_*.py", "test_invariants.py"))
OURS = {
    "Books": _ESCROW,
    "Channels": _CHANNELS,
    "DepositCollector": ("DepositCollector", _CHANNELS[1]),
    "Escrow": _ESCROW,
    "Memberships": _ESCROW,
    "Pool": _ESCROW,
    "Till": _ESCROW,
}
_PYTEST = (
    # Without the project's settings and plugins, which take longer to load than most mutants to be noticed.
    *("-m", "pytest", "-x", "-q", "--noconftest", "-c", os.devnull, "--rootdir", str(ROOT), "--import-mode=importlib"),
    *("-p", "no:cacheprovider", "-p", "no:randomly", "-p", "no:pytest-qt"),
    *("-p", "tests.fixtures.chain", "-p", "tests.fixtures.chain_channels"),
)

_CHECK = re.compile(r"if \((?P<condition>[^{};]*?)\)(?= (?:revert |\{\s+revert ))")
_STATEMENT = re.compile(
    r"(?P<statement>(?:"
    r"emit \w[^;]*"  # an event
    r"|delete _\w+[^;]*"
    r"|(?:_\w+(?:\[[^;=]*?\])*|channel|account|withdrawal)(?:\.\w+)? (?:[-+]?=) [^;=][^;]*"  # a store
    r"|(?:_token|IERC20\([\w.]+\))\.safeTransfer\([^;]*"
    r"|_require\w+\([^;{]*"  # a check in a function of its own
    r"|_(?:pull|addToPool|giveBack|bring|claim|refund)\([^;{]*"
    r"));"
)
_GUARD = re.compile(r" (?:nonReentrant|onlyOwner)(?= )")
_ORDER_NONCE = re.compile(r"_useNonce\(creator\)")


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of one source: the text in [start, end) becomes ``text``."""

    source: str
    name: str
    start: int
    end: int
    text: str


def mutants() -> list[Mutant]:
    """Derive all mutants, in the order of the sources."""
    found = []
    for source in OURS:
        text = (ROOT / "contracts" / "src" / f"{source}.sol").read_text(encoding="utf-8")
        found += sorted(_of(source, text), key=lambda one: (one.start, one.end))
    return found


def _of(source: str, text: str) -> Iterator[Mutant]:
    for match in _CHECK.finditer(text):
        for start, end in _operands(match.start("condition"), match.group("condition")):
            yield _named(source, text, match.start(), f"never {_flat(text[start:end])}", start, end, "false")
    for match in _STATEMENT.finditer(text):
        before = text[text.rfind("\n", 0, match.start()) + 1 : match.start()].lstrip()
        if before and not re.fullmatch(r"else |if \(.*\) ", before):
            continue  # a declaration, or a comment
        what = _flat(match.group("statement"))
        yield _named(source, text, match.start(), f"drop {what}", match.start(), match.end(), "{}")
    for pattern, what, new in ((_GUARD, "without", ""), (_ORDER_NONCE, "reuse", "nonces(creator)")):
        for match in pattern.finditer(text):
            name = f"{what} {match.group().strip()}"
            yield _named(source, text, match.start(), name, match.start(), match.end(), new)


def _operands(start: int, condition: str) -> Iterator[tuple[int, int]]:
    """Cut a condition at its outermost ``||``."""
    at = start
    for part in condition.split("||"):
        stripped = part.strip()
        place = at + part.index(stripped)
        yield place, place + len(stripped)
        at += len(part) + 2


def _named(source: str, text: str, where: int, name: str, start: int, end: int, new: str) -> Mutant:
    functions = re.findall(r"(?:function (\w+)|(constructor)\()", text[:where])
    function = next((name or other for name, other in reversed(functions)), "")
    return Mutant(source, f"{source}.{function}: {name}", start, end, new)


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", text)[:90]


def listed() -> dict[str, str]:
    """Read the committed list: each mutant's name, and why it changes nothing (empty when it must be noticed)."""
    lines = [line for line in LIST.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    split = [line.partition("  # ") for line in lines]
    return {name: reason for name, _, reason in split}


def is_noticed(mutant: Mutant, folder: Path, *, keep_engine: bool = False) -> bool:
    """Build a mutant and run the suite on it until something fails."""
    contract, suites = OURS[mutant.source]
    sources = dict(_sources(contract))
    path = f"src/{mutant.source}.sol"
    sources[path] = sources[path][: mutant.start] + mutant.text + sources[path][mutant.end :]
    try:
        output = compile_sources(sources, warnings=False, keep_engine=keep_engine)
    except CompileError:
        return True
    shutil.copytree(build.ARTIFACTS, folder, dirs_exist_ok=True)
    for artifact, content in build.artifacts(output).items():
        (folder / artifact.name).write_text(content, encoding="utf-8")
    return _suite_fails(folder, suites)


@lru_cache(maxsize=8)
def _sources(contract: str) -> dict[str, str]:
    return project_sources(contract)


def _suite_fails(folder: Path, suites: tuple[str, ...]) -> bool:
    files = [str(path) for pattern in suites for path in sorted(HERE.glob(pattern))]
    environment = {**os.environ, FOLDER_VARIABLE: str(folder), "MUSECLOCK_CHAIN_EXAMPLES": "10"}
    done = subprocess.run(
        [sys.executable, *_PYTEST, *files], cwd=ROOT, env=environment, capture_output=True, check=False, timeout=600
    )
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stdout.decode(errors="replace")[-2000:])
    return done.returncode == 1


def chosen(count: int | None, seed: int) -> list[Mutant]:
    """Choose among the mutants that must be noticed; all of them without a count."""
    wanted = [mutant for mutant in mutants() if not listed().get(mutant.name, "")]
    return wanted if count is None else sorted(Random(seed).sample(wanted, count), key=wanted.index)  # noqa: S311


def main() -> int:
    """Run the command; the exit code is 1 when a mutant goes unnoticed."""
    parser = argparse.ArgumentParser(prog="python -m tests.contracts.mutants", description=__doc__)
    parser.add_argument("--list", action="store_true", help="print the derived names and end")
    parser.add_argument("--sample", type=int, help="this many, chosen by --seed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="those whose name contains this")
    options = parser.parse_args()
    if options.list:
        print("\n".join(mutant.name for mutant in mutants()))
        return 0
    unnoticed = []
    todo = [mutant for mutant in chosen(options.sample, options.seed) if options.only in mutant.name]
    with tempfile.TemporaryDirectory() as folder:
        for number, mutant in enumerate(todo, start=1):
            started = time.monotonic()
            found = is_noticed(mutant, Path(folder), keep_engine=True)
            took = time.monotonic() - started
            said = "noticed" if found else "UNNOTICED"
            print(f"{number}/{len(todo)} {said} {mutant.name} ({took:.1f} s)", flush=True)
            unnoticed += [] if found else [mutant.name]
    print(f"{len(todo) - len(unnoticed)} of {len(todo)} noticed")
    return 1 if unnoticed else 0


if __name__ == "__main__":
    sys.exit(main())
