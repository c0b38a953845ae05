"""Plans: their requests, their solves in the background, their progress and their results."""
