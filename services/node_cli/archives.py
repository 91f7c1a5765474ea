"""``museclock-node cid`` and ``car``: names of files, and blocks in archives that any IPFS program reads."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from services.ipfs.car import import_car, write_car
from services.ipfs.durable import disk_problems
from services.ipfs.store import DiskBlockStore
from services.ipfs.unixfs import PROFILE, name_file
from services.node_cli.command import Command, CommandError
from services.node_cli.terminal import Terminal
from services.units.cid import Cid

if TYPE_CHECKING:
    from services.ipfs.kubo import KuboBlockStore


def _declare_cid(parser: ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE")


def _cid(given: Namespace, terminal: Terminal) -> int:
    try:
        name = name_file(given.file)
    except OSError as exc:
        raise CommandError(f"{given.file} cannot be read: {exc.strerror}.") from exc
    except ValueError as exc:
        raise CommandError(f"{given.file} cannot be read: {exc}.") from exc
    terminal.say(f"{given.file}, by the profile {PROFILE}:")
    terminal.say(str(name))
    return 0


def _declare_car(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION", dest="action")
    out = actions.add_parser("export", help="write a file's blocks into an archive")
    out.add_argument("cid", metavar="CID", help="the file's name")
    back = actions.add_parser("import", help="take an archive's blocks into a store, each checked")
    for parser_of_action in (out, back):
        parser_of_action.add_argument("file", type=Path, metavar="FILE")
        parser_of_action.add_argument(
            "--store",
            required=True,
            metavar="STORE",
            help="folder of blocks, or a daemon's address, such as /ip4/127.0.0.1/tcp/5001",
        )


def _car(given: Namespace, terminal: Terminal) -> int:
    return _export(given, terminal) if given.action == "export" else _import(given, terminal)


def _export(given: Namespace, terminal: Terminal) -> int:
    try:
        root = Cid.parse(given.cid)
    except ValueError as exc:
        raise CommandError(f"{exc}. It begins with b and names CIDv1 content.") from exc
    if given.file.exists():
        raise CommandError(f"{given.file} exists. Choose another name, nothing is overwritten.")
    unfinished = given.file.with_name(given.file.name + ".part")
    try:
        with _usable(given.file), _store(given.store, is_new=False) as store:
            with unfinished.open("xb") as file:
                count = write_car(file, store, root)
            unfinished.rename(given.file)
    finally:
        unfinished.unlink(missing_ok=True)
    terminal.say(f"{count} block(s) of {root} are in {given.file}.")
    return 0


def _import(given: Namespace, terminal: Terminal) -> int:
    with _usable(given.file), given.file.open("rb") as file, _store(given.store, is_new=True) as store:
        roots, count = import_car(file, store)
        if not isinstance(store, DiskBlockStore):
            for root in roots:
                store.pin(root)
    terminal.say(f"{count} block(s) are in {given.store}. Roots:")
    for root in roots:
        terminal.say(str(root))
    return 0


@contextmanager
def _store(text: str, *, is_new: bool) -> Iterator[DiskBlockStore | KuboBlockStore]:
    # Imported when needed: a tenth of a second that most commands do without.
    from services.ipfs.kubo import KuboBlockStore, is_daemon_address

    if is_daemon_address(text):
        with closing(KuboBlockStore(text)) as daemon:
            yield daemon
    elif is_new or Path(text).is_dir():
        with _usable(Path(text)):
            store = DiskBlockStore(Path(text))
        yield store
    else:
        raise CommandError(f"There is no store at {text}.")


@contextmanager
def _usable(path: Path) -> Iterator[None]:
    """Turn a file that cannot be opened into a sentence; a full disk keeps its own."""
    try:
        with disk_problems():
            yield
    except OSError as exc:
        raise CommandError(f"{path} cannot be used: {exc.strerror}.") from exc


CID = Command("cid", "name a file as IPFS names it", _declare_cid, _cid)
CAR = Command("car", "blocks of a file as an archive (CARv1), out and in", _declare_car, _car)
