"""The catalogue: what is published, by what it is found, and what its owner may change."""
