"""Reading scenarios from files and writing comparisons to workbooks."""
