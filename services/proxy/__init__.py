"""The paying proxy: any HTTP client on this computer gets what listed nodes sell, within a budget.

It holds a key, so it listens on the loopback address only, and takes requests that carry its token.
"""
