"""A schedule for people: an account of it in words, why conferences are late, a summary, and the workbook."""
