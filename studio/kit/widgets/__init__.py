"""The pieces that pages are built of. Import them by their module."""
