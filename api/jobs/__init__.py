"""Work in the background: a queue of jobs, a runner in the server, and the processes that do the jobs."""
