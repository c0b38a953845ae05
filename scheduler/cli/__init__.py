"""What a person types: one file a command. Only ``plan`` loads the solver."""
