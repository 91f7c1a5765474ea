"""Brings a database to the schema of this version, or refuses a newer one."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, inspect, text

from services.db.engine import Database
from services.wire.problems import ProblemError

Kind = Literal["desk", "node", "proxy"]
Standing = Literal["new", "behind", "current", "newer"]
_ROOT = Path(__file__).parent / "migrations"


def migrate(database: Database, kind: Kind) -> None:
    """Apply the missing migrations in one unit. Raises ProblemError: profile.newer."""
    revisions = known_revisions(kind)
    with database.write() as session:
        connection = session.connection()
        current = _current_revision(connection)
        if current == revisions[-1]:
            return
        if current is not None and current not in revisions:
            raise ProblemError("profile.newer", revision=current)
        _upgrade(connection, kind)


def standing(database: Database, kind: Kind) -> Standing:
    """Compare a database's schema with this version's, changing nothing; new: it has none."""
    revisions = known_revisions(kind)
    with database.read() as session:
        current = _current_revision(session.connection())
    if current is None:
        return "new"
    if current not in revisions:
        return "newer"
    return "current" if current == revisions[-1] else "behind"


def known_revisions(kind: Kind) -> list[str]:
    """List this version's revisions, oldest first: each is named as its file, ``desk_0001`` and so on."""
    return sorted(path.stem for path in (_ROOT / kind).glob(f"{kind}_[0-9]*.py"))


def _current_revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return None if found is None else str(found)


def _upgrade(connection: Connection, kind: Kind) -> None:
    # Half a second's import that only a new or an old database needs.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_ROOT).replace("%", "%%"))
    config.set_main_option("version_locations", str(_ROOT / kind).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
