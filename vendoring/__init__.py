"""Files of other projects that the pages need: where they come from, and how to fetch them again."""
