"""Sharing a pooled pass: engagement, allocation, smoothing, trust and scores; whole numbers wherever money follows."""
