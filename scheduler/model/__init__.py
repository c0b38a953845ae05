"""The linear 0-1 programme of a problem: its candidates, and the rules' rows, columns and costs."""
