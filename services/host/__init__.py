"""The service process: puts chain, node and desks together and serves them on one private socket."""
