"""Reads a native histogram out of the protobuf exposition: its buckets are a tenth wide, where classic ones are several
times that, and a quantile is no better than the bucket it lies in."""
import collections
import struct

ACCEPT = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"


def histogram(body, family):
    """All of a family's series together: the schema, and the counts by index."""
    counts, schema = collections.Counter(), 8
    for message in delimited(body):
        fields = list(decode(message))
        if (1, family.encode()) not in fields:
            continue
        for series in (value for number, value in fields if number == 4):
            for one in (value for number, value in decode(series) if number == 7):
                of, more = buckets(one)
                counts, more, schema = coarsen(counts, schema, of), coarsen(more, of, schema), min(schema, of)
                counts.update(more)
    return schema, counts


def buckets(message):
    """The schema, and the counts by index. What counts as zero is left out."""
    schema, total, zero, spans, deltas = 0, 0, 0, [], []
    for number, value in decode(message):
        if number == 1:
            total = value
        elif number == 5:
            schema = zigzag(value)
        elif number == 7:
            zero = value
        elif number == 12:
            span = dict(decode(value))
            spans.append((zigzag(span.get(1, 0)), span.get(2, 0)))
        elif number == 13:
            deltas += [zigzag(value)] if isinstance(value, int) else [zigzag(one) for one in varints(value)]
    counts, index, count, left = collections.Counter(), 0, 0, iter(deltas)
    for offset, length in spans:
        index += offset
        for _ in range(length):
            count += next(left)
            counts[index] = count
            index += 1
    assert sum(counts.values()) + zero == total, "the buckets do not add up"
    return schema, counts


def coarsen(counts, schema, wanted):
    for _ in range(wanted, schema):
        wider = collections.Counter()
        for index, count in counts.items():
            wider[(index + 1) >> 1] += count
        counts = wider
    return counts


def quantile(share, before, after):
    """Of what came between two readings: even, on a scale of powers, within its bucket."""
    schema = min(before[0], after[0])
    counts = coarsen(after[1], after[0], schema)
    counts.subtract(coarsen(before[1], before[0], schema))
    rank, base = share * sum(counts.values()), 2 ** (2 ** -schema)
    for index, count in sorted(counts.items()):
        if count >= rank and count:
            return base ** (index - 1 + rank / count)
        rank -= count
    raise ValueError("nothing came")


def zigzag(value):
    return value >> 1 ^ -(value & 1)


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def varints(data):
    at = 0
    while at < len(data):
        value, at = varint(data, at)
        yield value


def delimited(data):
    at = 0
    while at < len(data):
        length, at = varint(data, at)
        yield data[at:at + length]
        at += length


def decode(message):
    """Each field: its number, and an integer, a double or bytes."""
    at = 0
    while at < len(message):
        tag, at = varint(message, at)
        if tag & 7 == 0:
            value, at = varint(message, at)
        elif tag & 7 == 1:
            (value,), at = struct.unpack_from("<d", message, at), at + 8
        elif tag & 7 == 2:
            length, at = varint(message, at)
            value, at = message[at:at + length], at + length
        else:
            raise ValueError(f"a field of kind {tag & 7}")
        yield tag >> 3, value
