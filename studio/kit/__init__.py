"""What both Qt sides share; knows no page."""
