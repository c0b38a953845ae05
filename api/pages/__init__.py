"""Pages for people: templates over the same workflows and queries as the API's routes."""
