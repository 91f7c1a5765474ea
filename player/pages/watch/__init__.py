"""Watching a film: the picture, the controls, the paywall and the receipts."""
