"""Import of problems into the diary, and their export."""
