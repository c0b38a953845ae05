"""The service: a diary that keeps its data, plans in the background, and publishes. The scheduler knows nothing of it."""
