#!/usr/bin/python3
"""A second opinion on the whole chain: random parcels near real features of geodata/, as GeoJSON and as TXT in their
3-degree zone, checked by the program and recomputed here with shapely (overlay) and GeographicLib through pyproj.Geod
(area), which share no code with it. Edges are straight in the CRS of delivery: here they are cut to 2 m.

usage: second_opinion.py HONGXIAN GEODATA_DIR [N] [SEED]
"""
import json
import math
import os
import random
import subprocess
import sys
import tempfile

from osgeo import ogr
from pyproj import Geod, Transformer
from shapely import wkb
from shapely.geometry import Polygon
from shapely.ops import unary_union
from shapely.strtree import STRtree

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "http"))
import fixture  # noqa: E402
import report_schema  # noqa: E402

ogr.UseExceptions()
GEOD = Geod(a=6378137.0, rf=298.257222101)
LAYERS = {
    "ecological_red_line": "STBHHX",
    "permanent_basic_farmland": "YJJBNTBHTB",
    "urban_development_boundary": "CZKFBJ",
    "basic_grassland": "JBCY",
    "nature_reserve": "ZRBHD",
}


def read_layer(path):
    rows = []
    source = ogr.Open(path)
    for feature in source.GetLayer(0):
        zone = feature.GetField("GHFQMC") if feature.GetFieldIndex("GHFQMC") >= 0 else ""
        rows.append((wkb.loads(bytes(feature.GetGeometryRef().ExportToWkb())), feature.GetField("BSM"), zone))
    return rows


def cut_edges(ring, step):
    """The ring with every edge cut so that no piece is longer than `step` in the ring's own units."""
    out = []
    for (x0, y0), (x1, y1) in zip(ring, ring[1:]):
        n = max(1, int(math.ceil(math.hypot(x1 - x0, y1 - y0) / step)))
        out += [(x0 + (x1 - x0) * i / n, y0 + (y1 - y0) * i / n) for i in range(n)]
    return out + [ring[-1]]


def area_m2(geometry):
    """Area of straight lon/lat edges: cut to about 2 m, so that geodesics between the points do not matter."""
    total = 0.0
    for part in getattr(geometry, "geoms", [geometry]):
        if part.geom_type != "Polygon":
            continue
        for k, ring in enumerate([part.exterior, *part.interiors]):
            points = cut_edges(list(ring.coords), 2e-5)
            one, _ = GEOD.polygon_area_perimeter([p[0] for p in points], [p[1] for p in points])
            total += -abs(one) if k else abs(one)
    return total


def star(rng, x, y, radius, n):
    """A simple polygon about x, y in metres of a zone."""
    ring = []
    for i in range(n):
        angle = 2 * math.pi * (i + 0.6 * rng.random()) / n
        r = radius * (0.6 + 0.4 * rng.random())
        ring.append((round(x + r * math.cos(angle), 3), round(y + r * math.sin(angle), 3)))
    return ring + ring[:1]


def txt_of(plots, zone):
    lines = ["[属性描述]", "坐标系=2000国家大地坐标系", "几度分带=3", "投影类型=高斯克吕格", "计量单位=米", f"带号={zone}", "[地块坐标]"]
    for name, rings in plots:
        lines.append(f"{sum(len(r) for r in rings)},,{name},{name},面,,,,@")
        number = 1
        for k, ring in enumerate(rings, 1):
            first = number
            for i, (x, y) in enumerate(ring):
                j = first if i == len(ring) - 1 else number
                lines.append(f"J{j},{k},{y:.3f},{zone}{x:.3f}")
                number += i < len(ring) - 1
    return ("\r\n".join(lines) + "\r\n").encode("gb18030")


def expected(parcel, trees, rows):
    out = {}
    for layer, (tree, number) in trees.items():
        hits = {}
        pieces = []
        for shape in tree.query(parcel):  # shapely 1.8 answers with the shapes themselves
            i = number[id(shape)]
            common = shape.intersection(parcel)
            if common.area > 0:
                a = area_m2(common)
                if a > 1e-3:
                    hits[rows[layer][i][1]] = hits.get(rows[layer][i][1], 0) + a
                    pieces.append(common)
        out[layer] = (area_m2(unary_union(pieces)) if pieces else 0.0, hits)
    return out


