"""From a problem to a linear 0-1 programme: what is possible, and what the rules make of it."""
