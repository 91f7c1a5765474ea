"""From a file on this computer to an item for sale."""
