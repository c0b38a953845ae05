"""The comparison of a base with its scenarios, and the proven differences."""
