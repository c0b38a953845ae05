"""Calendars read in: when chairs are busy by their own, and which days are bank holidays or terms; nothing else is kept."""
