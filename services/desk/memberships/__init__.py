"""Memberships of this account: joining, renewing, the keys that they lend, and what their payments did."""
