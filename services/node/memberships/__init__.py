"""Memberships: quotes, payments into the Escrow, who is a member until when, and refunds."""
