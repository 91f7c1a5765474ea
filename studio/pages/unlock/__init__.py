"""Opening or making the wallet."""
