"""What a film could cost: counted from what was measured in its file, and put into words."""
