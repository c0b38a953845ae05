"""The database, SQLite or PostgreSQL: its tables and migrations, and the one place where transactions are committed."""
