"""Pinning services: told of a film by one root, they fetch it from the daemons of the list and keep it."""

from __future__ import annotations

import logging
from contextlib import closing

from services.desk.context import Desk
from services.desk.storage.record import listed, token_of
from services.ipfs.kubo import KuboBlockStore
from services.ipfs.pinning import MAX_ORIGINS, PinningService
from services.ipfs.unixfs import add_folder
from services.units.cid import Cid
from services.wire.problems import ProblemError

_log = logging.getLogger(__name__)


def check_service(address: str, token: str) -> None:
    """See whether a service takes a token. Blocking. Raises ProblemError: as PinningService."""
    with closing(PinningService(address, token)) as service:
        service.check()


def have_pinned(desk: Desk, address: str, files: tuple[Cid, ...]) -> bool:
    """Ask a service to keep a film, once; whether it has all of it by now. Blocking.

    Asked again later it says how far it is; what failed is asked for anew. Raises ProblemError: as PinningService,
    content.missing.
    """
    root = add_folder(desk.blocks, files)
    with closing(PinningService(address, token_of(desk, address))) as service:
        # Looked up first: the API takes the same request as often as it comes.
        pin = service.find(root)
        if pin is None or pin.state == "failed":
            origins = _origins(desk, root)
            pin = service.add(root, origins) if pin is None else service.again(pin, origins)
    return pin.state == "pinned"


def _origins(desk: Desk, root: Cid) -> tuple[str, ...]:
    """Give the daemons of the list the film's root, and name the addresses at which they say to be reached."""
    found: list[str] = []
    for target in listed(desk, "daemon"):
        try:
            with closing(KuboBlockStore(target.address)) as daemon:
                daemon.put(desk.blocks.get(root), root.codec)
                found += daemon.addresses()
        except ProblemError as problem:
            _log.info("no origin", extra={"storage": target.address, "code": problem.code})
    return tuple(dict.fromkeys(found))[:MAX_ORIGINS]
