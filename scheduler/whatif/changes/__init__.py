"""Scenarios, and the changes that they make to a problem."""
