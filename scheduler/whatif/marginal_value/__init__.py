"""The value of one more, or one fewer, of something."""
