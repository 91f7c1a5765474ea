"""Balances, withdrawals, and the three books side by side."""
