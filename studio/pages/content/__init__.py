"""A creator's films and uploads."""
