"""What a creator sees first: how it goes, and what needs doing."""
