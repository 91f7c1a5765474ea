"""Selling chunks: the 402, the payment, the key."""
