"""The shapes of the matrix, as plain data: what is drawn, what is written beside it, and what is right.

They lie in the sample data of geodata/: P in farmland, C where nothing is. Coordinates are longitude and latitude in degrees;
`in_metres` gives a shape's twin in CGCS2000, 3-degree zone 36, whole millimetres, for the formats that are metres by nature."""
import functools
import math
from dataclasses import dataclass, field, replace

from osgeo import osr

WEST, SOUTH, EAST, NORTH = 107.54318485, 40.94688644, 107.54478485, 40.94808644   # P, 17 953.67 m2 of farmland
CLEAR = (107.5488, 40.9479, 107.5498, 40.9486)                                    # C, 6 545.53 m2, nothing there
EPSG_METRES = 4524   # zone 36


def ring(west, south, east, north):
    return [(west, south), (east, south), (east, north), (west, north), (west, south)]


P, C = ring(WEST, SOUTH, EAST, NORTH), ring(*CLEAR)


@dataclass(frozen=True)
class Drawn:
    """One plot. `polygons` is what is drawn, each a list of rings, the first the outer one; None is no geometry, [] an empty
    one. `arcs`: the rings are (centre, radius) of circles."""
    polygons: list | None
    fields: dict = field(default_factory=dict)
    z: float | None = None
    m: float | None = None
    arcs: bool = False
    closed: bool = True
    # What is right: "accepted", "refused", or "either": one answer in all doors, whichever it is.
    right: str = "accepted"
    area: list | None = None   # rings with the sign of what they enclose; None: `polygons` as drawn


@dataclass(frozen=True, eq=False)
class Shape:
    name: str
    plots: tuple
    needs: frozenset = frozenset()   # what a format must be able to carry


def plot(*polygons, id="DK-1", name="甲地块", **more):
    fields = {"DKBH": id, "DKMC": name, **more.pop("fields", {})}
    return Drawn(list(polygons), {k: v for k, v in fields.items() if v is not None}, **more)


def shape(name, *plots, needs=()):
    return Shape(name, plots, frozenset(needs))


def minus(outer, *holes):
    return [(1, outer)] + [(-1, h) for h in holes]


HOLE = ring(107.5435, 40.9472, 107.5441, 40.9477)
ISLAND = ring(107.5437, 40.9473, 107.5439, 40.9475)
APART = ring(107.5450, 40.9470, 107.5455, 40.9474)
ON_EDGE = [(WEST, 40.9472), (107.544, 40.9472), (107.544, 40.9476), (WEST, 40.9476), (WEST, 40.9472)]
MIDDLE = 107.544
WEST_HALF, EAST_HALF = ring(WEST, SOUTH, MIDDLE, NORTH), ring(MIDDLE, SOUTH, EAST, NORTH)
WITH_MIDDLE = [P[0], (MIDDLE, SOUTH), *P[1:3], (MIDDLE, NORTH), *P[3:]]   # in metres its edges are bent a little there
# Where it crosses itself, and where it is at stake, no digit that a sentence prints is a half: a FileGDB moves points by 1e-14.
BOW_WEST, BOW_SOUTH = 107.54318480, 40.94688640
BOW = [(BOW_WEST, BOW_SOUTH), (EAST, NORTH), (EAST, BOW_SOUTH), (BOW_WEST, NORTH), (BOW_WEST, BOW_SOUTH)]
SPIKE = [(WEST, SOUTH), (EAST, SOUTH), (EAST, NORTH), (107.546, 40.949), (EAST, NORTH), (WEST, NORTH), (WEST, SOUTH)]
# A hole drawn into the outer ring, which comes back to the same point of its own edge.
TOUCH = 107.54398485
SELF_TOUCHING = [(WEST, SOUTH), (TOUCH, SOUTH), (107.5437, 40.9475), (107.5443, 40.9475), (TOUCH, SOUTH), (EAST, SOUTH),
                 (EAST, NORTH), (WEST, NORTH), (WEST, SOUTH)]
TOUCHING_HOLE = [(TOUCH, SOUTH), (107.5437, 40.9475), (107.5443, 40.9475), (TOUCH, SOUTH)]
FAR = ring(123.2200, 49.5690, 123.2216, 49.5702)   # zone 41
CIRCLE = ((107.5440, 40.9475), 0.0004)

