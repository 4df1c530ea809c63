"""The service over HTTP, one module for each protocol."""
