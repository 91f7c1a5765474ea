"""Cases: what looks like cheating waits for a person, with the reason and a way to object."""
