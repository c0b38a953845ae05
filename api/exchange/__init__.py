"""Import, export and demo data: problems into and out of the diary."""
