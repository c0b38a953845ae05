"""Plans: request, make in the background, watch and read them."""
