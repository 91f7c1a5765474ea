"""From a file to a film for sale."""
