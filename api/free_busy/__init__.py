"""Free/busy: the times at which chairs are busy by their own calendars, and the named days of holiday calendars."""
