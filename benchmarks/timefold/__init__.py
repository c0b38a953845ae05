"""Timefold as a peer: the contract's rules as constraint streams, searched by local search, in an environment of its own."""
