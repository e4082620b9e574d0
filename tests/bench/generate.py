#!/usr/bin/python3
"""The bench workload, the same bytes for the same seed: layers like the three control lines, and parcels about them.

    tests/bench/generate.py OUT [--scale 1] [--seed 20240601]

Writes OUT/{redline,farmland,urban,parcels}.gpkg (EPSG:4490; the layer is called like its file; id = fid). At scale 1:
redline 2,000 features with 4.8 million vertices, seven of them giants; farmland 200,000; urban 1,500; parcels 100,000, a
third of which overlap something, edge-touching and sliver-sized ones on purpose.

Red lines are contours of fractal noise, each in its own cell of a partition of the extent: so rings are valid, apart from
one another, with islands and holes, and vertex counts are heavy-tailed by construction.

The order in which random numbers are drawn is part of the format: do not change it."""
import argparse
import math
import os
import struct

import contourpy
import numpy as np
import shapely.prepared
import shapely.strtree
import shapely.wkb
from osgeo import gdal, ogr, osr
from shapely.geometry import Polygon

DEFAULT_SEED = 20240601
METRES_NORTH = 111195.0     # per degree of latitude


def metres_east(lat):
    return 111320.0 * math.cos(math.radians(lat))


def closed(ring):
    return np.vstack([ring, ring[:1]])


# ---- writing: WKB into GeoPackages, byte by byte the same every time ----

def ring_wkb(ring):
    return struct.pack('<I', len(ring)) + np.ascontiguousarray(ring, '<f8').tobytes()


def polygon_wkb(rings):
    return struct.pack('<BII', 1, 3, len(rings)) + b''.join(ring_wkb(r) for r in rings)


def multipolygon_wkb(polygons):
    return struct.pack('<BII', 1, 6, len(polygons)) + b''.join(polygon_wkb(p) for p in polygons)


def write(folder, name, geometry_type, text_fields, rows):
    path = os.path.join(folder, name + '.gpkg')
    if os.path.exists(path):
        os.remove(path)
    srs = osr.SpatialReference()
    srs.ImportFromEPSG(4490)
    srs.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    source = ogr.GetDriverByName('GPKG').CreateDataSource(path)
    layer = source.CreateLayer(name, srs, geometry_type, ['FID=fid', 'GEOMETRY_NAME=geom'])
    fields = [('id', ogr.OFTInteger)] + [(f, ogr.OFTString) for f in text_fields]
    for field, kind in fields:
        layer.CreateField(ogr.FieldDefn(field, kind))
    definition = layer.GetLayerDefn()
    layer.StartTransaction()
    for number, (wkb, texts) in enumerate(rows, 1):
        feature = ogr.Feature(definition)
        feature.SetFID(number)
        for (field, _), value in zip(fields, (number, *texts)):
            feature.SetField(field, value)
        feature.SetGeometryDirectly(ogr.CreateGeometryFromWkb(wkb))
        layer.CreateFeature(feature)
    layer.CommitTransaction()
    source = None
    print(f'{name}: {number} features, {os.path.getsize(path) >> 20} MiB', flush=True)


# ---- looking up: what meets what ----

class Finder:
    """Parts of polygons, prepared when first asked for, behind a tree."""
    def __init__(self, geometries):
        parts = [part for g in geometries for part in getattr(g, 'geoms', [g])]
        self.tree = shapely.strtree.STRtree(parts)
        self.parts = parts      # the tree holds no references
        self.prepared = {}

    def prepare(self, part):
        key = id(part)
        if key not in self.prepared:
            self.prepared[key] = shapely.prepared.prep(part)
        return self.prepared[key]

    def meets(self, shape):
        return any(self.prepare(part).intersects(shape) for part in self.tree.query(shape))

    def contains(self, shape):
        return any(self.prepare(part).contains(shape) for part in self.tree.query(shape))


