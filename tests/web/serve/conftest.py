from pathlib import Path

import pytest

from tests.tiny import bigram_checkpoint


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory) -> Path:
    follows = {"the": {"government": 6, "governor": 4}, "government": {"won't": 6}}
    return bigram_checkpoint(follows).save(tmp_path_factory.mktemp("serve") / "model")
