"""The demonstration: a diary of this month and the next, made up and published by the functions of the service."""
