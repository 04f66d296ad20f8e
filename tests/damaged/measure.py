"""Runs a command and writes what it used to the file descriptor that the first argument names: seconds of processor
time and peak memory in bytes, as JSON.

    measure.py DESCRIPTOR COMMAND [ARGUMENT…]

A process of its own, because on Linux a new process starts with its parent's peak memory as its own.
"""

import json
import os
import sys


def main():
    descriptor, command = int(sys.argv[1]), sys.argv[2:]
    child = os.posix_spawn(command[0], command, os.environ)
    _, status, usage = os.wait4(child, 0)
    os.write(descriptor, json.dumps([usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024]).encode())
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    code = main()
    sys.exit(code if code >= 0 else 128 - code)
