"""What the checks of this folder find and know of. The lists are to become shorter: an entry without need is a complaint."""

# Folders that may include each other, with the reason.
CIRCLES = {
}

# Functions over 60 lines. One that has to stay that long says why itself, in a comment "// long: reason".
LONG_FUNCTIONS = {
    "analyzer/app/command_line.cpp parse_command_line": "to be divided",
    "dissector-plugin/tree_renderer.cpp add_fields": "to be divided",
    "analyzer/output/text/event_line.cpp event_line": "typed events will replace it",
    "analyzer/rtmp/chunk/chunk_parser.cpp ChunkParser::start_message": "recovery will leave the parser",
    "analyzer/rtmp/recovery/backward_parser.cpp TrialParser::match_known_length": "becomes a class",
    "analyzer/rtmp/recovery/chunk_size_inference.cpp TrialParser::choose_chunk_size": "becomes a class",
    "analyzer/rtmp/recovery/trial_parser.cpp TrialParser::try_from": "becomes a class",
}

# Classes that are implemented in several files.
SPREAD_CLASSES = {
    "analyzer/rtmp/chunk ChunkParser": "recovery will leave the parser",
    "analyzer/rtmp/recovery TrialParser": "each file becomes a class",
    "analyzer/rtmp/recovery SyncSearch": "each file becomes a class",
}

# Folders whose README.md does not have 5 to 20 lines, or is missing.
READMES = {
    "tests/bench": "the figures are in it",
    "tests/built_in_dissector_faults": "the list of rows is in it",
}
