"""What a viewer keeps: whom it follows and blocked, what it saw last of the nodes, and films on this disk."""
