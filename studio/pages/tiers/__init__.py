"""Membership tiers."""
