"""Pieces that several of the viewer's pages show."""
