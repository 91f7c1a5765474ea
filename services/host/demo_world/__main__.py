"""``python -m services.host.demo_world``: builds a world into the cache, and tells how far it is in JSON lines."""

from __future__ import annotations

import _thread
import argparse
import asyncio
import gc
import json
import os
import shutil
import sys
import threading
import time
from pathlib import Path

from services.host.demo_world import cache
from services.host.demo_world.cast import make_cast
from services.host.demo_world.ordering import ordered
from services.host.demo_world.sizes import SEED, SIZES, Size
from services.wire.problems import ProblemError

_TIDY_S = 20.0
_GIVEN_UP = threading.Event()


def main(arguments: list[str] | None = None) -> int:
    """Build unless it is there; ends when its standard input does."""
    parser = argparse.ArgumentParser(prog="python -m services.host.demo_world", description=__doc__)
    parser.add_argument("--size", choices=sorted(SIZES), default="normal")
    parser.add_argument("--seed", default=SEED)
    parser.add_argument("--cache", type=Path, default=None, help="where worlds are kept")
    parser.add_argument("--with-parent", action="store_true", help="end when standard input ends")
    given = parser.parse_args(arguments)
    os.umask(0o077)
    if given.with_parent:
        threading.Thread(target=_end_with_parent, daemon=True).start()
    # Nearly all that is made here lives on or goes at once: looking for rings of garbage is a tenth of the work.
    gc.freeze()
    gc.set_threshold(200_000, 20, 100)
    size = SIZES[given.size]
    folder = cache.world_folder(size, given.seed, root=given.cache)
    if cache.is_built(folder):
        return 0
    growing = cache.begin(folder)
    try:
        sums = asyncio.run(_made(growing, size, given.seed))
        cache.finish(growing, folder, sums, lambda part: _tell("kept", part))
    except ProblemError as problem:
        print(json.dumps({"problem": problem.body()}), flush=True)
        return 1
    except KeyboardInterrupt:
        return 1
    finally:
        shutil.rmtree(growing, ignore_errors=True)
    return 0


async def _made(growing: Path, size: Size, seed: str) -> dict[str, str]:
    cast = make_cast(seed, size)
    async with ordered(growing, cast, size) as drawn:
        # Node and desks are two seconds of imports, in which the first films are drawn.
        from services.host.demo_world.build import live

        return await live(growing, cast, size, drawn, _tell)


def _tell(stage: str, part: float) -> None:
    if _GIVEN_UP.is_set():
        raise KeyboardInterrupt
    print(json.dumps({"stage": stage, "part": round(part, 4)}), flush=True)


def _end_with_parent() -> None:
    """End as by Ctrl+C, which puts away what is half done; by force if that takes long."""
    while os.read(0, 4096):
        continue
    # An interrupt may come where nobody hears it; then the next step does.
    _GIVEN_UP.set()
    _thread.interrupt_main()
    time.sleep(_TIDY_S)
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
