"""What this person watched and owns."""
