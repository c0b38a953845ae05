"""What-if for the manager: scenarios from a form, their progress, and how they compare; and the value of one more."""
