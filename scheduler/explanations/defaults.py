"""Defaults that the command line shows without loading the solver."""

TIME_LIMIT = 7.0
"""Seconds for all solves of an answer, so that it returns within ten on a busy machine."""
