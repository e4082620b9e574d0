#!/usr/bin/python3
"""An independent computation of what a parcel presses on: shapely + pyproj over the source files of geodata/lines.

    /usr/bin/python3 tests/web/expected.py PARCEL.txt|PARCEL.geojson [...]

prints JSON: [{"parcel": [{"area_m2": …, "ecological_red_line": …, "zones": {…}}, …]}, …], one entry per file.

Shares no code and no method with the engine: the parcel's edges are densified in the CRS in which they were delivered,
the intersection is cut by GEOS in lon/lat, its edges are densified again, and the area is the geodesic one."""
import json
import os
import re
import sys

import numpy as np
import pyproj
from osgeo import ogr
from shapely import wkb
from shapely.geometry import Polygon, shape
from shapely.geometry.polygon import orient
from shapely.ops import unary_union

ogr.UseExceptions()
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..')
LAYERS = {
    'ecological_red_line': ('STBHHX', None),
    'permanent_basic_farmland': ('YJJBNTBHTB', None),
    'urban_development_boundary': ('CZKFBJ', 'GHFQMC'),
}
GEOD = pyproj.Geod(ellps='GRS80')  # the ellipsoid of CGCS2000
EDGE_M = 5.0       # straight grid edges, in metres
EDGE_DEG = 2e-5    # about 2 m: short enough that a geodesic edge and a straight lon/lat edge enclose the same area


def gauss_krueger(zone):
    """3-degree zone, easting without prefix -> lon/lat; built from its definition, not from an EPSG code."""
    crs = pyproj.CRS.from_proj4('+proj=tmerc +lat_0=0 +lon_0=%d +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 +units=m +no_defs' % (3 * zone))
    return pyproj.Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)


def read_txt(data):
    for encoding in ('utf-8-sig', 'gb18030'):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    rings, plots = None, []
    for line in text.splitlines():
        cells = line.strip().split(',')
        if cells[-1] == '@':
            rings = {}
            plots.append(rings)
        elif rings is not None and len(cells) == 4:
            rings.setdefault(cells[1], []).append((float(cells[3]), float(cells[2])))  # easting, northing
    return [plot_polygon(list(p.values())) for p in plots]


def densified(ring, step):
    """The closed ring's vertices with points added on straight edges, none farther apart than step."""
    points = np.asarray(ring, dtype=float)[:, :2]
    out = []
    for a, b in zip(points[:-1], points[1:]):
        n = max(1, int(np.ceil(np.hypot(*(b - a)) / step)))
        out.append(a + (b - a) * (np.arange(n) / n)[:, None])
    return np.vstack(out + [points[-1:]])


def plot_polygon(rings):
    zone = int(rings[0][0][0] // 1_000_000)
    to_lonlat = gauss_krueger(zone)
    out = None
    for ring in rings:
        closed = ring if ring[0] == ring[-1] else ring + ring[:1]
        grid = densified([(e - zone * 1_000_000, n) for e, n in closed], EDGE_M)
        part = Polygon(np.column_stack(to_lonlat.transform(grid[:, 0], grid[:, 1])))
        # A ring inside what is there already is a hole; outside, another part.
        out = part if out is None else out.symmetric_difference(part)
    return out


def read_parcels(path):
    with open(path, 'rb') as f:
        data = f.read()
    if re.match(rb'\s*\{', data):
        doc = json.loads(data)
        features = doc['features'] if doc['type'] == 'FeatureCollection' else [doc]
        return [shape(f['geometry']) for f in features]
    return read_txt(data)


def area(geometry):
    """Geodesic area of a lon/lat geometry whose edges are straight in lon/lat; lines and points have none."""
    total = 0.0
    for part in getattr(geometry, 'geoms', [geometry]):
        if part.geom_type == 'Polygon' and not part.is_empty:
            fine = Polygon(densified(part.exterior.coords, EDGE_DEG), [densified(r.coords, EDGE_DEG) for r in part.interiors])
            total += abs(GEOD.geometry_area_perimeter(orient(fine))[0])
        elif hasattr(part, 'geoms'):
            total += area(part)
    return total


def candidates(layer, zone_field, box):
    source = ogr.Open(os.path.join(ROOT, 'geodata', 'lines', layer + '.gpkg'))
    rows = source.GetLayer(0)
    rows.SetSpatialFilterRect(*box)
    for row in rows:
        yield wkb.loads(bytes(row.GetGeometryRef().ExportToIsoWkb())), row.GetField(zone_field) if zone_field else ''


def measure(parcel):
    out = {'area_m2': area(parcel), 'zones': {}}
    for name, (layer, zone_field) in LAYERS.items():
        pieces, by_zone = [], {}
        for geometry, zone in candidates(layer, zone_field, parcel.bounds):
            piece = geometry.intersection(parcel)
            pieces.append(piece)
            by_zone.setdefault(zone, []).append(piece)
        out[name] = area(unary_union(pieces)) if pieces else 0.0
        if zone_field:
            out['zones'] = {z: area(unary_union(p)) for z, p in by_zone.items()}
    return out


if __name__ == '__main__':
    json.dump([{'file': os.path.basename(p), 'parcels': [measure(x) for x in read_parcels(p)]} for p in sys.argv[1:]], sys.stdout, ensure_ascii=False)
