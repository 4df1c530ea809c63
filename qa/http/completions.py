"""What clients of OpenAI's chat completions may send: what is understood, changes nothing, or is refused by name.

Follows https://platform.openai.com/docs/api-reference/chat/create. A field that is not named here is ignored, as is
whatever only shapes the words of a model that writes (`temperature`, `seed`, `user`, `store` …).
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from index.errors import QueryError
from qa.messages import Limits, Message, Role

# The limit on its length is also what makes pydantic look at the characters: half a surrogate pair is refused.
_Text = Annotated[str, Field(max_length=10_000_000)]
_Tokens = Annotated[int, Field(ge=1)] | None
_Penalty = Annotated[float, Field(ge=-2, le=2)] | None


class _Fields(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Part(_Fields):
    """A part of a message: text, since nothing else can be read here."""

    type: _Text
    text: _Text | None = None

    @field_validator("type")
    @classmethod
    def _readable(cls, type_: str) -> str:
        if type_ not in ("text", "refusal"):
            raise ValueError(f"a part of type {type_[:50]} cannot be read here: send parts of type text")
        return type_


class MessageFields(_Fields):
    """A message of the conversation."""

    role: Role
    content: list[Part] | None = None

    @field_validator("content", mode="before")
    @classmethod
    def _parts(cls, content: Any) -> Any:
        if isinstance(content, str):
            return [{"type": "text", "text": content}]
        if content is not None and not isinstance(content, list):
            raise ValueError("content is a string or a list of parts")
        return content

    def value(self) -> Message:
        """As `qa.messages` takes it."""
        return Message(self.role, "\n".join(part.text or "" for part in self.content or ()))


class StreamOptions(_Fields):
    """What a stream holds besides the answer."""

    include_usage: bool | None = None


class CompletionRequest(_Fields):
    """Body of `POST /v1/chat/completions`."""

    model: _Text
    messages: Annotated[list[MessageFields], Field(min_length=1)]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    max_tokens: _Tokens = None
    max_completion_tokens: _Tokens = None
    stop: Annotated[list[_Text], Field(max_length=4)] | None = None
    n: int | None = None
    response_format: dict[str, Any] | None = None
    tools: list[dict[str, Any]] | None = None
    tool_choice: str | dict[str, Any] | None = None
    functions: list[dict[str, Any]] | None = None
    function_call: str | dict[str, Any] | None = None
    modalities: list[str] | None = None
    logprobs: bool | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(ge=0, le=1)] | None = None
    presence_penalty: _Penalty = None
    frequency_penalty: _Penalty = None

    @field_validator("stop", mode="before")
    @classmethod
    def _stops(cls, stop: Any) -> Any:
        return [stop] if isinstance(stop, str) else stop

    def conversation(self) -> tuple[Message, ...]:
        """The messages as `qa.messages` takes them."""
        return tuple(message.value() for message in self.messages)

    def limits(self) -> Limits:
        """Where the message ends early."""
        given = [tokens for tokens in (self.max_tokens, self.max_completion_tokens) if tokens is not None]
        return Limits(min(given, default=None), tuple(filter(None, self.stop or ())))

    def refuse(self) -> None:
        """Refuses what the answer could not keep to.

        Raises:
            QueryError: it names the field, and what to send in its place.
        """
        if self.n not in (None, 1):
            raise QueryError("n", f"n is {self.n}, and a question has one answer here: leave n out")
        if self.stream_options is not None and not self.stream:
            raise QueryError("stream_options", "stream_options is for streams: leave it out, or set stream to true")
        if self.logprobs:
            raise QueryError("logprobs", "sentences are quoted, not sampled, and have no logprobs: leave it out")
        if self.modalities not in (None, [], ["text"]):
            raise QueryError("modalities", "answers are text: leave modalities out")
        for name, choice in (("tool_choice", self.tool_choice), ("function_call", self.function_call)):
            if choice not in (None, "auto", "none"):
                raise QueryError(name, f"no tool is ever called here: leave {name} out, or set it to auto or none")

    def refuse_format(self) -> None:
        """Refuses a format that no answer can be given in.

        Raises:
            QueryError: JSON was asked for.
        """
        type_ = (self.response_format or {}).get("type", "text")
        if type_ != "text":
            told = "read `citations` of the response, or ask POST /v1/answer for JSON"
            raise QueryError("response_format", f"response_format is {ascii(type_)[:50]}, and answers are text: {told}")
