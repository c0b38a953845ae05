"""What is said of a calendar that can't be taken."""


class CalendarRefused(Exception):  # noqa: N818  # it is an answer to a person, in the person's words
    """A calendar that can't be got or read: what was found, and what to do instead. It quotes nothing private."""
