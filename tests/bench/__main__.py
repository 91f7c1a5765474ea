"""Runs the groups of figures, each in a process of its own, and writes bench.json."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SHOWN_VERSIONS = ("PySide6_Essentials", "python-vlc", "av", "pyrevm", "web3", "coincurve", "sqlalchemy", "cryptography")
NOT_GROUPS = {"__main__"}


def groups() -> list[str]:
    """Name the groups: the modules beside this one that have figures."""
    return sorted(path.stem for path in HERE.glob("*.py") if path.stem not in NOT_GROUPS)


def machine() -> dict[str, object]:
    """Describe where the figures were taken."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    model = ""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    except OSError:
        model = platform.processor()
    return {
        "system": platform.platform(terse=True),
        "processor": model or platform.machine(),
        "cores": os.cpu_count(),
        "memory_mib": memory // 2**20,
        "load_before": [round(load, 2) for load in os.getloadavg()],
    }


def run_group(name: str) -> dict[str, Any]:
    """Run one group in a child process; its figures come as the last line of its output."""
    command = [sys.executable, "-m", "tests.bench", "--child", name]
    environment = {"QT_QPA_PLATFORM": "offscreen", **os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    run = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if run.returncode != 0:
        raise SystemExit(f"group {name} failed with {run.returncode}")
    figures: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return figures


def show(figures: dict[str, Any]) -> None:
    """Print a table."""
    width = max(map(len, figures), default=0)
    for name, figure in figures.items():
        goal = f"goal {figure['goal']}" if figure.get("goal") is not None else ""
        print(f"{name:<{width}}  {figure['value']!s:>12} {figure['unit']:<6} {goal:<16} {figure.get('note', '')}")


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--only", choices=groups(), help="one group")
    parser.add_argument("--out", type=Path, default=ROOT / "bench.json")
    parser.add_argument("--child", choices=groups(), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        print(json.dumps(importlib.import_module(f"tests.bench.{given.child}").figures()))
        return
    about = {
        "machine": machine(),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in SHOWN_VERSIONS}},
    }
    figures: dict[str, Any] = {}
    for group in [given.only] if given.only else groups():
        print(f"— {group}", flush=True)
        found = run_group(group)
        show(found)
        figures.update(found)
    given.out.write_text(json.dumps({**figures, **about}, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"written: {given.out}")


if __name__ == "__main__":
    main()
