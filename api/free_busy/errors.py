"""The error for a calendar that can't be fetched or read."""


class CalendarRefused(Exception):  # noqa: N818  # its text is a message to the person who sent the calendar
    """A calendar that can't be fetched or read. The message says why and what to do instead, and quotes nothing private."""
