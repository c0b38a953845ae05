"""What the service keeps, in SQLite or PostgreSQL: tables, one commit boundary, and a query file a noun."""
