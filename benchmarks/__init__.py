"""How fast months are proven, beside what a plain solver takes for the same."""
