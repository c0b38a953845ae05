"""Calendar links: the calendars that people subscribe to, and chairs' own calendars that the service reads."""
