"""Backups of the diary: a consistent copy while the service runs, and its restoration while it doesn't."""
