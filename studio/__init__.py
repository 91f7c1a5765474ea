"""The window process: the application and the creator's side."""
