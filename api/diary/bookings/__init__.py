"""Bookings: made, moved and cancelled by hand."""
