"""What publishing a draft would change, and publishing it."""
