"""Parcels that cost as much as a parcel can, each of few bytes for what it asks: what somebody sends who wants the
server to stand still, or does not know better. NAME SIZE writes one of them to standard output; without SIZE it is
as large as the requirement names.

Used by test_hostile.py and measure.py. Everything is deterministic."""

import json
import math
import pathlib
import sys

WEST, SOUTH, EAST, NORTH = 97.0, 37.3, 126.2, 53.4  # all of Inner Mongolia, and a little more


def polygon(rings):
    return '{"type":"Polygon","coordinates":[%s]}' % ",".join(ring_text(r) for r in rings)


def ring_text(ring):
    return "[%s]" % ",".join("[%.8f,%.8f]" % p for p in ring)


def closed(points):
    return points + points[:1]


def box(west, south, east, north):
    return closed([(west, south), (east, south), (east, north), (west, north)])


def region(_):
    """One rectangle over everything: the 86 bytes."""
    return '{"type":"Polygon","coordinates":[[[97,37],[127,37],[127,54],[97,54],[97,37]]]}'


def star(n, middle=(111.0, 41.0), outer=1.5, inner=0.3):
    """n spikes."""
    ring = []
    for i in range(2 * n):
        r, a = (outer if i % 2 == 0 else inner), math.pi * i / n
        ring.append((middle[0] + r * math.cos(a), middle[1] + r * math.sin(a)))
    return polygon([closed(ring)])


def crossed_star(n):
    """Every spike goes to the other side: each edge crosses nearly every other one. Not valid."""
    ring = []
    for i in range(n):
        a = 2 * math.pi * i * ((n - 1) // 2) / n
        ring.append((111 + 1.5 * math.cos(a), 41 + 1.5 * math.sin(a)))
    return polygon([closed(ring)])


def comb(n, middle=(111.0, 41.0), width=3.0, height=2.0):
    """n teeth of nearly the whole height."""
    west, south, step = middle[0] - width / 2, middle[1] - height / 2, width / n
    ring = [(west, south), (west + width, south)]
    for i in reversed(range(n)):
        x = west + i * step
        ring += [(x + 0.6 * step, south + height), (x, south + 0.01)]
    return polygon([closed(ring)])


def holes(n, middle=(111.0, 41.0), width=3.0):
    side = math.ceil(math.sqrt(n))
    step, west, south = width / side, middle[0] - width / 2, middle[1] - width / 2
    rings = [box(west, south, west + width, south + width)]
    for i in range(n):
        x, y = west + (i % side + 0.25) * step, south + (i // side + 0.25) * step
        rings.append(box(x, y, x + step / 2, y + step / 2)[::-1])
    return polygon(rings)


def parts(n, middle=(111.0, 41.0), width=3.0):
    side = math.ceil(math.sqrt(n))
    step, west, south = width / side, middle[0] - width / 2, middle[1] - width / 2
    all_ = []
    for i in range(n):
        x, y = west + (i % side + 0.25) * step, south + (i // side + 0.25) * step
        all_.append("[%s]" % ring_text(box(x, y, x + step / 2, y + step / 2)))
    return '{"type":"MultiPolygon","coordinates":[%s]}' % ",".join(all_)


def nested(n, middle=(111.0, 41.0), width=3.0):
    """Rings in rings in rings: outer, hole, outer …"""
    all_ = []
    for i in range(0, n, 2):
        d, e = width / 2 * (1 - i / (n + 1)), width / 2 * (1 - (i + 1) / (n + 1))
        rings = [box(middle[0] - d, middle[1] - d, middle[0] + d, middle[1] + d)]
        if i + 1 < n:
            rings.append(box(middle[0] - e, middle[1] - e, middle[0] + e, middle[1] + e)[::-1])
        all_.append("[%s]" % ",".join(ring_text(r) for r in rings))
    return '{"type":"MultiPolygon","coordinates":[%s]}' % ",".join(all_)


def spiral(n, middle=(111.0, 41.0), outer=1.5):
    """One band of n turns, wound around itself: half of what lies there is in it."""
    steps, there, back = 24 * n, [], []
    for i in range(24, steps + 1):
        a, r = 2 * math.pi * i / 24, outer * i / steps
        there.append((middle[0] + r * math.cos(a), middle[1] + r * math.sin(a)))
        r -= outer / n / 2
        back.append((middle[0] + r * math.cos(a), middle[1] + r * math.sin(a)))
    return polygon([closed(there + back[::-1])])


def outline(_):
    """The region itself, as its border runs."""
    path = pathlib.Path(__file__).parents[2] / "geodata" / "admin" / "region.geojson"
    return json.dumps(json.loads(path.read_text(encoding="utf-8"))["features"][0]["geometry"])


def scribble(n):
    """n edges from anywhere to anywhere. Not valid; n² / 10 crossings."""
    seed, ring = 12345, []
    for _ in range(n):
        p = []
        for low, size in ((110.0, 2.0), (40.0, 2.0)):
            seed = (seed * 6364136223846793005 + 1442695040888963407) % 2**64
            p.append(low + size * (seed >> 33) / 2**31)
        ring.append(tuple(p))
    return polygon([closed(ring)])


def circle(n):
    """One ring of many vertices."""
    return polygon([closed([(111 + 1.5 * math.cos(2 * math.pi * i / n), 41 + math.sin(2 * math.pi * i / n))
                            for i in range(n)])])


# ---- JSON that is more to a reader than it is on the wire; n is bytes ----

SMALL = '"geometry":{"type":"Polygon","coordinates":[[[111,41],[111.01,41],[111.01,41.01],[111,41]]]}'


def with_properties(text):
    return '{"type":"Feature","properties":{"x":%s},%s}' % (text, SMALL)


def empty_lists(n):
    return with_properties("[%s[]]" % ("[]," * (n // 3)))


def empty_objects(n):
    return with_properties("[%s{}]" % ("{}," * (n // 3)))


def small_objects(n):
    return with_properties("[%s{}]" % ('{"a":1},' * (n // 8)))


def list_in_lists(n):
    return with_properties("[%s[]]" % (("[" * 50 + "]" * 50 + ",") * (n // 101)))


def many_members(n):
    return '{"type":"Feature","properties":{%s},%s}' % (",".join('"%x":0' % i for i in range(n // 9)), SMALL)


def long_key(n):
    return '{"type":"Feature","properties":{"%s":1},%s}' % ("k" * n, SMALL)


def long_number(n):
    return with_properties("1" * 17 + "." + "3" * n)


def coordinates_of_lists(n):
    """Lists where positions belong."""
    return '{"type":"Polygon","coordinates":[[%s[]]]}' % ("[]," * (n // 3))


def features_of_nothing(n):
    return '{"type":"FeatureCollection","features":[%s{}]}' % ("{}," * (n // 3))


KINDS = {f.__name__: (f, n) for f, n in (
    (region, 0), (outline, 0), (spiral, 1000), (star, 50000), (crossed_star, 20001), (comb, 100000), (holes, 20000), (parts, 100000),
    (nested, 10000), (scribble, 20000), (circle, 1000000), (empty_lists, 2400000), (empty_objects, 2400000),
    (small_objects, 2400000), (list_in_lists, 2400000), (many_members, 2400000), (long_key, 1000000),
    (long_number, 1000000), (coordinates_of_lists, 2400000), (features_of_nothing, 2400000))}


def make(name, size=None):
    function, whole = KINDS[name]
    return function(size or whole)


if __name__ == "__main__":
    sys.stdout.write(make(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else None))
