"""Synthetic shapes and the partition of the region: fractal noise, stars, exactly noded faces."""
import warnings

import numpy as np
from shapely.geometry import LineString, MultiLineString, Point, Polygon
from shapely.ops import polygonize, unary_union
from shapely.prepared import prep
from shapely.strtree import STRtree

warnings.filterwarnings('ignore', message='STRtree will be changed')

from common import as_multi, metres_per_degree, node_on_grid, polygons


def noise(r, ny, nx, beta, longest):
    """Gaussian field of unit variance whose power falls with wave number as k**-beta; waves of more than `longest`
    cells are damped."""
    w = np.fft.rfft2(r.standard_normal((ny, nx)))
    ky, kx = np.fft.fftfreq(ny)[:, None], np.fft.rfftfreq(nx)[None, :]
    k2 = ky * ky + kx * kx
    k2[0, 0] = 1
    w *= k2 ** (-beta / 4) * (1 - np.exp(-k2 * longest ** 2))
    w[0, 0] = 0
    f = np.fft.irfft2(w, (ny, nx))
    return f / f.std()


def radial_profile(r, n, rough, beta=1.7):
    """n positive factors around 1, periodic, fractal."""
    k = np.arange(1, n // 2 + 1)
    spec = np.zeros(n // 2 + 1, complex)
    spec[1:] = (r.standard_normal(len(k)) + 1j * r.standard_normal(len(k))) * k ** -beta
    z = np.fft.irfft(spec, n)
    return np.exp(np.clip(z / (z.std() + 1e-12) * rough, -0.9, 0.9))


def star(cx, cy, radii_m, turn=0.0):
    """Simple counter-clockwise polygon around (cx, cy) through the given radii, as an (n, 2) array of 8 decimals."""
    th = turn + np.arange(len(radii_m)) * 2 * np.pi / len(radii_m)
    east, north = metres_per_degree(cy)
    return np.round(np.column_stack([cx + radii_m * np.cos(th) / east, cy + radii_m * np.sin(th) / north]), 8)


def quad(cx, cy, width_m, height_m, angle, r=None):
    """A plot of four corners and four slightly bent sides."""
    w, h = width_m / 2, height_m / 2
    p = np.array([[-w, -h], [0, -h], [w, -h], [w, 0], [w, h], [0, h], [-w, h], [-w, 0]], float)
    if r is not None:
        p += r.uniform(-0.05, 0.05, p.shape) * min(width_m, height_m)
    c, s = np.cos(angle), np.sin(angle)
    p = p @ np.array([[c, s], [-s, c]])
    east, north = metres_per_degree(cy)
    return Polygon(np.round(np.column_stack([cx + p[:, 0] / east, cy + p[:, 1] / north]), 8))


def boundary_lines(geoms):
    return [LineString(r.coords) for g in geoms for p in polygons(g) for r in (p.exterior, *p.interiors)]


def faces(lines):
    """All faces of the exactly noded arrangement of some lines: neighbours share each vertex."""
    return list(polygonize(node_on_grid(MultiLineString(lines))))


class Lookup:
    """Which of some polygons contains a point (first of several), by tree and prepared geometry."""

    def __init__(self, geoms):
        self.parts, self.owner = [], {}
        for i, g in enumerate(geoms):
            for p in polygons(g):
                self.parts.append(p)
                self.owner[id(p)] = i
        self.tree, self.ready = STRtree(self.parts), {}

    def prepared(self, p):
        if id(p) not in self.ready:
            self.ready[id(p)] = prep(p)
        return self.ready[id(p)]

    def containing(self, point):
        hit = [self.owner[id(p)] for p in self.tree.query(point) if self.prepared(p).contains(point)]
        return min(hit) if hit else None

    def meeting(self, geom):
        """Owners of all parts that meet the geometry, borders included."""
        return sorted({self.owner[id(p)] for p in self.tree.query(geom) if self.prepared(p).intersects(geom)})


def partition(outline, prefs):
    """The region cut into one piece a prefecture, exactly sharing borders: faces of the outline and all prefecture
    borders, each given to the prefecture that holds it, or, between outline and prefectures, to the nearest."""
    geoms = [g for g, _ in prefs]
    inside, which = prep(outline), Lookup(geoms)
    groups = [[] for _ in geoms]
    for f in faces(boundary_lines([outline, *geoms])):
        p = f.representative_point()
        if not inside.contains(p):
            continue
        i = which.containing(p)
        if i is None:
            i = min(range(len(geoms)), key=lambda j: geoms[j].distance(p))
        groups[i].append(f)
    return [as_multi(unary_union(g)) for g in groups]


def nearest_unit(units, lon, lat, pref=None):
    """The county unit whose seat is nearest (plane with shortened east), within a prefecture if one is given."""
    pool = [u for u in units if pref is None or u['pref'] == pref]
    k = np.cos(np.radians(lat))
    return min(pool, key=lambda u: ((u['lon'] - lon) * k) ** 2 + (u['lat'] - lat) ** 2)


def around(lon, lat, metres):
    return Point(lon, lat).buffer(metres / 80000.0)
