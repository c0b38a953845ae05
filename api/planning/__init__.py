"""Plans: requested, solved in the background, watched and read."""
