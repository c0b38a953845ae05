"""Planning a month: the days, what goes in, progress tier by tier, and the result with its proofs in words."""
