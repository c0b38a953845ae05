"""Repairs: asking for a draft that mends the diary with the fewest moves."""
