"""The service over the Model Context Protocol; only `server` knows the SDK, and nothing here knows the transport."""
