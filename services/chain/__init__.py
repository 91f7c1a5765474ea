"""The chain: what is read from it, what is signed for it, and the demo chain that stands in for Arc offline."""
