"""Tips that this account gives, and those that it got."""
