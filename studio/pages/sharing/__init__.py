"""The pass from a creator's side: taking part, months explained, smoothing, cases, score, statement."""
