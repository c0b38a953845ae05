"""What the service tells of itself: each report is rows from values, and knows neither database nor request."""
