"""Documents to a searchable index, and the search itself. Knows nothing of answers or HTTP."""
