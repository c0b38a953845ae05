"""What searches: each engine is one file, and the portfolio says which runs and when a tier is proven."""
