"""Conferences, and what follows from their outcomes."""
