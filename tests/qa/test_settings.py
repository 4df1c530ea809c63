from __future__ import annotations

from pathlib import Path

import pytest

from qa.errors import SettingsError
from qa.settings import Settings, index_folder, load_settings


def test_without_anything_the_defaults_stand() -> None:
    assert load_settings({}) == Settings()


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "evqa.toml"
    file.write_text('port = 9000\nhost = "0.0.0.0"\n')
    settings = load_settings({"EVQA_CONFIG": str(file), "EVQA_PORT": "9001"})
    assert (settings.port, settings.host) == (9001, "0.0.0.0")


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("EVQA_ENCODER", ""),
        ("EVQA_RERANKER_CANDIDATES", "0"),
        ("EVQA_PORT", "many"),
        ("EVQA_PORT", "70000"),
        ("EVQA_THREADS", "0"),
        ("EVQA_FETCH_TIMEOUT_S", "-1"),
    ],
)
def test_an_impossible_value_is_refused_by_the_name_of_its_variable(variable: str, value: str) -> None:
    with pytest.raises(SettingsError, match=variable):
        load_settings({variable: value})


def test_a_prompt_may_be_empty_or_end_in_a_blank() -> None:
    settings = load_settings({"EVQA_ENCODER_QUERY_PROMPT": "query: ", "EVQA_ENCODER_PASSAGE_PROMPT": ""})
    assert (settings.encoder_query_prompt, settings.encoder_passage_prompt) == ("query: ", "")
    assert settings.encoder_revision is None


def test_a_name_that_no_setting_has_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "evqa.toml"
    file.write_text("prot = 9000\n")
    with pytest.raises(SettingsError, match="prot"):
        load_settings({"EVQA_CONFIG": str(file)})


@pytest.mark.parametrize("content", [None, "port = = 1"])
def test_a_file_that_cannot_be_read_is_refused_by_name(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "evqa.toml"
    if content is not None:
        file.write_text(content)
    with pytest.raises(SettingsError, match=r"evqa\.toml"):
        load_settings({"EVQA_CONFIG": str(file)})


def test_the_index_is_the_nearest_above_the_working_directory(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / ".evqa").mkdir()
    assert index_folder(Settings(), inner) == tmp_path / ".evqa"
    assert index_folder(Settings(index="elsewhere"), inner) == Path("elsewhere")


def test_without_an_index_near_by_it_is_in_the_users_data_folder(tmp_path: Path) -> None:
    assert "ev-review-qa" in index_folder(Settings(), tmp_path).parts
