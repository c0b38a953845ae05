"""Work in the background: a runner in the server, and the processes in which plans are made."""
