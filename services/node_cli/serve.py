"""``museclock-node serve``: runs a node by itself."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from platformdirs import user_state_path

from services.host.node_settings import NodeSettings, SettingsError, is_here, read_settings
from services.node_cli.command import Command, CommandError
from services.node_cli.terminal import Terminal
from services.units.time import SystemClock

SETTINGS_FILE = "settings.toml"


def declare_place(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that say which node is meant."""
    parser.add_argument("--data", type=Path, metavar="DIR", help="keys, blocks and, by default, the database")
    parser.add_argument("--database", metavar="URL", help="postgresql://… instead of SQLite in the data folder")
    parser.add_argument("--config", type=Path, metavar="FILE", help=f"settings; without it, {SETTINGS_FILE} in DIR")
    parser.add_argument("--demo", action="store_true", help="demo chain, demo money, accounts by name")


def data_folder(options: argparse.Namespace) -> Path:
    """Say which folder is meant."""
    folder: Path | None = options.data
    return folder or user_state_path("museclock") / ("node-demo" if options.demo else "node")


def config_file(options: argparse.Namespace) -> Path | None:
    """Say which file holds the settings; None where there is none."""
    given: Path | None = options.config
    usual = data_folder(options) / SETTINGS_FILE
    return given or (usual if usual.is_file() else None)


def settings_of(options: argparse.Namespace) -> NodeSettings:
    """Read the settings. Raises CommandError."""
    names = ("listen", "database", "public_url", "workers", "log_requests")
    flags = {name: getattr(options, name, None) for name in names}
    try:
        return read_settings(flags, os.environ, config_file(options))
    except SettingsError as exc:
        raise CommandError(str(exc)) from exc


def _declare(parser: argparse.ArgumentParser) -> None:
    declare_place(parser)
    parser.add_argument("--listen", action="append", metavar="HOST:PORT", help="where to answer; repeatable")
    parser.add_argument("--public-url", metavar="URL", help="where clients find the node, if not at its first address")
    parser.add_argument("--workers", metavar="N", help="processes that answer, from one PostgreSQL")
    parser.add_argument("--log-requests", action="store_const", const=True, help="a line in the log for each request")


def _run(options: argparse.Namespace, terminal: Terminal) -> int:
    settings = settings_of(options)
    if not settings.listen:
        raise CommandError("This would listen on nothing: say where, as --listen 127.0.0.1:8000.")
    if options.demo and not all(is_here(where) for where in settings.listen):
        raise CommandError("A demo node listens on this computer only: anybody may act for its accounts.")
    if settings.workers > 1 and (options.demo or not (settings.database or "").startswith("postgres")):
        raise CommandError("Several workers need one PostgreSQL: say --database postgresql://user@host/name.")
    # A second's import that other commands do without.
    from services.host.logs import log_to_errors
    from services.host.node_serve import serve_node
    from services.http.serving import run

    log_to_errors()

    def ready(addresses: tuple[str, ...]) -> None:
        terminal.say(f"The node answers at {' and '.join(addresses)}. It ends with Ctrl+C or a SIGTERM.")

    try:
        run(
            serve_node(
                data_folder(options), settings, SystemClock(),
                is_demo=options.demo, settings_file=config_file(options), ready=ready,
            )
        )  # fmt: skip
    except SettingsError as exc:
        raise CommandError(str(exc)) from exc
    return 0


COMMAND = Command("serve", "Run a node by itself.", _declare, _run)
