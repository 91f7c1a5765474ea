"""Where films of this account are kept besides this computer, and from where parts may come besides their node."""
