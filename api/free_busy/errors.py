"""The error for a calendar that can't be fetched or read."""


class CalendarRefused(Exception):  # noqa: N818  # its text is a message to the person who sent the calendar
    """A calendar that can't be fetched or read. The message says why and what to do instead, and quotes nothing private."""


class ProgramRefused(CalendarRefused):
    """A refusal that may be due to the name of the program that asks: a sign-in, an error page, or a fault of the server."""
