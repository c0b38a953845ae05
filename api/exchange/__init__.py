"""Problems in and out of the diary: import, export and demo data."""
