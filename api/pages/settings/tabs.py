"""The pages of settings, which have one place in the menu."""

from __future__ import annotations

ACTIVE = "/settings"
TABS = (("Rules", "/settings"), ("Terms and days off", "/settings/days"), ("What was changed", "/settings/history"))
