"""Absences of people and closures of rooms."""
