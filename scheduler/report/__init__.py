"""Reports of a schedule for people: the account, the causes of lateness, the summary and the workbook."""
