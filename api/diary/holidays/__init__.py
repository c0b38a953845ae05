"""Bank holidays and terms, imported from files."""
