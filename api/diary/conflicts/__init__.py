"""Conflicts: current bookings that break a rule."""
