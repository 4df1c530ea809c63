"""A client of the service: its answers as the same values that the service itself works with.

from qa.client import Client

with Client("http://127.0.0.1:8000") as client:
    answer = client.answer("How do EVs contribute to drug resistance?")
    for citation in answer.citations:
        print(citation.quote, citation.document.title, citation.link)
"""

from qa.client.clients import AsyncClient, Client
from qa.client.errors import ClientError, FieldError, Refused, TimedOut, UnexpectedReply, Unreachable

__all__ = [
    "AsyncClient",
    "Client",
    "ClientError",
    "FieldError",
    "Refused",
    "TimedOut",
    "UnexpectedReply",
    "Unreachable",
]
