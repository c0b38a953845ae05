"""Bring your data: a file is checked on a copy of the diary, corrected, and saved; and the way out, the export."""
