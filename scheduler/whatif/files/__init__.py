"""Scenarios read from files, and comparisons written to workbooks."""
