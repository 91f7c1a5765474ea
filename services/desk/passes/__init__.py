"""The pass on a desk: what it costs, what was watched with it, and a creator's side of its months."""
