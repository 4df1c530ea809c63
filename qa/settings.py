"""Every setting of the service: `EVQA_*` in the environment, or the same names in one TOML file.

The file is named by `EVQA_CONFIG`; the environment wins over it. msgspec does the conversion, since pydantic-settings
alone takes longer to import than a whole `evqa ask` may last.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
import platformdirs

from index.encoder import DEFAULT_ENCODER
from qa.errors import SettingsError

_PREFIX = "EVQA_"
_FOLDER = ".evqa"
_NAME = "ev-review-qa"

_Positive = Annotated[int, msgspec.Meta(ge=1)]
_Seconds = Annotated[float, msgspec.Meta(gt=0)]


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings with their defaults; each is `EVQA_<NAME>` in the environment.

    Attributes:
        index: folder of the index; empty looks for the nearest `.evqa` (see `index_folder`).
        host: address to listen on.
        port: port to listen on; 0 takes any free one.
        allowed_hosts: names, separated by commas, by which MCP clients and whoever writes may reach the service beside
            this machine's own; needed behind a proxy or tunnel while it listens on this machine alone.
        writable: papers may be added and removed over HTTP.
        fetch_private: addresses of papers that come over HTTP may lie in private networks.
        encoder: sentence-transformers model by name or folder, for a new index.
        encoder_revision: of a model of the Hugging Face hub.
        encoder_query_prompt: goes before a question: the name of one of the model's prompts, or a text; not set, the
            model's own.
        encoder_passage_prompt: goes before a passage, likewise.
        reranker: sentence-transformers CrossEncoder by name or folder, which re-ranks what hybrid search finds.
        reranker_revision: of a model of the Hugging Face hub.
        reranker_candidates: how many passages of a search it reads.
        calibration: file that `scripts/calibrate` wrote for the encoder; without it, the default one has the shipped.
        passage_tokens: most tokens of a passage, for a new index.
        threads: requests that compute at the same time.
        max_body_bytes: largest request.
        chat_sources: a chat message ends with a list of its sources, for chatbots that show no annotations.
        offline: fetch nothing over the network.
        contact: a mailbox or page where archives reach whoever sends these requests.
        europe_pmc, ncbi_eutils, ncbi_idconv: base addresses of the archives, in place of the public ones.
        record_page: where the review's full text is as Markdown, in place of the address that its record names.
        fetch_timeout_s: seconds that fetching one paper may take.
        requests_per_s: most requests a second to an archive while the papers of a search are fetched.
        max_source_bytes: largest source.
        llm_base_url: OpenAI-compatible endpoint ("http://127.0.0.1:11434/v1") whose model writes the statements, each
            checked against the passages that it cites; not set, statements are the papers' own sentences.
        llm_model: the model's name there.
        llm_api_key: goes with each request.
        llm_max_tokens: longest reply, a reasoning model's thoughts counted.
        llm_timeout_s: seconds that one reply may take, with all tries.
        llm_silence_s: longest pause in it.
        llm_retries: how often a failure that may pass is tried again.
        chat_history: keep the lines typed into `evqa chat` in the user's state folder, for the next time.
    """

    index: str = ""
    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 8000
    allowed_hosts: str = ""
    writable: bool = False
    fetch_private: bool = False
    encoder: Annotated[str, msgspec.Meta(min_length=1)] = DEFAULT_ENCODER
    encoder_revision: str | None = None
    encoder_query_prompt: str | None = None
    encoder_passage_prompt: str | None = None
    reranker: str | None = None
    reranker_revision: str | None = None
    reranker_candidates: Annotated[int, msgspec.Meta(ge=1, le=100)] = 20
    calibration: str | None = None
    passage_tokens: _Positive = 160
    threads: _Positive = 4
    max_body_bytes: _Positive = 1_000_000
    chat_sources: bool = False
    offline: bool = False
    contact: str | None = None
    europe_pmc: str | None = None
    ncbi_eutils: str | None = None
    ncbi_idconv: str | None = None
    record_page: str | None = None
    fetch_timeout_s: _Seconds = 60.0
    requests_per_s: Annotated[float, msgspec.Meta(gt=0, le=10)] = 3.0
    max_source_bytes: _Positive = 100_000_000
    llm_base_url: str | None = None
    llm_model: str | None = None
    llm_api_key: str | None = None
    llm_max_tokens: _Positive = 512
    llm_timeout_s: _Seconds = 60.0
    llm_silence_s: _Seconds = 30.0
    llm_retries: Annotated[int, msgspec.Meta(ge=0, le=10)] = 2
    chat_history: bool = True


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Settings from the environment and the file that `EVQA_CONFIG` names.

    Raises:
        SettingsError: a value is impossible, or the file is missing, no TOML, or has a name that no setting has.
    """
    names = {field.name for field in dataclasses.fields(Settings)}
    values: dict[str, object] = {}
    if path := environ.get(f"{_PREFIX}CONFIG"):
        values = _from_file(Path(path), names)
    values |= {name: environ[variable] for name in names if (variable := f"{_PREFIX}{name.upper()}") in environ}
    try:
        return msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        what, _, name = str(error).partition(" - at `$.")
        raise SettingsError(f"{_PREFIX}{name.rstrip('`').upper()} is wrong: {what}") from error


def _from_file(path: Path, names: set[str]) -> dict[str, object]:
    import tomllib  # few have a file, and a question in the terminal waits for every import

    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"the settings file {path} cannot be read: {error}") from error
    if unknown := values.keys() - names:
        raise SettingsError(f"{path} has no setting {', '.join(sorted(unknown))}; there are {', '.join(sorted(names))}")
    return values


def index_folder(settings: Settings, working_directory: Path) -> Path:
    """Where the index lies: as set, else the nearest `.evqa` here or above, else the user's data folder."""
    if settings.index:
        return Path(settings.index).expanduser()
    for folder in (working_directory, *working_directory.parents):
        if (folder / _FOLDER).is_dir():
            return folder / _FOLDER
    return Path(platformdirs.user_data_dir(_NAME)) / "index"


def evaluation_folder() -> Path:
    """Where the indexes lie that collections are measured in: in the user's cache folder."""
    return Path(platformdirs.user_cache_dir(_NAME)) / "evaluation"


def chat_history_file() -> Path:
    """Where the lines typed into `evqa chat` are kept: in the user's state folder."""
    return Path(platformdirs.user_state_dir(_NAME)) / "chat_history"
