"""One statement for very many rows, without SQLAlchemy's work for each: the rows hold what the driver takes."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Dialect
from sqlalchemy.sql import Executable

Plain = int | str | bytes | None


class BulkStatement:
    """An INSERT or UPDATE with named parameters, compiled once a dialect."""

    def __init__(self, statement: Executable, names: Sequence[str]) -> None:
        self._statement, self._names = statement, tuple(names)
        self._compiled: dict[str, tuple[str, tuple[int, ...] | None]] = {}

    def run(self, connection: Connection, rows: Sequence[tuple[Plain, ...]]) -> int:
        """Run for each row, its values in the order of the names; gives the number of changed rows."""
        text, order = self._compile(connection.dialect)
        if order is None:
            named = [dict(zip(self._names, row, strict=True)) for row in rows]
            return connection.exec_driver_sql(text, named).rowcount
        if order != tuple(range(len(self._names))):
            rows = [tuple(row[place] for place in order) for row in rows]
        return connection.exec_driver_sql(text, list(rows)).rowcount

    def _compile(self, dialect: Dialect) -> tuple[str, tuple[int, ...] | None]:
        found = self._compiled.get(dialect.name)
        if found is None:
            compiled = self._statement.compile(dialect=dialect, column_keys=list(self._names))  # type: ignore[attr-defined]
            places = compiled.positiontup
            order = None if places is None else tuple(self._names.index(name) for name in places)
            found = self._compiled[dialect.name] = (str(compiled), order)
        return found
