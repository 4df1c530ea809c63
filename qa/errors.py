"""What can go wrong above the index.

    ServiceError
    ├── SettingsError       a setting has a value it cannot have
    ├── AddressInUse        another program listens there
    ├── GenerationFailed    a language model gave no whole reply
    └── WriteBrokenOff      the process that wrote to the index ended before it was done

Errors of the index (`index.errors`) pass through unchanged: they say what to do already.
"""

from __future__ import annotations


class ServiceError(Exception):
    """Base of all errors that `qa` raises on purpose."""


class SettingsError(ServiceError):
    """A setting has a value it cannot have, or a name that none has."""


class AddressInUse(ServiceError):
    """The host and port cannot be listened on."""


class GenerationFailed(ServiceError):
    """A language model gave no whole reply; `unfinished` is the text behind its last whole sentence."""

    unfinished: str = ""


class WriteBrokenOff(ServiceError):
    """The process that wrote to the index ended before it was done; nothing is half written."""
