"""The service in its own words: frozen values and pure functions, with no input or output."""
