"""What can go wrong between a client and the service, by what its user will do next.

ClientError
├── Unreachable         no connection, or it broke before the reply was whole: try again later, look at the address
│   └── TimedOut        no reply in time: wait longer
├── Refused             the service says why not: mend the request; 429 and 503 were tried again already
└── UnexpectedReply     what replied does not speak as the service does: look at the address, and at proxies
"""

from __future__ import annotations

from dataclasses import dataclass

from qa.errors import ServiceError


class ClientError(ServiceError):
    """Base of all errors of a client."""


class Unreachable(ClientError):
    """The service could not be reached, or the connection broke before the reply was whole."""


class TimedOut(Unreachable):
    """The service did not reply in time."""


class UnexpectedReply(ClientError):
    """What replied is not this service, or another version of it."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """A field of the request that is at fault."""

    field: str
    message: str


class Refused(ClientError):
    """The service did not do what was asked.

    Attributes:
        status: of HTTP; in a stream, the one that it would have had.
        detail: what was wrong and what to do.
        request_id: finds the request in the service's log.
        errors: the fields at fault, where it was fields.
    """

    def __init__(
        self, status: int, detail: str, request_id: str | None = None, errors: tuple[FieldError, ...] = ()
    ) -> None:
        super().__init__(f"{detail} (status {status}, request {request_id or 'without id'})")
        self.status = status
        self.detail = detail
        self.request_id = request_id
        self.errors = errors
