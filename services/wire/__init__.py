"""Request and answer types and problem codes: what crosses a process border."""
