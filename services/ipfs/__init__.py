"""Content by its name: block stores and UnixFS files."""
