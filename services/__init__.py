"""The local service layer: keys, ledger, chain and content. Never imports Qt."""
