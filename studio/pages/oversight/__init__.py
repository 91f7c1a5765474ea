"""What an operator of the node decides."""
