"""Blocks of films: brought by creators, held while an item names them, given to anybody as a trustless gateway."""
