"""The form of the code: width and format of lines, length of files and functions, one file a class, a README.md a
folder.

    form_test.py ROOT
"""

import re
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

from known_exceptions import LONG_FUNCTIONS, READMES, SPREAD_CLASSES, WIDE_PYTHON
from sources import Complaint, report, sources, unexpected

WIDTH = 110  # as .clang-format has it
PYTHON_WIDTH = 120
LONGEST_FILE, LONGEST_FUNCTION = 500, 60
REASON = "// long: "
FORMATTER = "clang-format-14"  # others wrap some lines elsewhere
README_LINES = range(5, 21)

# What begins a block that is no function; a function's own blocks are never looked at.
NO_FUNCTION = re.compile(
    r"(?:export |inline )*(?:namespace|class|struct|union|enum|extern)\b|template\b[^(]*(?:class|struct) \w+[^(]*$"
)
NAME = re.compile(r"((?:\w+::)*~?\w+|operator\S+)\(")
METHOD = re.compile(r"^(?![\s#/}]|return\b|using\b|static_assert\b)(?:[^=;{}]*?[\s&*])?((?:\w+::)+)~?\w+\(", re.M)


def wide_lines(root):
    for source in sources(root):
        for number, line in enumerate(source.read_text().splitlines(), 1):
            if len(line) > WIDTH:
                yield f"{source.relative_to(root)}:{number} has {len(line)} characters, more than {WIDTH}"


def wide_python(root):
    scripts = [script for script in (root / "tools").iterdir() if script.is_file() and is_python(script)]
    for source in sorted([*(root / "tests").rglob("*.py"), *scripts]):
        wide = [number for number, line in enumerate(source.read_text().splitlines(), 1) if len(line) > PYTHON_WIDTH]
        if wide:
            name = str(source.relative_to(root))
            yield Complaint(name, f"{name}:{wide[0]} and others have more than {PYTHON_WIDTH} characters")


def is_python(script):
    with script.open("rb") as file:
        return b"python" in file.readline()


def unformatted(root):
    if not shutil.which(FORMATTER):
        print(f"{FORMATTER} is not installed: the format is not checked")
        return
    listed = [str(source.relative_to(root)) for source in sources(root)]
    checked = subprocess.run(
        [FORMATTER, "--dry-run", *listed], cwd=root, check=True, stderr=subprocess.PIPE, text=True)  # fmt: skip
    for name in sorted({line.partition(":")[0] for line in checked.stderr.splitlines() if "warning:" in line}):
        yield f"{name} is not formatted: {FORMATTER} -i {name}"


def long_files(root):
    for source in sources(root):
        lines = source.read_text().count("\n")
        if lines > LONGEST_FILE:
            yield f"{source.relative_to(root)} has {lines} lines, more than {LONGEST_FILE}"


def functions(lines):
    """(first line, opening line, last line) of the functions; those within functions are part of them.

    Relies on the format: a block's last line begins with a brace as far to the left as the block's first line begins.
    """
    number = begin = 0
    while number < len(lines):
        line = lines[number]
        ends = line.rstrip().endswith((";", "}", ":")) or not line.strip() or line.lstrip().startswith(("//", "#"))
        if ends:
            begin = number + 1
        elif line.endswith("{"):
            signature = " ".join(part.strip() for part in lines[begin : number + 1])
            if "(" in signature and not NO_FUNCTION.match(signature) and not signature.endswith(("= {", "({")):
                brace = " " * (len(lines[begin]) - len(lines[begin].lstrip())) + "}"
                last = next((n for n in range(number + 1, len(lines)) if lines[n].startswith(brace)), number)
                yield begin, number, last
                number = last
            begin = number + 1
        number += 1


def long_functions(root):
    for source in sources(root):
        lines = source.read_text().splitlines()
        for begin, opening, last in functions(lines):
            length = last - begin + 1
            beside = lines[max(0, begin - 3) : opening + 1]
            if length > LONGEST_FUNCTION and not any(REASON in line for line in beside):
                name = NAME.search(" ".join(lines[begin : opening + 1]))
                key = f"{source.relative_to(root)} {name[1] if name else begin + 1}"
                yield Complaint(key, f"{key} has {length} lines, more than {LONGEST_FUNCTION}, and no {REASON}")


def spread_classes(root):
    files = defaultdict(set)
    for source in sources(root, suffixes=(".cpp",)):
        for classes in METHOD.findall(source.read_text()):
            files[source.parent, classes.split("::")[0]].add(source.name)
    for (folder, name), found in files.items():
        if len(found) > 1:
            key = f"{folder.relative_to(root)} {name}"
            yield Complaint(key, f"{key} is implemented in {', '.join(sorted(found))}")


def folders(root):
    for tree in ("analyzer", "dissector-plugin", "tests"):
        for folder in sorted({root / tree, *(path.parent for path in (root / tree).rglob("*.*"))}):
            name = folder.relative_to(root)
            within_unit = name.parts[:2] == ("tests", "unit") and len(name.parts) > 2
            data = {"tables", "corpus", "expected", "data", "__pycache__"}.intersection(name.parts)
            if not within_unit and not data:
                yield folder


def bad_readmes(root):
    for folder in folders(root):
        name, readme = str(folder.relative_to(root)), folder / "README.md"
        if not readme.exists():
            yield Complaint(name, f"{name} has no README.md")
        elif len(readme.read_text().splitlines()) not in README_LINES:
            yield Complaint(name, f"{name}/README.md does not have {README_LINES[0]} to {README_LINES[-1]} lines")


def main():
    root = Path(sys.argv[1])
    return report([
        *wide_lines(root), *unformatted(root), *long_files(root),
        *unexpected(wide_python(root), WIDE_PYTHON, "WIDE_PYTHON"),
        *unexpected(long_functions(root), LONG_FUNCTIONS, "LONG_FUNCTIONS"),
        *unexpected(spread_classes(root), SPREAD_CLASSES, "SPREAD_CLASSES"),
        *unexpected(bad_readmes(root), READMES, "READMES"),
    ])  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
