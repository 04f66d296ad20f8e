"""What the checks of this folder find and know of. The lists are to become shorter: an entry without need is a
complaint.
"""

# Folders that may include each other, with the reason.
CIRCLES = {
}

# Python files with lines over 120 characters.
WIDE_PYTHON = {
    "tests/comparison/comparison_report.py": "lines of the page that it writes",
    "tests/damaged/damage_report.py": "lines of the page that it writes",
    "tests/findings/judged_rows.py": "one session a line; to be wrapped",
    "tests/judgement/statistics_test.py": "comparisons with their bounds; to be wrapped",
}

# Functions over 60 lines. One that has to stay that long says why itself, in a comment "// long: reason".
LONG_FUNCTIONS = {
}

# Classes that are implemented in several files.
SPREAD_CLASSES = {
}

# Folders whose README.md does not have 5 to 20 lines, or is missing.
READMES = {
    "tests/bench": "the figures are in it",
    "tests/built_in_dissector_faults": "the list of rows is in it",
    "tests/findings": "the list of files is in it",
}
