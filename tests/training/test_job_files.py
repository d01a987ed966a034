"""The job files in docs/scale: they can be parsed, agree with themselves, and start what the program takes."""

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml

from headline.cli import _parser
from headline.training.distribute.environment import process_of_many

ROOT = Path(__file__).resolve().parents[2]
SLURM = ROOT / "docs" / "scale" / "slurm.sh"
KUBERNETES = ROOT / "docs" / "scale" / "kubernetes.yaml"
NAMES = [f"KERAS_DISTRIBUTION_{name}" for name in ("JOB_ADDRESSES", "NUM_PROCESSES", "PROCESS_ID")]


@pytest.fixture
def tools(tmp_path) -> Path:
    """Programs that stand in for Python, which writes down how it was called, and for Slurm's on two hosts."""
    folder = tmp_path / "tools"
    folder.mkdir()
    shown = " ".join(f'"${name}"' for name in NAMES)
    programs = {
        "python": f"printf '%s\\n' {shown} \"$@\" > {tmp_path}/call-$KERAS_DISTRIBUTION_PROCESS_ID",
        "scontrol": '[ "$*" = "show hostnames node[1-2]" ] && printf "node1\\nnode2\\n"',
        "srun": '[ "$1" = --kill-on-bad-exit=1 ] && shift && for SLURM_PROCID in 0 1; do export SLURM_PROCID; "$@"; done',
    }
    for name, script in programs.items():
        (folder / name).write_text(f"#!/bin/bash\n{script}\n")
        (folder / name).chmod(0o755)
    return folder


def calls(command: list[str], tools: Path, **environment: str) -> list[list[str]]:
    """The arguments of each Python that a command starts, after what its environment says."""
    path = os.pathsep.join([str(tools), os.environ["PATH"]])
    subprocess.run(command, env={"PATH": path} | environment, check=True, cwd=tools)
    return [path.read_text().splitlines() for path in sorted(tools.parent.glob("call-*"))]


def check(call: list[str], process: int, first: str, monkeypatch) -> object:
    """Check how one of two processes was called, and return its options."""
    for name, value in zip(NAMES, call, strict=False):
        monkeypatch.setenv(name, value)
    assert call[0] == first and process_of_many() == (process, 2)
    assert call[3:5] == ["-m", "headline"]
    options = _parser().parse_args(call[5:])
    assert options.distribute and options.resume
    return options


def test_slurm_starts_a_process_on_each_host(tools, monkeypatch):
    arguments = ["my shards", "--out", "a model", "--set", "units=512"]
    started = calls(["bash", str(SLURM), *arguments], tools, SLURM_JOB_NODELIST="node[1-2]", SLURM_NTASKS="2")
    assert len(started) == 2
    for process, call in enumerate(started):
        options = check(call, process, "node1:29500", monkeypatch)
        assert (options.files, options.out, options.set) == ([Path("my shards")], Path("a model"), ["units=512"])
    asked = dict(re.findall(r"^#SBATCH --([\w-]+)=(\S+)$", SLURM.read_text(), re.MULTILINE))
    assert int(asked["nodes"]) > 1 and asked["ntasks-per-node"] == "1"  # Keras takes all devices of a host


def test_kubernetes_starts_a_process_in_each_pod(tools, monkeypatch):
    service, job = yaml.safe_load_all(KUBERNETES.read_text(encoding="utf-8"))
    assert (service["kind"], job["kind"], job["spec"]["completionMode"]) == ("Service", "Job", "Indexed")
    pod = job["spec"]["template"]["spec"]
    [container] = pod["containers"]
    environment = {entry["name"]: entry["value"] for entry in container["env"]}
    number = int(environment["KERAS_DISTRIBUTION_NUM_PROCESSES"])
    assert job["spec"]["completions"] == job["spec"]["parallelism"] == number
    # An indexed pod is called like the job and its index, and found by that name within the service's.
    first = f"{job['metadata']['name']}-0.{service['metadata']['name']}:{service['spec']['ports'][0]['port']}"
    assert environment["KERAS_DISTRIBUTION_JOB_ADDRESSES"] == first and pod["subdomain"] == service["metadata"]["name"]
    assert (
        service["spec"]["selector"] == {"job-name": job["metadata"]["name"]} and service["spec"]["clusterIP"] == "None"
    )
    for process in range(number):
        started = calls(container["command"], tools, JOB_COMPLETION_INDEX=str(process), **environment)
        options = check(started[process], process, first, monkeypatch)
        [mount], [volume] = container["volumeMounts"], pod["volumes"]
        assert mount["name"] == volume["name"]
        assert all(path.is_relative_to(mount["mountPath"]) for path in (*options.files, options.out))


def test_the_commands_on_the_page_are_those_of_the_program():
    """Each `headline` command of docs/scale.md is taken by the parser."""
    text = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8").replace("\\\n", " ")
    commands = re.findall(r"^ +(?:\w+=\S+ )*python -m headline (.+)$", text, re.MULTILINE)
    assert len(commands) >= 4
    for command in commands:
        _parser().parse_args(shlex.split(command, comments=True))