class Spread:
    """Circles that keep apart, found by hashing; longitudes shortened as at latitude 45."""
    def __init__(self, cell):
        self.cell = cell
        self.circles = {}

    def is_free(self, x, y, radius):
        cell = self.cell
        n = int(math.ceil((radius + cell * 0.999) / cell))
        i, j = int(x * .7 // cell), int(y // cell)
        return not any(((u - x) * .7) ** 2 + (v - y) ** 2 < (radius + r) ** 2
                       for a in range(i - n, i + n + 1) for b in range(j - n, j + n + 1)
                       for u, v, r in self.circles.get((a, b), ()))

    def add(self, x, y, radius):
        key = int(x * .7 // self.cell), int(y // self.cell)
        self.circles.setdefault(key, []).append((x, y, radius))


class Edges:
    """Edges of rings, to be picked evenly."""
    def __init__(self, rings):
        self.rings = rings
        self.ends = np.cumsum([len(ring) - 1 for ring in rings])

    def pick(self, random):
        edge = int(random.integers(self.ends[-1]))
        k = int(np.searchsorted(self.ends, edge, 'right'))
        at = edge - (self.ends[k - 1] if k else 0)
        return self.rings[k][at], self.rings[k][at + 1]


def circle(x, y, radius):
    angles = np.arange(24) * math.pi / 12
    return Polygon(np.column_stack([x + radius / .7 * np.cos(angles), y + radius * np.sin(angles)]))


# ---- red lines ----

def partition(items, cell, out):
    """Gives each (number, weight) a rectangle of about its share of `cell`."""
    if len(items) == 1:
        out[items[0][0]] = cell
        return
    total, acc, j = sum(w for _, w in items), 0, 0
    while j < len(items) - 1 and acc + items[j][1] <= total / 2:
        acc += items[j][1]
        j += 1
    if j == 0:
        acc, j = items[0][1], 1
    share = acc / total
    x0, y0, x1, y1 = cell
    if (x1 - x0) * 0.7 >= (y1 - y0):
        middle = x0 + share * (x1 - x0)
        first, second = (x0, y0, middle, y1), (middle, y0, x1, y1)
    else:
        middle = y0 + share * (y1 - y0)
        first, second = (x0, y0, x1, middle), (x0, middle, x1, y1)
    partition(items[:j], first, out)
    partition(items[j:], second, out)


def fractal_field(random, ny, nx, beta):
    waves = np.fft.rfft2(random.standard_normal((ny, nx), dtype=np.float32))
    ky = np.fft.fftfreq(ny)[:, None] * ny
    kx = np.fft.rfftfreq(nx)[None, :] * nx
    longest = max(nx, ny)
    q = (ky * (longest / ny)) ** 2 + (kx * (longest / nx)) ** 2
    q[0, 0] = 1
    waves *= (q ** (-beta / 4)).astype(np.float32)
    waves[0, 0] = 0
    field = np.fft.irfft2(waves, (ny, nx))
    return field / field.std()


def contour_polygons(random, cell, nx, ny):
    x0, y0, x1, y1 = cell
    field = fractal_field(random, ny, nx, 2.9)
    u = np.linspace(0, 1, nx)[None, :]
    v = np.linspace(0, 1, ny)[:, None]
    du, dv = np.minimum(u, 1 - u), np.minimum(v, 1 - v)
    field = field - 2.2 * np.maximum(0, 1 - du / 0.10) ** 1 - 2.2 * np.maximum(0, 1 - dv / 0.10) ** 1
    field = field - np.quantile(field, 0.44)
    field[0, :] = field[-1, :] = -5
    field[:, 0] = field[:, -1] = -5
    generator = contourpy.contour_generator(np.linspace(x0, x1, nx), np.linspace(y0, y1, ny), field,
                                            fill_type=contourpy.FillType.OuterOffset)
    polygons = []
    for points, offset in zip(*generator.filled(0.0, 1e30)):
        if offset[1] - offset[0] < 9:
            continue
        holes = [points[offset[j]:offset[j + 1]] for j in range(1, len(offset) - 1) if offset[j + 1] - offset[j] >= 9]
        polygons.append([points[offset[0]:offset[1]]] + holes)
    return polygons


def redline_feature(random_of, i, cell, target):
    """Polygons with about `target` vertices: the grid is made finer or coarser until they fit."""
    width, height = (cell[2] - cell[0]) * 0.7, cell[3] - cell[1]
    n, best = 6 + 0.55 * (target / 1.0) ** 0.62 * 1.2, None
    for _ in range(6):
        nx, ny = max(10, int(n * math.sqrt(width / height))), max(10, int(n * math.sqrt(height / width)))
        polygons = contour_polygons(random_of(1, i), cell, nx, ny)
        if not polygons:
            n *= 1.3
            continue
        polygons.sort(key=lambda p: -len(p[0]))
        count = sum(len(ring) for p in polygons for ring in p)
        off = abs(math.log(count / target))
        if best is None or off < best[0]:
            best = off, polygons
        if off < 0.12:
            break
        n *= min(3, max(0.4, (target / count) ** 0.65))
    return best[1]


def redlines(random_of, scale, extent):
    random = random_of(0)
    number = max(40, round(2000 * scale))
    giants = [500e3, 450e3, 400e3, 350e3, 300e3, 260e3, 230e3, 205e3] if scale >= 0.5 else [210e3]
    n_middle = max(2, round(40 * scale))
    targets = np.concatenate([giants, random.uniform(8e3, 40e3, n_middle),
                              np.clip(random.lognormal(math.log(300), 1.15, number - n_middle - len(giants)), 12, 20000)])
    weights = targets ** 0.75 if scale >= 0.5 else targets ** 0.62
    cells = {}
    partition([(int(j), float(weights[j])) for j in random.permutation(len(targets))], extent, cells)
    return [redline_feature(random_of, j, cells[j], target) for j, target in enumerate(targets)], len(giants)


# ---- urban boundaries ----

def star(random, x, y, radius_m, n, rough, beta=1.6):
    """A simple ring of n vertices about a point, its radius in metres disturbed by fractal noise."""
    m = n // 2 + 1
    k = np.arange(1, m)
    spectrum = np.zeros(m, complex)
    spectrum[1:] = (random.standard_normal(m - 1) + 1j * random.standard_normal(m - 1)) * k ** (-beta)
    z = np.fft.irfft(spectrum, n)
    z = z / (z.std() + 1e-12) * rough
    angle = (np.arange(n) + random.uniform(-.3, .3, n)) * 2 * math.pi / n
    radius = radius_m * np.exp(np.clip(z, -1.2, 1.2))
    return np.column_stack([x + radius * np.cos(angle) / metres_east(y), y + radius * np.sin(angle) / METRES_NORTH])


def urban_boundaries(random, scale, extent, red):
    features, circles, spread = [], [], Spread(0.3)
    while len(features) < max(20, round(1500 * scale)):
        x, y = random.uniform(extent[0] + .2, extent[2] - .2), random.uniform(extent[1] + .2, extent[3] - .2)
        radius = float(np.clip(random.lognormal(math.log(1500), .7), 350, 12000))
        reach = radius * 2.4 / METRES_NORTH
        may_meet_red = random.random() < .04
        if not spread.is_free(x, y, reach) or (not may_meet_red and red.meets(circle(x, y, reach))):
            continue
        spread.add(x, y, reach)
        n = int(np.clip(random.lognormal(math.log(500), .9), 100, 5000))
        rings = [closed(star(random, x, y, radius, n, .3))]
        if random.random() < .1:
            rings.append(closed(star(random, x, y, radius * .25 * .8, max(20, n // 8), .1))[::-1])
        features.append(rings)
        circles.append((x, y, radius))
    return features, circles


# ---- farmland: tessellations of jittered grids whose neighbours share edges bit by bit ----

def wavy_line(random, a, b, n, amplitude):
    t = np.linspace(0, 1, n + 1)[1:-1]
    z = np.zeros(n - 1)
    for q, c in enumerate(random.standard_normal(min(6, n // 2 + 1))):
        z += c / (q + 1) ** 1.2 * np.sin((q + 1) * math.pi * t)
    z += random.standard_normal(n - 1) * .08 * np.minimum(t, 1 - t)
    z = np.clip(z, -2, 2) * amplitude * np.minimum(1, 4 * np.minimum(t, 1 - t))
    dx, dy = b - a
    return np.column_stack([a[0] + dx * t - dy * z, a[1] + dy * t + dx * z])


class Farmland:
    def __init__(self, random, scale, extent):
        self.random = random
        self.extent = extent
        self.number = round(200000 * scale)
        self.fields, self.gaps, self.clusters = [], [], []
        self.spread = Spread(0.05)

    def fill(self, towns, red_points, red, urban):
        random = self.random
        while len(self.fields) < self.number:
            where = random.random()
            kx, ky = int(random.integers(6, 25)), int(random.integers(6, 25))
            side = float(np.clip(random.lognormal(math.log(220), .6), 60, 1500))
            radius_m = side * math.hypot(kx, ky) / 2
            place = self.place(where, radius_m, towns, red_points, red, urban)
            if place is None:
                continue
            self.spread.add(*place, radius_m / METRES_NORTH * 1.05)
            self.clusters.append((*place, radius_m))
            self.tessellate(*place, side, kx, ky)

    def place(self, where, radius_m, towns, red_points, red, urban):
        """A free place: by a town, by a red line, or anywhere."""
        random, extent, radius = self.random, self.extent, radius_m / METRES_NORTH
        for _ in range(60):
            if where < .5:
                x, y, town = towns[int(random.integers(len(towns)))]
                d = town * random.uniform(.9, 2.5) + radius_m
                angle = random.uniform(0, 2 * math.pi)
                x, y = x + d * math.cos(angle) / metres_east(y), y + d * math.sin(angle) / METRES_NORTH
            elif where < .75:
                x, y = red_points[int(random.integers(len(red_points)))] + random.normal(0, radius * 1.5, 2)
            else:
                x, y = random.uniform(extent[0] + .3, extent[2] - .3), random.uniform(extent[1] + .3, extent[3] - .3)
            if not (extent[0] + .1 < x < extent[2] - .1 and extent[1] + .1 < y < extent[3] - .1):
                continue
            if not self.spread.is_free(x, y, radius * 1.05):
                continue
            about = circle(x, y, radius)
            if random.random() > .04 and urban.meets(about):
                continue
            if random.random() > .2 and red.meets(about):
                continue
            return x, y
        return None

    def tessellate(self, x, y, side, kx, ky):
        random = self.random
        turn = random.uniform(0, math.pi / 2)
        cos, sin, east = math.cos(turn), math.sin(turn), metres_east(y)
        gx, gy = np.meshgrid(np.arange(kx + 1) - kx / 2, np.arange(ky + 1) - ky / 2)
        gx = gx + random.uniform(-.14, .14, gx.shape)
        gy = gy + random.uniform(-.14, .14, gy.shape)
        nodes = np.stack([gx, gy], -1)
        detail = float(np.clip(random.lognormal(math.log(12), .5), 6, 40))
        apart = random.random() < .3

        def edge(a, b):
            return wavy_line(random, a, b, int(np.clip(detail * random.uniform(.6, 1.5), 5, 49)), .05)

        def on_earth(q):    # once for each piece that two fields share, so that both get the same bits
            return np.column_stack([x + side * (q[:, 0] * cos - q[:, 1] * sin) / east,
                                    y + side * (q[:, 0] * sin + q[:, 1] * cos) / METRES_NORTH])

        across = [[edge(nodes[j, i], nodes[j, i + 1]) for i in range(kx)] for j in range(ky + 1)]
        up = [[edge(nodes[j, i], nodes[j + 1, i]) for i in range(kx + 1)] for j in range(ky)]
        nodes = on_earth(nodes.reshape(-1, 2)).reshape(nodes.shape)
        across = [[on_earth(e) for e in row] for row in across]
        up = [[on_earth(e) for e in row] for row in up]
        for j in range(ky):
            for i in range(kx):
                self.field(np.vstack([
                    nodes[j, i:i + 1], across[j][i], nodes[j, i + 1:i + 2], up[j][i + 1],
                    nodes[j + 1, i + 1:i + 2], across[j + 1][i][::-1], nodes[j + 1, i:i + 1], up[j][i][::-1]]), apart)

    def field(self, ring, apart):
        if apart:
            middle = ring.mean(0)
            ring = middle + (ring - middle) * .93
        if self.random.random() < .12:
            if not apart:
                self.gaps.append(ring)
        elif len(self.fields) < self.number:
            self.fields.append(ring)


# ---- parcels ----

class Parcels:
    def __init__(self, random, scale, extent):
        self.random = random
        self.scale = scale
        self.extent = extent
        self.all = []   # (category, open ring)

    def count(self, number):
        return max(1, round(number * self.scale))

    def add(self, category, ring):
        self.all.append((category, ring))

    def radius(self):
        """In metres: areas are lognormal, 0.1 to 50 ha, half of them above 2.5 ha."""
        return math.sqrt(float(np.clip(self.random.lognormal(math.log(2.5), 1.2), .12, 45)) * 1e4 / math.pi)

    def shape(self, x, y, radius):
        random = self.random
        kind = random.random()
        if kind < .45:      # a turned quadrilateral
            turn = random.uniform(0, math.pi)
            a = math.exp(random.normal(0, .35))
            h = radius * .8862
            q = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * [h * a, h / a]
            q = q + random.uniform(-.12, .12, (4, 2)) * h * min(a, 1 / a)
        elif kind < .65:    # an L
            turn = random.uniform(0, math.pi)
            h = radius * .8862 * 1.12
            f, g = random.uniform(-.3, .5, 2)
            q = np.array([[-1, -1], [1, -1], [1, g], [f, g], [f, 1], [-1, 1]]) * h
        else:
            return star(random, x, y, radius, int(np.clip(random.lognormal(math.log(16), .6), 5, 60)), .15)
        cos, sin = math.cos(turn), math.sin(turn)
        return np.column_stack([x + (q[:, 0] * cos - q[:, 1] * sin) / metres_east(y),
                                y + (q[:, 0] * sin + q[:, 1] * cos) / METRES_NORTH])

    def by_edge(self, edges, low, high):
        """A parcel whose middle lies low..high times its radius to the right (outside) of an edge."""
        random = self.random
        a, b = edges.pick(random)
        p = a + (b - a) * random.random()
        radius = self.radius()
        east = metres_east(p[1])
        dx, dy = (b[0] - a[0]) * east, (b[1] - a[1]) * METRES_NORTH
        length = math.hypot(dx, dy) + 1e-9
        d = radius * random.uniform(low, high)
        return self.shape(p[0] + dy / length * d / east, p[1] - dx / length * d / METRES_NORTH, radius)

    def near_lines(self, urban_edges, red_edges, red):
        for _ in range(self.count(6000)):
            self.add('urban_straddle', self.by_edge(urban_edges, -.7, .7))
        before = len(self.all)
        while len(self.all) < before + self.count(22000):
            ring = self.by_edge(urban_edges, 1.6, 12)
            if self.is_wanted(ring, red):
                self.add('urban_near', ring)
        for _ in range(self.count(6000)):
            self.add('red_straddle', self.by_edge(red_edges, -.7, .7))
        for _ in range(self.count(12000)):
            self.add('red_near', self.by_edge(red_edges, -.8, 9))

    def is_wanted(self, ring, red):
        """Of parcels that meet a red line only a tenth is kept."""
        return self.random.random() < .1 or not red.meets(Polygon(ring))

    def inside(self, giants):
        random, finder = self.random, Finder(giants)
        boxes = [g.bounds for g in giants]
        before = len(self.all)
        while len(self.all) < before + self.count(5000):
            box = boxes[int(random.integers(len(boxes)))]
            ring = self.shape(random.uniform(box[0], box[2]), random.uniform(box[1], box[3]), self.radius())
            if finder.contains(Polygon(ring)):
                self.add('giant_inside', ring)

    def on_farmland(self, farmland):
        random, fields, gaps = self.random, farmland.fields, farmland.gaps
        for _ in range(self.count(5000)):
            ring = fields[int(random.integers(len(fields)))]
            p = ring[int(random.integers(len(ring)))]
            self.add('farm_straddle', self.shape(p[0], p[1], self.radius()))
        for j in random.permutation(len(fields))[:self.count(1000)]:
            self.add('farm_equal', fields[int(j)])
        for j in random.permutation(len(gaps))[:self.count(4000)]:
            self.add('farm_gap_touch', gaps[int(j)])

    def touching(self, urban_edges, red_edges, urban, red):
        """Parcels that share one whole edge bit by bit and lie outside."""
        random, before = self.random, len(self.all)
        while len(self.all) < before + self.count(4000):
            of_urban = random.random() < .5
            a, b = (urban_edges if of_urban else red_edges).pick(random)
            east = metres_east(a[1])
            dx, dy = (b[0] - a[0]) * east, (b[1] - a[1]) * METRES_NORTH
            length = math.hypot(dx, dy)
            if not 20 < length < 1500:
                continue
            h = min(length * random.uniform(.15, .6), 4.5e5 / length)
            nx, ny = dy / length * h / east, -dx / length * h / METRES_NORTH
            c, d = b * .85 + a * .15 + [nx, ny], a * .85 + b * .15 + [nx, ny]
            inner = Polygon([b * .97 + a * .03 + [nx * .02, ny * .02], c, d, a * .97 + b * .03 + [nx * .02, ny * .02]])
            if not (urban if of_urban else red).meets(inner):
                self.add('edge_touch', np.array([b, a, d, c]))

    def slivers(self, urban_edges, red_edges):
        """Parcels that stand on the inside of an edge: what they share with it is the rounding of coordinates."""
        random = self.random
        for _ in range(self.count(2000)):
            a, b = (urban_edges if random.random() < .5 else red_edges).pick(random)
            east = metres_east(a[1])
            dx, dy = (b[0] - a[0]) * east, (b[1] - a[1]) * METRES_NORTH
            length = math.hypot(dx, dy) + 1e-9
            p, q, h = a + (b - a) * .2, a + (b - a) * .7, min(length * .2, 300)
            nx, ny = dy / length * h / east, -dx / length * h / METRES_NORTH
            self.add('sliver', np.array([q, p, p + [nx, ny], q + [nx, ny]]))

    def background(self, towns, clusters, red):
        """The rest: around settlements and farmland."""
        random, extent = self.random, self.extent
        while len(self.all) < round(100000 * self.scale):
            centres = towns if random.random() < .6 else clusters
            x, y, reach = centres[int(random.integers(min(len(towns), len(clusters))))]
            d = reach * random.uniform(1.15, 4) + random.uniform(0, 3000)
            angle = random.uniform(0, 2 * math.pi)
            x, y = x + d * math.cos(angle) / metres_east(y), y + d * math.sin(angle) / METRES_NORTH
            if extent[0] < x < extent[2] and extent[1] < y < extent[3]:
                ring = self.shape(x, y, self.radius())
                if self.is_wanted(ring, red):
                    self.add('background', ring)

    def shuffled(self):
        number = round(100000 * self.scale)
        return [self.all[int(j)] for j in self.random.permutation(number)]


# ---- the whole ----

def generate(folder, scale, seed):
    def random_of(*key):
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed] + list(key))))

    half = math.sqrt(scale)
    extent = 111.5 - 14.5 * half, 45 - 8 * half, 111.5 + 14.5 * half, 45 + 8 * half     # Inner Mongolia's at scale 1
    os.makedirs(folder, exist_ok=True)

    red_features, n_giants = redlines(random_of, scale, extent)
    red_wkb = [multipolygon_wkb(f) for f in red_features]
    kinds = ['生态保护红线', '自然保护地', '水源涵养区', '防风固沙区']
    write(folder, 'redline', ogr.wkbMultiPolygon, ['name', 'kind'],
          ((w, (f'红线{i + 1:05d}', kinds[i % 4])) for i, w in enumerate(red_wkb)))
    red_shapes = [shapely.wkb.loads(w) for w in red_wkb]
    red_rings = [ring for f in red_features for polygon in f for ring in polygon]
    red = Finder(red_shapes)

    urban_features, towns = urban_boundaries(random_of(2), scale, extent, red)
    zones = ['城镇集中建设区', '城镇弹性发展区', '特别用途区']
    write(folder, 'urban', ogr.wkbPolygon, ['name', 'zone'],
          ((polygon_wkb(p), (f'城镇{i + 1:05d}', zones[i % 3])) for i, p in enumerate(urban_features)))
    urban = Finder([shapely.wkb.loads(polygon_wkb(p)) for p in urban_features])

    farmland = Farmland(random_of(3), scale, extent)
    farmland.fill(towns, np.vstack(red_rings), red, urban)
    codes = ['0101', '0102', '0103']
    write(folder, 'farmland', ogr.wkbPolygon, ['name', 'dlbm'],
          ((polygon_wkb([closed(p)]), (f'基本农田{i + 1:06d}', codes[i % 3])) for i, p in enumerate(farmland.fields)))

    parcels = Parcels(random_of(4), scale, extent)
    urban_edges, red_edges = Edges([ring for p in urban_features for ring in p]), Edges(red_rings)
    parcels.near_lines(urban_edges, red_edges, red)
    parcels.inside(red_shapes[:n_giants])
    parcels.on_farmland(farmland)
    parcels.touching(urban_edges, red_edges, urban, red)
    parcels.slivers(urban_edges, red_edges)
    parcels.background(towns, farmland.clusters, red)
    write(folder, 'parcels', ogr.wkbPolygon, ['code', 'cat'],
          ((polygon_wkb([closed(p)]), (f'DK{i + 1:08d}', c)) for i, (c, p) in enumerate(parcels.shuffled())))


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    arguments.add_argument('out')
    arguments.add_argument('--scale', type=float, default=1.0)
    arguments.add_argument('--seed', type=int, default=DEFAULT_SEED)
    a = arguments.parse_args()
    ogr.UseExceptions()
    gdal.SetConfigOption('OGR_CURRENT_DATE', '2024-06-01T00:00:00Z')     # otherwise GeoPackages hold the time
    generate(a.out, a.scale, a.seed)


if __name__ == '__main__':
    main()
