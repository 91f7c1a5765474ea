"""Buying chunks: signed and on disk first, sent once, looked up when in doubt, never paid twice."""
