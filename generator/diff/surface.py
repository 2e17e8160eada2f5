"""Reads the surface of an SDK, as callers see it, from a description in a folder or in a git revision."""

import io
import os
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from generator import lint
from generator.description import ROOT_FILE, DescriptionError, Source, bundle
from generator.shape import (
    Access,
    Code,
    Enum,
    Errors,
    Frame,
    Kind,
    Member,
    Model,
    Operation,
    Shape,
    Tag,
    Text,
    Type,
    parse,
)

# Variables that git sets in a hook for that repository. Here the folder decides which repository is used.
HOOK_VARIABLES = frozenset({"GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"})


class RevisionError(Exception):
    """There is no such revision, or it has no description."""


@dataclass(frozen=True)
class Surface:
    """The parts of an SDK's shape that callers see."""

    resources: tuple[Tag, ...]
    operations: tuple[Operation, ...]
    models: tuple[Model, ...]
    enums: tuple[Enum, ...]
    frames: tuple[Frame, ...]
    codes: tuple[Code, ...]
    """The error codes; `texts` classify errors without a code."""
    texts: tuple[Text, ...]
    access: Access
    given: frozenset[str]
    """Models that callers build, as part of an argument or a frame."""
    read: frozenset[str]
    """Models that callers receive."""

    @classmethod
    def of(cls, shape: Shape) -> "Surface":
        errors = shape.errors or Errors(categories=(), codes=(), texts=())
        members = tuple(Member(one.name.upper(), one.name, one.doc) for one in errors.categories)
        categories = Enum("ErrorCategory", doc="", members=members)
        return cls(
            resources=shape.tags,
            operations=shape.operations,
            models=shape.models,
            enums=(*shape.enums, categories) if members else shape.enums,
            frames=shape.frames,
            codes=errors.codes,
            texts=errors.texts,
            access=shape.access,
            given=_models_in(
                shape,
                (
                    *(field.type for one in shape.operations for field in one.arguments),
                    *(Type(Kind.MODEL, name) for name in shape.frame_models(received=False)),
                ),
            ),
            read=_models_in(
                shape,
                (
                    *(one.result for one in shape.operations if one.result),
                    *(Type(Kind.MODEL, name) for name in shape.frame_models(received=True)),
                ),
            ),
        )


def current(folder: Path) -> Surface:
    """The surface of the description in `folder`, which has to pass the lint, but for its examples."""
    try:
        source = Source(folder)
        lint.check(source, with_examples=False)
        return Surface.of(parse(source, bundle(source)))
    except DescriptionError as error:
        raise _with_folder(folder.name, error) from error


def earlier(revision: str, folder: Path) -> Surface:
    """The surface of `folder` in a revision of its repository; or of another folder, if `revision` names one."""
    if Path(revision, ROOT_FILE).is_file():
        return _without_lint(Path(revision), revision)
    with tempfile.TemporaryDirectory() as scratch:
        _extract(revision, folder, Path(scratch))
        return _without_lint(Path(scratch), f"{revision}:{folder.name}")


def _without_lint(folder: Path, name: str) -> Surface:
    """The surface of an old description, which need not pass today's lint."""
    try:
        source = Source(folder)
        try:
            return Surface.of(parse(source, bundle(source)))
        except DescriptionError:
            raise
        except Exception:
            # A description that breaks a rule may fail anywhere. If it breaks none, the fault is the generator's.
            lint.check(source, with_examples=False)
            raise
    except DescriptionError as error:
        raise _with_folder(name, error) from error


def _with_folder(name: str, error: DescriptionError) -> DescriptionError:
    return DescriptionError([f"{name}/{finding}" for finding in error.findings])


def _extract(revision: str, folder: Path, target: Path) -> None:
    """Extract `folder` as of `revision` into `target`. Neither checkout nor index is changed."""
    found = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{tree}}")
    if found.returncode:
        why = found.stderr.decode(errors="replace").strip() or "a shallow clone has only a few"
        message = f"{revision}: a revision that git knows here, or a folder with a {ROOT_FILE}, is expected ({why})"
        raise RevisionError(message)
    # Run inside a folder, git archives that folder alone.
    packed = _git(folder, "archive", "--format=zip", found.stdout.decode().strip())
    if packed.returncode:
        why = packed.stderr.decode(errors="replace").strip()
        raise RevisionError(f"{revision}: has no {folder.name}/ ({why})")
    with zipfile.ZipFile(io.BytesIO(packed.stdout)) as archive:
        archive.extractall(target)
    # For a folder that the revision lacks, older versions of git fail, and newer ones archive nothing.
    if not any(target.iterdir()):
        raise RevisionError(f"{revision}: has no {folder.name}/")


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    git = shutil.which("git")
    if git is None:
        raise RevisionError("git is needed to read a revision, but is not installed")
    environment = {name: value for name, value in os.environ.items() if name not in HOOK_VARIABLES}
    command = [git, "-C", str(folder), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, stdin=subprocess.DEVNULL, check=False)


def _models_in(shape: Shape, types: Iterable[Type]) -> frozenset[str]:
    """The names of all models in these types, and in the fields of those models."""
    models = {model.name: model for model in shape.models}
    pending = {name for kind in types for name in kind.names(Kind.MODEL)}
    seen: set[str] = set()
    while pending:
        name = pending.pop()
        seen.add(name)
        pending |= {*models[name].names(Kind.MODEL)} - seen
    return frozenset(seen)
