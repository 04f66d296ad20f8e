"""The generated parts of the documentation are fresh, and the links of every page lead somewhere.

    tables_test.py PROGRAM ROOT
"""

import re
import subprocess
import sys
from pathlib import Path

from sources import pages, report

SAMPLE = "samples/pub_ffmpeg_nginx_avc_aac.pcap"


def output_of(program, *arguments, cwd):
    return subprocess.run([program, *arguments], cwd=cwd, check=True, capture_output=True, text=True).stdout


def stale_tables(program, root):
    for table in ("fields", "findings", "values", "events", "causes", "profiles", "fingerprints"):
        fresh = output_of(program, table, "--format", "markdown", cwd=root)
        if (root / "docs" / f"{table}.md").read_text() != fresh:
            yield f"docs/{table}.md is stale: tools/generate-docs"


def stale_readme(program, root):
    shown = re.search(r"^```\n(.*?)^```$", (root / "README.md").read_text(), re.S | re.M).group(1)
    if shown != output_of(program, "analyze", "--color", "never", "-j", "1", SAMPLE, cwd=root):
        yield "the output in README.md is stale: tools/generate-docs"


def broken_links(root):
    for page in pages(root):
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
            if not (page.parent / target).exists():
                yield f"{page.relative_to(root)} links to {target}"


def main():
    program, root = sys.argv[1], Path(sys.argv[2])
    return report([*stale_tables(program, root), *stale_readme(program, root), *broken_links(root)])


if __name__ == "__main__":
    sys.exit(main())
