"""The diary by day and by week: who is where, as tables."""
