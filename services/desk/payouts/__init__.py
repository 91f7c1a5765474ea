"""Payouts: what can be withdrawn, and withdrawing it."""
