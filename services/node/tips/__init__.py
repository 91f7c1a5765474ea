"""Tips: money for nothing in return, with a few words to the creator."""
