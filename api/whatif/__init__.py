"""A comparison of scenarios, or the value of one more: solved in the background."""
