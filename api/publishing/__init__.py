"""Publishing: what a draft would change, publishing it, and restoring an old publication."""
