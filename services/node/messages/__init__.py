"""Messages of members to their creators: a perk of a tier."""
