"""Databases: engine, unit of work, migrations, and the two books that desk and node both keep."""
