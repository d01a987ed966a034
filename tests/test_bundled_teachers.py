"""The earlier bundled models that taught the last one come out of a repository's history."""

import shutil
import subprocess

import pytest

from bench.bundled_teachers import EARLIER, earlier_models
from headline.model.checkpoint import Checkpoint
from headline.paths import BUNDLED_MODEL, ROOT
from tests.tiny import random_checkpoint

MODEL = BUNDLED_MODEL.relative_to(ROOT)


def git(folder, *command):
    who = ["-c", "user.name=Tester", "-c", "user.email=tester@example.org"]
    done = subprocess.run(["git", "-C", str(folder), *who, *command], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def history(tmp_path):
    """A repository with two models in its history, and their commits."""
    repository = tmp_path / "repository"
    repository.mkdir()
    git(repository, "init", "-q")
    commits = []
    for seed in (1, 2):
        random_checkpoint(seed=seed).save(repository / MODEL)
        git(repository, "add", "-A")
        git(repository, "commit", "-q", "-m", f"model {seed}")
        commits.append(git(repository, "rev-parse", "--short", "HEAD"))
    return repository, tuple(commits)


def test_each_is_the_model_of_its_commit_and_is_unpacked_once(history, tmp_path):
    repository, commits = history
    found = earlier_models(tmp_path / "teachers", commits, repository)
    for seed, model in zip((1, 2), found, strict=True):
        wanted = random_checkpoint(seed=seed).weights["embedding"]
        assert (Checkpoint.load(model).weights["embedding"] == wanted).all()
    shutil.rmtree(repository)
    assert earlier_models(tmp_path / "teachers", commits, repository) == found


def test_a_copy_without_the_history_is_told_what_to_do(history, tmp_path):
    with pytest.raises(SystemExit, match=r"of 0123abc, .* clone the repository without --depth, or give --no"):
        earlier_models(tmp_path / "teachers", ("0123abc",), history[0])
    assert EARLIER
