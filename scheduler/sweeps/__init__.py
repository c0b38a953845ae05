"""Many solves at once: tasks, executors and worker processes, with each result kept as it comes."""
