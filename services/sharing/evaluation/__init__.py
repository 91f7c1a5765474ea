"""Simulated months with a known truth, and how far each way of sharing is from it."""
