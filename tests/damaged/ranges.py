"""Sets of integers as sorted, disjoint half-open ranges: which bytes of a stream are there."""

from bisect import bisect_left, bisect_right


class Ranges:
    def __init__(self, ranges=()):
        self.begins, self.ends = [], []
        for begin, end in ranges:
            self.add(begin, end)

    def __iter__(self):
        return iter(zip(self.begins, self.ends))

    def __len__(self):
        return sum(self.ends) - sum(self.begins)

    def add(self, begin, end):
        if begin >= end:
            return
        first = bisect_left(self.ends, begin)  # ranges that touch are joined
        last = bisect_right(self.begins, end)
        if first < last:
            begin, end = min(begin, self.begins[first]), max(end, self.ends[last - 1])
        self.begins[first:last] = [begin]
        self.ends[first:last] = [end]

    def cover(self, begin, end):
        """Whether all of the range is in the set; nothing always is."""
        place = bisect_right(self.begins, begin) - 1
        return begin >= end or (place >= 0 and end <= self.ends[place])

    def missing(self, begin, end):
        """What of the range is not in the set."""
        for have_begin, have_end in self:
            if have_end <= begin:
                continue
            if have_begin >= end:
                break
            if begin < have_begin:
                yield begin, have_begin
            begin = max(begin, have_end)
        if begin < end:
            yield begin, end

    def from_on(self, begin):
        return Ranges((max(begin, one), end) for one, end in self if end > begin)
