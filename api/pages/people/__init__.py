"""People and rooms: chairs, minute takers, rooms and offices, their absences and closures."""
