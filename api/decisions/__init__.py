"""Daily decisions: offers of slots, and what follows from a change of the diary."""
