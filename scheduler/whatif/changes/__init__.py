"""What a scenario may change of a problem, and scenarios themselves."""
