"""Changes of a conference beside its date: how it is held, and the correction of its outcome."""