def compare(name, report, parcel, trees, rows, faults):
    own = area_m2(parcel)
    tolerance = max(0.01, 1e-8 * own)
    if abs(report["area_m2"] - own) > tolerance:
        faults.append(f"{name}: parcel {report['area_m2']} against {own:.4f} m2")
    want = expected(parcel, trees, rows)
    for layer in report["layers"]:
        if layer["relation"] == "classify":  # its classes are those of the features, held by tests of their own
            continue
        union, hits = want[layer["layer"]]
        ours = layer["area_m2"] if layer["area_m2"] is not None else (0.0 if union < 0.01 else None)
        if ours is None or abs(ours - union) > tolerance:
            faults.append(f"{name}: {layer['layer']} {layer['status']} {ours} against {union:.4f} m2")
        if union > 0.01 and layer["status"] not in ("overlap", "sliver"):
            faults.append(f"{name}: {layer['layer']} says {layer['status']} with {union:.4f} m2 of overlap")
        for bsm, a in hits.items():
            mine = sum(f["area_m2"] for f in layer["features"] if f["code"] == bsm)
            if abs(mine - a) > tolerance:
                faults.append(f"{name}: {layer['layer']} feature {bsm} {mine} against {a:.4f} m2")
        if layer["layer"] == "urban_development_boundary" and layer["status"] in ("overlap", "clear"):
            zones = {z["zone"]: z["area_m2"] for z in layer["zones"]}
            if abs(layer["area_m2"] + zones["边界外"] - report["area_m2"]) > 0.01:
                faults.append(f"{name}: inside and outside do not add up to the parcel")
            if union < sum(hits.values()) - 0.01:   # geodata/ has sub-zones that overlap each other on purpose: that is said
                if "features-overlap" not in [w["code"] for w in report["warnings"]]:
                    faults.append(f"{name}: sub-zones overlap each other, and nothing says so")
            elif abs(sum(zones.values()) - report["area_m2"]) > 0.01:
                faults.append(f"{name}: sub-zones and outside do not add up to the parcel")


def check(program, store, path):
    run = subprocess.run([program, "check", path, "--store", store, "--format", "json"], capture_output=True, check=False)
    if run.returncode != 0:
        raise SystemExit(f"{path}: {run.stderr.decode()}")
    return report_schema.demand(json.loads(run.stdout))


def main():
    program, geodata = sys.argv[1:3]
    n = int(sys.argv[3]) if len(sys.argv) > 3 else 60
    rng = random.Random(int(sys.argv[4]) if len(sys.argv) > 4 else 20261123)
    rows = {k: read_layer(os.path.join(geodata, "lines", v + ".gpkg")) for k, v in LAYERS.items()}
    numbers = {k: {id(r[0]): i for i, r in enumerate(v)} for k, v in rows.items()}
    trees = {k: (STRtree([r[0] for r in v]), numbers[k]) for k, v in rows.items()}
    faults, pressed = [], 0
    with tempfile.TemporaryDirectory() as folder:
        store = fixture.geodata_store(program, os.path.join(folder, "store.sqlite"), geodata)
        for i in range(n):
            layer = list(LAYERS)[i % len(LAYERS)]
            shape = rng.choice(rows[layer])[0]
            part = rng.choice(list(shape.geoms))
            lon, lat = part.exterior.coords[rng.randrange(len(part.exterior.coords))][:2]
            zone = round(lon / 3)
            to_grid = Transformer.from_crs(4490, 4534 + zone - 25, always_xy=True)
            back = Transformer.from_crs(4534 + zone - 25, 4490, always_xy=True)
            x, y = to_grid.transform(lon, lat)
            radius = math.exp(rng.uniform(math.log(15), math.log(4000)))
            rings = [star(rng, x, y, radius, rng.randint(4, 30))]
            if i % 4 == 0:
                rings.append(star(rng, x, y, radius * 0.12, 6)[::-1])
            if i % 2:
                path = os.path.join(folder, f"{i}.txt")
                with open(path, "wb") as f:
                    f.write(txt_of([(f"P{i}", rings)], zone))
                dense = [cut_edges(r, 2.0) for r in rings]
                lonlat = [list(zip(*back.transform([p[0] for p in r], [p[1] for p in r]))) for r in dense]
            else:
                path = os.path.join(folder, f"{i}.geojson")
                lonlat = [[(round(a, 8), round(b, 8)) for a, b in zip(*back.transform([p[0] for p in r], [p[1] for p in r]))] for r in rings]
                lonlat = [r[:-1] + r[:1] for r in lonlat]
                with open(path, "w", encoding="utf-8") as f:
                    json.dump({"type": "Feature", "properties": {"DKBH": f"P{i}"}, "geometry": {"type": "Polygon", "coordinates": lonlat}}, f)
            parcel = Polygon(lonlat[0], lonlat[1:])
            if not parcel.is_valid:
                continue
            report = check(program, store, path)["parcels"][0]
            pressed += any(l["status"] == "overlap" for l in report["layers"])
            compare(f"parcel {i}", report, parcel, trees, rows, faults)
    for fault in faults:
        print("FAULT", fault)
    print(f"{n} parcels, {pressed} of them pressing on a line: {len(faults)} differences to shapely and GeographicLib")
    sys.exit(1 if faults or pressed < n // 3 else 0)


main()
