"""What a public body must say: accessibility, cookies and privacy."""
