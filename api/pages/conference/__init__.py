"""One conference: its clock, its place, its history, and what can be done with it."""
