"""The viewer's wallet."""
