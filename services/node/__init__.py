"""What sells: accounts, tiers, catalogue, sales, earnings. Reached over HTTP only."""
