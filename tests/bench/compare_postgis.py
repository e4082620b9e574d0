#!/usr/bin/env python3
"""Audits beside PostGIS, row by row, as JSON: compare_postgis.py PROGRAM DATA WORK.

DATA holds {redline,farmland,urban,parcels}.gpkg of the bench workload; WORK is the folder of tests/bench/postgis.sh and
keeps the store of bench_audit.py. Compared are: every parcel x feature x line; every pair of two lines; every pair within a
layer; the area of each line in each parcel. PostGIS intersects the polygons, cut into pieces, in longitude/latitude and
measures them on the ellipsoid after cutting edges to 0.0005 degrees (straight in longitude/latitude, as here). `id` of
the bench layers is the number in the file. A row that is on one side only must be below LEAST_M2 on the other's reckoning;
areas must agree to TOLERANCE. Exit 1 and the rows when not."""
import json
import pathlib
import sqlite3
import subprocess
import sys

from bench_audit import LAYERS, make_store

HERE = pathlib.Path(__file__).resolve().parent
LEAST_M2 = 0.02  # the audit's own floors (1e-4 and 0.01 m2) and PostGIS's rounding lie below
AREA = "st_area(st_segmentize(st_collectionextract({}, 3), 0.0005)::geography)"


def tolerance(a):
    """PostGIS's geodesic areas carry 0.01 to 0.03 m2 of noise at this size: in an equal-area projection (PROJ cea) it comes
    within 0.005 m2 of the audit."""
    return max(0.03, 4e-7 * a)


def psql(connection, sql):
    r = subprocess.run(["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-F", " ", connection, "-c", sql], check=True,
                       stdout=subprocess.PIPE, text=True)
    return [line.split(" ") for line in r.stdout.splitlines()]


def numbers_in_file(store):
    """Number in the store -> (layer, number in the source file): versions keep the file's order."""
    db = sqlite3.connect(store)
    out = {}
    for name, layer in LAYERS.items():
        rows = db.execute("SELECT f.id FROM feature f JOIN layer l ON l.current_version_id = f.version_id WHERE l.id = ? ORDER BY f.id",
                          (layer,)).fetchall()
        for i, (number,) in enumerate(rows):
            out[number] = (name, i + 1)
    db.close()
    return out


def compare(ours, theirs):
    wrong = []
    for key in ours.keys() | theirs.keys():
        a, b = ours.get(key, 0.0), theirs.get(key, 0.0)
        if abs(a - b) > (LEAST_M2 if key not in ours or key not in theirs else tolerance(b)):
            wrong.append([*map(str, key), a, b])
    return {"rows": len(ours), "postgis_rows": len(theirs), "area_m2": sum(ours.values()), "postgis_area_m2": sum(theirs.values()),
            "worst_m2": max((abs(ours[k] - theirs[k]) for k in ours.keys() & theirs.keys()), default=0.0),
            "wrong": len(wrong), "first_wrong": sorted(wrong)[:20]}


def parcels(program, data, work, store, number, connection):
    out = work / "compare.gpkg"
    subprocess.run([program, "audit", "parcels", data / "parcels.gpkg", "-o", out, "--store", store, "--overwrite"], check=True,
                   stdout=subprocess.DEVNULL)
    db = sqlite3.connect(out)
    fids = dict(db.execute("SELECT fid, source_fid FROM parcels"))
    ours, sums = {}, {}
    for parcel, feature, area in db.execute("SELECT parcel_fid, feature_id, area_m2 FROM findings"):
        layer, n = number[feature]
        ours[fids[parcel], layer, n] = area
    for column, name in (("red_line", "redline"), ("farmland", "farmland"), ("boundary", "urban")):
        for fid, area in db.execute(f"SELECT source_fid, {column}_m2 FROM parcels WHERE {column}_m2 > 0"):
            sums[fid, name] = area
    db.close()
    theirs, their_sums = {}, {}
    for name in LAYERS:
        area = AREA.format("st_intersection(p.geom, s.geom)")
        for p, s, a in psql(connection, f"select p.fid, s.id, sum({area}) from parcels p join {name}_s256 s on st_intersects(p.geom, s.geom) "
                                        "group by 1, 2"):
            if float(a) > 0.01:
                theirs[int(p), name, int(s)] = float(a)
        area = AREA.format("st_intersection(p.geom, (select st_union(s.geom) from {0} s where st_intersects(p.geom, s.geom)))".format(
            f"{name}_s256"))
        for p, a in psql(connection, f"select p.fid, {area} from parcels p where exists (select from {name}_s256 s where "
                                     "st_intersects(p.geom, s.geom))"):
            if a and float(a) > 0.01:
                their_sums[int(p), name] = float(a)
    return {"findings": compare(ours, theirs), "area_of_each_line": compare(sums, their_sums)}


def lines(program, work, store, number, connection):
    out = work / "compare-lines.gpkg"
    subprocess.run([program, "audit", "lines", "-o", out, "--store", store], check=True, stdout=subprocess.DEVNULL)
    db = sqlite3.connect(out)
    ours = {}
    for a, b, area in db.execute("SELECT feature_a, feature_b, area_m2 FROM findings WHERE feature_b IS NOT NULL"):
        ours[tuple(sorted((number[a], number[b])))] = area
    db.close()
    theirs, names = {}, sorted(LAYERS)
    for i, x in enumerate(names):
        for y in names[i:]:
            join = f"{x}_s256 a join {y}_s256 b on st_intersects(a.geom, b.geom)" + (" and a.id < b.id" if x == y else "")
            area = AREA.format("st_intersection(a.geom, b.geom)")
            for a, b, m2 in psql(connection, f"select a.id, b.id, sum({area}) from {join} group by 1, 2"):
                if float(m2) > 0.01:
                    theirs[tuple(sorted(((x, int(a)), (y, int(b)))))] = float(m2)
    return compare(ours, theirs)


def main():
    program, data, work = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    connection = subprocess.run([HERE / "postgis.sh", "up", data, work], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    place = work / "audit"
    place.mkdir(exist_ok=True)
    store = make_store(program, data, place)
    number = numbers_in_file(store)
    out = {"parcels": parcels(program, data, place, store, number, connection),
           "lines": lines(program, place, store, number, connection)}
    print(json.dumps(out, indent=1, ensure_ascii=False))
    return 1 if any(x["wrong"] for x in (*out["parcels"].values(), out["lines"])) else 0


if __name__ == "__main__":
    sys.exit(main())
