"""Answers questions from an index, with a citation for every statement, and serves them."""
