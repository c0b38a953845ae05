"""Bookings: list them, and make, move and cancel them by hand."""
