"""Theme, wallet, about."""
