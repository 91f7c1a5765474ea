"""The pooled pass: one price for all creators who take part, and its months shared out by what was watched."""
