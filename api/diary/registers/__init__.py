"""Sites, rooms, chairs, minute takers and holds."""
