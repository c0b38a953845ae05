"""Settings: every rule as a sentence with its number, the days on which nothing is held, and who changed what."""
