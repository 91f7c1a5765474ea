"""Value types of the field. Standard library only."""
