"""The creator's pages, by route; each is imported when it is first opened."""
