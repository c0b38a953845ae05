"""Questions about a conference: why it is booked as it is, and why it is not in another slot."""
