"""The service's settings: its policy, calendar, clocks and feed details."""
