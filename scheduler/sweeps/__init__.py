"""Sweeps: many independent solves, by processes on this machine or by a Dask cluster."""
