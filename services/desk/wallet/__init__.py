"""The wallet: the key, its file, and what it holds."""
