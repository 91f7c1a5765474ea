"""Opens the relayer that a node's profile names, with its secrets."""

from __future__ import annotations

import os
import stat
import tomllib
from pathlib import Path

from services.chain.gateway import ChainGateway
from services.chain.relayer import OwnKeyRelayer, Relayer
from services.db.engine import Database
from services.db.keybox import key_file
from services.db.transactions import SqlTransactionBook
from services.host.settings import RelayerSettings, relayer_settings
from services.units.time import Clock
from services.wire.problems import ProblemError

SECRETS_FILE = "circle.toml"
API_KEY, ENTITY_SECRET = "MUSECLOCK_CIRCLE_API_KEY", "MUSECLOCK_CIRCLE_ENTITY_SECRET"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def open_relayer(
    folder: Path, chain: ChainGateway, database: Database, clock: Clock, *, settings_file: Path | None = None
) -> Relayer:
    """Open the relayer of the node in a profile's folder ``node``; the caller closes it.

    settings_file: who says which relayer, else the profile's own settings.

    Circle's secrets come from the environment, else from ``circle.toml`` in that folder (api_key, entity_secret), which
    only its owner may read. Raises ProblemError: request.invalid, wallet.damaged.
    """
    settings = relayer_settings(settings_file or folder.parent, chain.chain_id)
    if settings.kind == "circle":
        return _open_circle(settings, folder, chain, database, clock)
    return OwnKeyRelayer(chain, key_file(folder / "relayer.key"), SqlTransactionBook(database), clock=clock)


def _open_circle(
    settings: RelayerSettings, folder: Path, chain: ChainGateway, database: Database, clock: Clock
) -> Relayer:
    import httpx

    from services.chain.circle.client import CircleClient
    from services.chain.circle.relayer import CircleRelayer
    from services.chain.circle.secret import CircleSecrets
    from services.node.circle_orders import SqlCircleOrders

    api_key, entity_secret = _secrets(folder / SECRETS_FILE)
    try:
        secrets = CircleSecrets(api_key, entity_secret)
    except ValueError as exc:
        raise ProblemError("request.invalid", field=f"circle: {exc}") from None
    if settings.wallet is None:
        raise ProblemError("request.invalid", field="settings.toml [relayer]")
    client = CircleClient(
        secrets, wallet=settings.wallet, blockchain=settings.blockchain, http=httpx.Client(), base_url=settings.url
    )
    return CircleRelayer(chain, client, SqlCircleOrders(database), clock=clock)


def _secrets(path: Path) -> tuple[str, str]:
    if API_KEY in os.environ and ENTITY_SECRET in os.environ:
        return os.environ[API_KEY], os.environ[ENTITY_SECRET]
    try:
        with path.open("rb") as file:
            if os.name == "posix" and os.fstat(file.fileno()).st_mode & _OTHERS:
                raise ProblemError("request.invalid", field=f"{SECRETS_FILE}: others may read it")
            found = tomllib.load(file)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        # Not their text: it may quote the file.
        raise ProblemError("request.invalid", field=SECRETS_FILE) from None
    return str(found.get("api_key", "")), str(found.get("entity_secret", ""))
