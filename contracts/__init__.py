"""The contracts: sources, the artifacts built from them, and the command that builds and compares."""
