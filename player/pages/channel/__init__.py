"""One creator's films."""
