"""Reports for the manager: each as a picture, a table and a download."""
