"""Requests: take one on the phone, find dates for it, and book one of them."""
