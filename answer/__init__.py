"""From a question to an Answer: verbatim, located, or an honest abstention."""
