"""One module per format that papers come in."""
