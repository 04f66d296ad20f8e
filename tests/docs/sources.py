"""The files that the checks of this folder look at, and how they report."""

from collections import namedtuple

CODE = ("analyzer", "dissector-plugin", "tests")
SUFFIXES = (".cpp", ".hpp", ".c", ".h")

# `key` is what known_exceptions.py lists it under.
Complaint = namedtuple("Complaint", "key text")


def sources(root, folders=CODE, suffixes=SUFFIXES):
    return sorted(path for folder in folders for path in (root / folder).rglob("*") if path.suffix in suffixes)


def pages(root):
    folders = ("docs", "samples", *CODE)
    return [root / "README.md", *(page for folder in folders for page in sorted((root / folder).rglob("*.md")))]


def rooms(root):
    """Folders of analyzer/ that hold code, as "rtmp/chunk", and the plugin's."""
    found = {path.parent for path in sources(root, ("analyzer", "dissector-plugin"))}
    names = {folder: str(folder.relative_to(root)) for folder in sorted(found)}
    return {name.removeprefix("analyzer/").removeprefix("include/"): folder for folder, name in names.items()}


def unexpected(complaints, known, name):
    """The texts of complaints that `known` does not list; and what it lists without need."""
    complaints = list(complaints)
    yield from (complaint.text for complaint in complaints if complaint.key not in known)
    for key in known.keys() - {complaint.key for complaint in complaints}:
        yield f"{key}: no exception any more, take it out of {name} in tests/docs/known_exceptions.py"


def report(complaints):
    """An exit code."""
    complaints = list(complaints)
    print(*complaints, f"{len(complaints)} complaints", sep="\n")
    return 1 if complaints else 0
