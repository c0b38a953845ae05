"""The diary: conferences, bookings, absences, registers and the service's settings."""
