"""Timefold as a peer: the contract's rules as constraint streams, solved by local search, in a separate environment."""
