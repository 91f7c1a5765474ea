"""What a creator's figures are read from: roll-ups of the ledger, made from its lines in their order."""
