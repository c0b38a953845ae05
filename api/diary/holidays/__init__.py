"""Bank holidays and terms, read from files."""
