"""The command line: one file per command. Only ``plan`` loads the solver."""
