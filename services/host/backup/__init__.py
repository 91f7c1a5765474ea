"""Back-ups of a node: its database in one state, its keys, its blocks, and what was in them; and back again."""
