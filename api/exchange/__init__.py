"""Import of problems into the diary, their export, and demo data."""
