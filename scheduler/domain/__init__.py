"""The domain model: frozen values and pure functions, without input or output."""
