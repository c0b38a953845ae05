"""Publishing: the changes that a draft would make, its publication, and the restoration of an old publication."""
