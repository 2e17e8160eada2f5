"""`python -m generator`: make `generated_sdk/` and `openapi/dist/` from `openapi/`, or check that they are current."""

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from generator.description import DescriptionError
from generator.diff import RevisionError, current, earlier
from generator.diff import compare as compare_surfaces
from generator.evidence import weak
from generator.generate import PROVENANCE, generate
from generator.output import ForeignFilesError, check_ours, compare, read_tree, replace_trees
from generator.tools import ToolError

REPOSITORY = Path(__file__).parent.parent
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status.

    0: done, or nothing differs. 1: `--check` found differences. 2: the description, a tool or the disk is at fault.
    130: interrupted. With `--diff`: 0 if no caller breaks, 3 if some do, 2 if the description or the revision is at
    fault. A run that fails or is interrupted leaves each folder whole.
    """
    try:
        return _run(_options(arguments))
    except (DescriptionError, ForeignFilesError, OSError, RevisionError, ToolError) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return INTERRUPTED


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m generator", description=__doc__)
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument("--check", action="store_true", help="change nothing; name each file that would change")
    instead.add_argument(
        "--evidence",
        action="store_true",
        help="change nothing; list each fact that rests on a guess or on clients alone, for an owner of a key to check",
    )
    instead.add_argument(
        "--diff",
        metavar="REV",
        help="change nothing; list the changes for callers since a revision, or from another folder",
    )
    parser.add_argument("--description", type=Path, default=REPOSITORY / "openapi", help="folder of the description")
    parser.add_argument(
        "--output", type=Path, default=REPOSITORY / "generated_sdk", help="folder of the generated code"
    )
    return parser.parse_args(arguments)


def _run(options: argparse.Namespace) -> int:
    if options.diff is not None:
        return diff(options.diff, options.description)
    try:
        if options.evidence:
            print("\n".join(f"{options.description.name}/{line}" for line in weak(options.description)))
            return 0
        if not options.check:
            check_ours(options.output, made=PROVENANCE)
            check_ours(options.description / "dist", made="c2c.json")
        sdk, for_others = generate(options.description)
    except DescriptionError as error:
        raise DescriptionError([f"{options.description.name}/{finding}" for finding in error.findings]) from error
    trees = {options.output: sdk, options.description / "dist": for_others}
    differences = {folder: compare(files, read_tree(folder)) for folder, files in trees.items()}
    if not options.check:
        replace_trees({folder: trees[folder] for folder, found in differences.items() if found})
    for folder, found in differences.items():
        for difference in found:
            if options.check:
                print(f"{_shown(folder, options)}/{difference}", file=sys.stderr)
            else:
                print(f"{_shown(folder, options)}/{difference.path}")
    if options.check and any(differences.values()):
        print("Run `make generate`; never edit generated code by hand.", file=sys.stderr)
        return 1
    return 0


def _shown(folder: Path, options: argparse.Namespace) -> str:
    return folder.name if folder == options.output else f"{options.description.name}/{folder.name}"


def diff(revision: str, description: Path) -> int:
    report = compare_surfaces(new=current(description), old=earlier(revision, description))
    print(report)
    return 3 if report.breaks else 0


if __name__ == "__main__":
    # To end like Ctrl-C: a swap of folders that has begun is undone.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main())
