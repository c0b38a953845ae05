"""The first offices, rooms and chairs, entered by hand: the other way into an empty diary."""
