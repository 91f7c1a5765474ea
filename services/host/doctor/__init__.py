"""Looks a node over, changing nothing, and says in sentences what is wrong and what to do about it."""
