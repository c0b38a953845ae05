"""Calendar feeds that chairs, rooms and minute takers subscribe to."""
