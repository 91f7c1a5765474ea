"""Playing a film: its timeline, its chunks in the clear, its budget."""
