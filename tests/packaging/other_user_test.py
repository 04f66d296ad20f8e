"""tools/rtmpscope for an ordinary user, on a tree that somebody else owns and built, or did not build.

    other_user_test.py PROGRAM

The tree is a copy with a program of its own in place of the build's: only the way there is tested. Exits with 77
(skipped) where the test does not run as root.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SKIPPED = 77
NOBODY = 65534
ROOT = Path(__file__).resolve().parents[2]
FAKE_CMAKE = '#!/bin/sh\nwhile [ "$1" != -B ]; do shift; done\nmkdir -p "$2" && echo >"$2/build.ninja"\n'
FAKE_NINJA = """#!/bin/sh
mkdir -p "$2/analyzer/app"
printf '#!/bin/sh\\necho built by the user: "$@"\\n' >"$2/analyzer/app/rtmpscope"
chmod 755 "$2/analyzer/app/rtmpscope"
"""


def script(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def tree_of_root(folder):
    tree = folder / "tree"
    (tree / "analyzer").mkdir(parents=True)
    (tree / "cmake").mkdir()
    shutil.copytree(ROOT / "tools", tree / "tools")
    for name in ("CMakeLists.txt", "CMakePresets.json"):
        shutil.copy(ROOT / name, tree / name)
    script(tree / "build/run/analyzer/app/rtmpscope", '#!/bin/sh\necho built by root: "$@"\n')
    return tree


def run_as_nobody(folder, tree):
    home, tools = folder / "home", folder / "tools"
    home.mkdir(exist_ok=True)
    os.chown(home, NOBODY, NOBODY)
    script(tools / "cmake", FAKE_CMAKE)
    script(tools / "ninja", FAKE_NINJA)
    command = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups",
               "env", "-u", "XDG_CACHE_HOME", f"HOME={home}", f"PATH={tools}:{os.environ['PATH']}",
               tree / "tools/rtmpscope", "analyze", "x"]
    return subprocess.run(command, capture_output=True, check=False, text=True)


def main():
    if os.geteuid() != 0:
        print("needs root, to become somebody else")
        sys.exit(SKIPPED)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        tree = tree_of_root(folder)
        before = sorted(path for path in tree.rglob("*"))
        result = run_as_nobody(folder, tree)
        assert (result.returncode, result.stdout) == (0, "built by root: analyze x\n"), result
        # A source that is newer than the program: a program of the user's own.
        newer = tree / "CMakeLists.txt"
        program = tree / "build/run/analyzer/app/rtmpscope"
        os.utime(newer, (program.stat().st_mtime + 10,) * 2)
        for _ in range(2):
            result = run_as_nobody(folder, tree)
            assert (result.returncode, result.stdout) == (0, "built by the user: analyze x\n"), result
        assert (folder / "home/.cache/rtmpscope").is_dir()
        # Nothing was built at all.
        shutil.rmtree(tree / "build")
        shutil.rmtree(folder / "home/.cache")
        result = run_as_nobody(folder, tree)
        assert (result.returncode, result.stdout) == (0, "built by the user: analyze x\n"), result
        assert not set(path for path in tree.rglob("*")) - set(before), "something was written into the tree"
    print("an ordinary user can run what root has checked out")


if __name__ == "__main__":
    main()
