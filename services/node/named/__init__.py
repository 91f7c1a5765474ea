"""Accounts by name in front of a node: a client with the wallets of everybody who has no other.

The node behind it knows nothing of names: it is signed in to, shown proofs, and paid, like by any desktop.
"""
