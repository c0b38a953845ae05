"""Reports: pure functions from values to rows, which know neither the database nor HTTP; ``queries.py`` reads the values."""
