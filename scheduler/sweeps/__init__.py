"""Sweeps: many independent solves, by processes of this machine or a Dask cluster."""
