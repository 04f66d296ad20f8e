"""The generated parts of the documentation are fresh, what it says of the judge's limits and of options is true, and
the links of every page lead somewhere.

    tables_test.py PROGRAM ROOT
"""

import json
import re
import subprocess
import sys
from pathlib import Path

import outputs
from sources import pages, report

SAMPLE = "samples/pub_ffmpeg_nginx_avc_aac.pcap"


def output_of(program, *arguments, cwd):
    return subprocess.run([program, *arguments], cwd=cwd, check=True, capture_output=True, text=True).stdout


def stale_tables(program, root):
    for table in ("fields", "findings", "values", "events", "causes", "thresholds", "profiles", "fingerprints"):
        fresh = output_of(program, table, "--format", "markdown", cwd=root)
        if (root / "docs" / f"{table}.md").read_text() != fresh:
            yield f"docs/{table}.md is stale: tools/generate-docs"


def stale_readme(program, root):
    shown = re.search(r"^```\n(.*?)^```$", (root / "README.md").read_text(), re.S | re.M).group(1)
    if shown != output_of(program, "analyze", "--color", "never", "-j", "1", SAMPLE, cwd=root):
        yield "the output in README.md is stale: tools/generate-docs"


def stale_outputs(program, root):
    for page in outputs.stale(Path(program).resolve(), root):
        yield f"{page.relative_to(root)} shows what the program does not print: tools/generate-docs"


def untold_limits(program, root):
    """Pages of people name each limit of the judge, and each of its findings; a value beside a limit is the table's."""
    written = {page: page.read_text() for page in (root / "docs" / name for name in ("judgement.md", "figures.md"))}
    rows = json.loads(output_of(program, "thresholds", "--format", "json", cwd=root))
    values = {row["threshold"]: float(row["value"]) for row in rows}
    for page, text in written.items():
        for name, value in re.findall(r"`(\w+)` = (-?[\d.]*\d)", text):
            if name not in values:
                yield f"{page.name} names the limit {name}, which thresholds.def does not have"
            elif float(value) != values[name]:
                yield f"{page.name} says that {name} is {value}, it is {values[name]}"
    names = set(re.findall(r"`(\w+)`", " ".join(written.values())))
    findings = json.loads(output_of(program, "findings", "--format", "json", cwd=root))
    judged = {row["id"] for row in findings if row["priority"] and not row["id"].startswith("profile_")}
    for name in sorted((values.keys() | judged) - names):
        yield f"neither docs/judgement.md nor docs/figures.md says what {name} is"


def untold_options(program, root):
    """Whatever --help lists is in the manual, the man page and both completions."""
    manual, man, *completions = (
        (root / "docs" / page).read_text()
        for page in ("manual.md", "man/rtmpscope.1", "completion/rtmpscope.bash", "completion/rtmpscope.zsh")
    )
    for command in (("analyze",), ("live",), ("check",), ("export", "flv")):
        listed = output_of(program, *command, "--help", cwd=root)
        for option in sorted(set(re.findall(r"--[a-z][a-z-]+", listed)) - {"--help"}):
            escaped = option.replace("-", r"\-")
            for name, found in (
                ("manual.md", option in manual), ("the man page", escaped in man),
                ("a completion", all(option in page for page in completions)),
            ):  # fmt: skip
                if not found:
                    yield f"{name} does not have {option} of {' '.join(command)}"


def broken_links(root):
    for page in pages(root):
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
            if not (page.parent / target).exists():
                yield f"{page.relative_to(root)} links to {target}"


def main():
    program, root = sys.argv[1], Path(sys.argv[2])
    return report([
        *stale_tables(program, root), *stale_readme(program, root), *stale_outputs(program, root),
        *untold_limits(program, root), *untold_options(program, root), *broken_links(root),
    ])  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
