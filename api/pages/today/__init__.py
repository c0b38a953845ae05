"""Today: what needs doing, most urgent first."""
