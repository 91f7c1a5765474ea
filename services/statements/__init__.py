"""Three-way statements: chain, node and desk side by side, signed, and checked again by anybody, offline."""
