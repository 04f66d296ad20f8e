"""The output of the program that pages show: blocks that begin with a command.

    ```console
    $ rtmpscope analyze --verdict samples/x.pcap
    what it prints
    ```

A last line "…" says that there is more. `outputs.py PROGRAM ROOT` writes what the program prints now; tables_test.py
checks that it is there.
"""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from sources import pages

BLOCK = re.compile(r"^```console\n\$ rtmpscope (.*)\n((?:(?!```).*\n)*)```$", re.M)
MORE = "…\n"


def output_of(program, root, arguments):
    """Standard output as a pipe gets it, whatever the terminal at hand."""
    environment = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "NO_COLOR")}
    environment["LC_ALL"] = "C.UTF-8"
    command = [program, *shlex.split(arguments)]
    # Whatever `check` finds, its exit code is another.
    ran = subprocess.run(command, cwd=root, env=environment, check=False, stdout=subprocess.PIPE, text=True)
    return ran.stdout


def refreshed(page, program, root):
    """The page's text as it ought to be."""

    def fresh(block):
        arguments, shown = block.groups()
        printed = output_of(program, root, arguments)
        if shown.endswith(MORE):
            printed = "".join(printed.splitlines(keepends=True)[: shown.count("\n") - 1]) + MORE
        return f"```console\n$ rtmpscope {arguments}\n{printed}```"

    return BLOCK.sub(fresh, page.read_text())


def stale(program, root):
    """Pages that show something else than the program prints."""
    for page in pages(root):
        if refreshed(page, program, root) != page.read_text():
            yield page


def main():
    program, root = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
    for page in list(stale(program, root)):
        page.write_text(refreshed(page, program, root))


if __name__ == "__main__":
    main()
