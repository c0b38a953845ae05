"""A base and its scenarios side by side, and what is proven different."""
