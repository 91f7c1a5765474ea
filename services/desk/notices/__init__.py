"""What happened that is worth telling: noted once, kept, and told by the person's rules."""
