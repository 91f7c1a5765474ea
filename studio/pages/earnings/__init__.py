"""What came in, by day, film, tier and kind, down to the ledger's lines."""
