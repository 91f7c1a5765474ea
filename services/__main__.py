"""``python -m services``: the service process, started by the window."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from pathlib import Path

from pydantic import BaseModel


def main(arguments: list[str] | None = None) -> int:
    """Run the service until standard input ends."""
    parser = argparse.ArgumentParser(prog="python -m services", description=__doc__)
    parser.add_argument("--profile", type=Path, required=True, help="folder of keys, ledgers and blocks")
    parser.add_argument("--demo", action="store_true", help="open the demo world")
    parser.add_argument("--size", help="of a new demo world: empty, small, normal or large")
    options = parser.parse_args(arguments)
    os.umask(0o077)
    # What is loaded stays: looking for garbage among it takes a sixth of the start.
    gc.disable()
    # FastAPI's own types describe an OpenAPI document that a desktop never asks for.
    BaseModel.model_config["defer_build"] = True
    import fastapi  # noqa: F401

    del BaseModel.model_config["defer_build"]
    from services.host.logs import log_to
    from services.host.serve import serve
    from services.http.serving import run

    gc.freeze()
    gc.enable()
    log_to(options.profile / "logs")
    return run(serve(options.profile, is_demo=options.demo, size=options.size))


if __name__ == "__main__":
    sys.exit(main())
