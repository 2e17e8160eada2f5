"""The files for hosted CI and for those who report something: pinned, with few rights, and about every Python."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
FORMS = sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml"))


def content(path: Path) -> Any:
    # The key `on` is a boolean to YAML 1.1.
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - it makes texts alone


def jobs() -> Iterator[Any]:
    for path in WORKFLOWS:
        yield from content(path)["jobs"].values()


@pytest.mark.parametrize(
    "path", [*WORKFLOWS, ROOT / "examples/ci.yml"], ids=lambda path: path.parent.name + "-" + path.stem
)
def test_actions_are_pinned_by_hash(path: Path):
    """No action can change under its name; beside each hash stands the version that a person reads."""
    for line in re.findall(r"uses: (.*)", path.read_text(encoding="utf-8")):
        assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)


def test_jobs_have_the_rights_they_need_and_no_others():
    """Workflows begin without rights; only jobs of the release may write or prove who they are."""
    assert all({} == content(path)["permissions"] or "{}" == content(path)["permissions"] for path in WORKFLOWS)
    for path in WORKFLOWS:
        for job in content(path)["jobs"].values():
            assert "release.yml" == path.name or {"contents": "read"} == job["permissions"]


def test_every_python_of_the_classifiers_is_tested():
    """What the package says to run on is in the matrix, on three systems, and is tried as installed."""
    named = re.findall(r"Python :: (3\.\d+)", (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    ci = content(ROOT / ".github/workflows/ci.yml")["jobs"]

    assert named == ci["tests"]["strategy"]["matrix"]["python"]
    assert 3 == len(ci["tests"]["strategy"]["matrix"]["system"])
    for job in (ci["installed"], content(ROOT / ".github/workflows/release.yml")["jobs"]["build"]):
        [setup] = [step for step in job["steps"] if step.get("uses", "").startswith("actions/setup-python")]
        assert sorted(named) == sorted(setup["with"]["python-version"].split())


def test_no_job_runs_for_ever():
    """Each job of each workflow has a limit of time."""
    assert all("timeout-minutes" in job for job in jobs())


def test_an_unknown_answer_comes_with_a_scrubbed_recording():
    """The form for what the API answered asks for a recording, says how it is made, and that it holds no person."""
    form = content(ROOT / ".github/ISSUE_TEMPLATE/unknown_answer.yml")
    fields = {field.get("id"): field for field in form["body"]}

    assert "binance-c2c record" in fields["recording"]["attributes"]["description"]
    assert "true" == fields["recording"]["validations"]["required"]
    assert "true" == fields["clean"]["attributes"]["options"][0]["required"]


def test_pre_commit_runs_what_the_check_runs():
    """Each tool of `make check` is a hook, from the same environment, so that both agree."""
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\ncheck: ")[2].partition("\n\n")[0]
    tools = {line.removeprefix("\t$(RUN) ").replace(" --force-exclude", "") for line in recipe.splitlines()[1:]}
    hooks = content(ROOT / ".pre-commit-config.yaml")["repos"][0]["hooks"]

    assert tools == {hook["entry"].removeprefix(".venv/bin/python ").replace(" --force-exclude", "") for hook in hooks}
