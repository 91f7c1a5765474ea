"""What creators say of themselves: name, words and two pictures."""
