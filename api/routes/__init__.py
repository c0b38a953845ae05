"""The API's routes: each parses, calls, and returns."""
