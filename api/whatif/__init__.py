"""Scenarios and the value of one more, solved in the background."""