SHAPES = (
    shape("valid", plot([P])),
    shape("hole", plot([P, HOLE]), needs={"holes"}),
    shape("self-touching", plot([SELF_TOUCHING], area=minus([P[0], (TOUCH, SOUTH), *P[1:]], TOUCHING_HOLE))),
    shape("spike", plot([SPIKE], area=minus(P))),
    shape("hole-on-edge", plot([P, ON_EDGE], area=minus(P, ON_EDGE)), needs={"holes"}),
    shape("hole-outside", plot([P, APART], right="refused"), needs={"holes", "roles"}),
    shape("parts", plot([P], [APART]), needs={"parts"}),
    shape("nested-island", plot([P, HOLE], [ISLAND]), needs={"parts", "holes"}),
    shape("common-edge", plot([WEST_HALF], [EAST_HALF], area=minus(WITH_MIDDLE)), needs={"parts"}),
    # United it is P, exclusive-ored it has a hole: the hole is what must not come out.
    shape("nested-again", plot([P], [HOLE], right="either", area=minus(P)), needs={"parts", "roles"}),
    shape("empty", plot(right="refused"), needs={"empty"}),
    shape("empty-beside", plot([C], id="DK-1"), plot(id="DK-2", right="refused"), needs={"empty", "several"}),
    shape("null", Drawn(None, {"DKBH": "DK-1", "DKMC": "甲地块"}, right="refused"), needs={"null"}),
    shape("null-beside", plot([C], id="DK-1"), Drawn(None, {"DKBH": "DK-2", "DKMC": "乙"}, right="refused"),
          needs={"null", "several"}),
    shape("unclosed", plot([P[:-1]], closed=False, right="either", area=minus(P)), needs={"unclosed"}),
    shape("arcs", plot([CIRCLE], arcs=True), needs={"arcs"}),
    shape("z", plot([P], z=1043.25), needs={"z"}),
    shape("zm", plot([P], z=1043.25, m=7.5), needs={"z", "m"}),
    shape("duplicate", plot([P], id="DK-1"), plot([P], id="DK-2", name="乙地块"), needs={"several"}),
    shape("codes", *(plot([C if i else P], id=code, name=f"地块{i}") for i, code in enumerate(
        ("150821001001000018", "1508210010010000019", "15082100100100000020", "3.10", "00012345", "1E5"))), needs={"several"}),
    shape("chinese", Drawn([[P]], {"地块编号": "甲-01", "地块名称": "灰腾梁，“一”号地", "备注": "东至沟；=1+1"}), needs={"fields", "chinese"}),
    shape("two-zones", plot([P], id="DK-36"), plot([FAR], id="DK-41", name="乙地块"), needs={"several", "zones"}),
    shape("bad-beside-good", plot([C], id="DK-1"), plot([BOW], id="DK-2", name="乙地块", right="refused"), needs={"several"}),
    shape("bad-first", plot([BOW], id="DK-1", right="refused"), plot([C], id="DK-2", name="乙地块"), needs={"several"}),
    shape("no-names", Drawn([[P]], {}), Drawn([[C]], {}), needs={"several", "bare"}),
)
BY_NAME = {s.name: s for s in SHAPES}


# ---- the twin in metres ----

@functools.cache
def transformer(epsg_from, epsg_to):
    systems = []
    for code in (epsg_from, epsg_to):
        s = osr.SpatialReference()
        s.ImportFromEPSG(code)
        s.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
        systems.append(s)
    return osr.CoordinateTransformation(*systems)


def epsg_of_zone(zone):
    return EPSG_METRES + zone - 36


def in_metres(s):
    """Easting with its zone, northing, rounded to a millimetre: what a survey writes."""
    def point(p):
        x, y, _ = transformer(4490, epsg_of_zone(round(p[0] / 3))).TransformPoint(*p)
        return (round(x, 3), round(y, 3))

    def rings(polygon, arcs):
        return [(point(r[0]), 40.0) if arcs else [point(p) for p in r] for r in polygon]

    def plots():
        for d in s.plots:
            polygons = d.polygons and [rings(p, d.arcs) for p in d.polygons]
            area = d.area and [(sign, [point(p) for p in r]) for sign, r in d.area]
            yield replace(d, polygons=polygons, area=area)
    return replace(s, plots=tuple(plots()))


# ---- a second opinion on areas ----

A, F = 6378137.0, 1 / 298.257222101
E2 = F * (2 - F)
E = math.sqrt(E2)


def q(lat):
    """Authalic function, m2 per radian of longitude from the equator."""
    s = math.sin(lat)
    return A * A * (1 - E2) / 2 * (s / (1 - E2 * s * s) + math.atanh(E * s) / E)


GAUSS = ((-0.906179845938664, 0.2369268850561891), (-0.5384693101056831, 0.4786286704993665), (0.0, 0.5688888888888889),
         (0.5384693101056831, 0.4786286704993665), (0.906179845938664, 0.2369268850561891))


def area_of_ring(points, pieces=4):
    """m2 on the ellipsoid, edges straight in longitude and latitude, by quadrature."""
    total = 0.0
    for (x0, y0), (x1, y1) in zip(points, points[1:] + points[:1]):
        for i in range(pieces if x0 != x1 else 0):
            middle, half = (2 * i + 1) / (2 * pieces), 1 / (2 * pieces)
            total += math.radians(x1 - x0) * sum(w * half * q(math.radians(y0 + (middle + half * t) * (y1 - y0))) for t, w in GAUSS)
    return abs(total)


def circle(centre, radius, n=3600):
    return [(centre[0] + radius * math.cos(2 * math.pi * i / n), centre[1] + radius * math.sin(2 * math.pi * i / n))
            for i in range(n)]


def right_area(d, metres=False):
    """What a plot encloses, m2."""
    rings = d.area or [(1 if i == 0 else -1, r) for polygon in d.polygons for i, r in enumerate(polygon)]
    total = 0.0
    for sign, r in rings:
        points = circle(*r) if d.arcs else r
        if metres:
            points = along_metres(points)
        total += sign * area_of_ring(points)
    return total


def along_metres(points, pieces=16):
    """Edges straight in metres, as longitudes and latitudes close enough together."""
    out, back = [], transformer(epsg_of_zone(int(points[0][0] // 1e6)), 4490)
    for (x0, y0), (x1, y1) in zip(points, points[1:] + points[:1]):
        out += [back.TransformPoint(x0 + (x1 - x0) * i / pieces, y0 + (y1 - y0) * i / pieces)[:2]
                for i in range(pieces)]
    return out
