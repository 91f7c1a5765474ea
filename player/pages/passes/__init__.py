"""The pass from a viewer's side: what it costs, what it opens, where the money goes."""
