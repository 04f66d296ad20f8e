"""What is wrong and not mended yet: beginnings of complaints, and why. Anything else fails; so does one that occurs no
more.
"""

KNOWN = {}


def unexpected(complaints, concerned):
    """The complaints that are not known; `concerned` says which of the known ones must have occurred."""
    seen = set()
    for complaint in complaints:
        beginning = next((known for known in KNOWN if complaint.startswith(known)), None)
        if beginning is None:
            yield complaint
        seen.add(beginning)
    yield from (f"known, but occurs no more: {known}" for known in KNOWN if concerned(known) and known not in seen)
