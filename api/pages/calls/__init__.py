"""The calls to make after a publication."""
