"""Brings a database to the schema of this version, or refuses a newer one."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from services.db.engine import Database
from services.wire.problems import ProblemError

Kind = Literal["desk", "node"]
_ROOT = Path(__file__).parent / "migrations"


def migrate(database: Database, kind: Kind) -> None:
    """Apply the missing migrations in one unit. Raises ProblemError: profile.newer."""
    config = Config()
    config.set_main_option("script_location", str(_ROOT).replace("%", "%%"))
    config.set_main_option("version_locations", str(_ROOT / kind).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    scripts = ScriptDirectory.from_config(config)
    with database.write() as session:
        connection = session.connection()
        current = MigrationContext.configure(connection).get_current_revision()
        if current == scripts.get_current_head():
            return
        if current is not None and current not in {script.revision for script in scripts.walk_revisions()}:
            raise ProblemError("profile.newer", revision=current)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
