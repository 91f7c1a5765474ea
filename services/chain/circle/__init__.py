"""Circle's developer-controlled wallets: somebody else's key sends for us, asked once for each intent.

Source: Circle's API reference for developer-controlled wallets (developers.circle.com, seen 2026-11).
"""
