"""Benchmarks: how fast stored problems are proven, compared with other solvers."""
