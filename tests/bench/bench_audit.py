#!/usr/bin/env python3
"""What audits cost beside their peers, as JSON:
  bench_audit.py PROGRAM DATA WORK [--rounds N] [--postgis WORK_OF_POSTGIS_SH] [--million] [--check BENCH_CHECK]

DATA holds {redline,farmland,urban,parcels}.gpkg of the bench workload; WORK is a scratch folder that keeps the store
between runs. Every round runs each side once, one after another, so that a busy machine is busy for all; seconds are
medians. `cpu` is user + system time of the child, which a busy machine changes less.
  copy     ogr2ogr merely copies the parcels (GeoPackage to GeoPackage, with its spatial index)
  audit    the same parcels against three lines, GeoPackage to GeoPackage, with all verdicts and findings
  since    the same again, after nothing has changed: every row is taken over
  claims   as audit, with a claim on each of the three lines
  twelve   as audit, against twelve lines: nine more, as dense as the three, made of the same shapes moved by 0.35 degrees and more
  self     overlaps among the 200,000 features of farmland, with places and geometry
  lines    the whole lines audit: all pairs of lines, pairs within each, sub-zones, areas, places
  postgis  loads the parcels, intersects them with the lines cut into pieces, exports the result
  postgis_self, postgis_lines   the common areas of `self` and of all pairs in `lines`: geometry, area, a point in it
PostGIS is that of tests/bench/postgis.sh (its `up` loads the lines, untimed); two workers, as the audit has threads.
"""
import argparse
import json
import os
import pathlib
import resource
import sqlite3
import statistics
import subprocess
import time

LAYERS = {"redline": "ecological_red_line", "farmland": "permanent_basic_farmland", "urban": "urban_development_boundary"}
COVERAGE = {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}, "geometry": {
    "type": "Polygon", "coordinates": [[[95, 35], [128, 35], [128, 55], [95, 55], [95, 35]]]}}]}


def run(*command, **kw):
    subprocess.run([str(c) for c in command], check=True, stdout=subprocess.DEVNULL, **kw)


def timed(*command, **kw):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    run(*command, **kw)
    seconds = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def make_store(program, data, work):
    store = work / "audit.sqlite"
    if store.exists():
        return store
    (work / "coverage.geojson").write_text(json.dumps(COVERAGE))
    run(program, "init", work / "new.sqlite")
    for name, layer in LAYERS.items():
        run(program, "import", "--store", work / "new.sqlite", data / f"{name}.gpkg", "--layer", layer, "--coverage",
            work / "coverage.geojson")
    os.rename(work / "new.sqlite", store)  # its indexes are built anew under the new name by the first run
    run(program, "audit", "figures", "--store", store)
    return store


# Lines beside the three, each with the shapes of one of them at another place.
NINE = ("basic_grassland", "nature_reserve", "water_source", "forest_land", "river_lake_range", "historic_protection",
        "strategic_reserve", "village_boundary", "farmland_reserve")
CLAIMS = [f"--claim={layer}={project}:文号@2024-01-01" for layer, project in (
    ("ecological_red_line", "NATIONAL_MAJOR"), ("permanent_basic_farmland", "STATE_KEY"), ("urban_development_boundary", "STATE_KEY"))]


def make_twelve(program, data, work, three):
    store = work / "audit12.sqlite"
    if store.exists():
        return store
    run("cp", three, work / "new12.sqlite")
    for i, layer in enumerate(NINE):
        name, moved = list(LAYERS)[i % 3], work / "moved.gpkg"
        clean(work, "moved.gpkg")
        run("ogr2ogr", moved, data / f"{name}.gpkg", "-dialect", "SQLite", "-sql",
            f"SELECT ST_Translate(geom, {0.35 * (i // 3 + 1)}, 0.01 * {i}, 0) AS geom, id AS BSM FROM {name}", "-nln", layer)
        run(program, "import", "--store", work / "new12.sqlite", moved, "--layer", layer, "--coverage",
            work / "coverage.geojson", "--confirm-layer", "--confirm-place", "--allow-refused", stderr=subprocess.DEVNULL)
    clean(work, "moved.gpkg")
    os.rename(work / "new12.sqlite", store)
    run(program, "audit", "figures", "--store", store)
    return store


def check_us(bench_check, store, data):
    """Microseconds of a check of one parcel, as tests/bench/bench_check.c counts them, and the same by lines hit."""
    done = subprocess.run([bench_check, store, data], check=True, stdout=subprocess.PIPE, text=True)
    got = json.loads(done.stdout)
    return got["check_in_full_us"] | {"p50_by_lines_hit": {k: [v["n"], v["p50"]] for k, v in
                                                           got["check_in_full_us_by_lines_hit"].items()}}


def clean(work, *names):
    for name in names:
        for path in work.glob(name + "*"):
            path.unlink()


SETTINGS = ("set max_parallel_workers_per_gather=1; set min_parallel_table_scan_size=0; set parallel_setup_cost=0; "
            "set parallel_tuple_cost=0; ")


def postgis(connection, data, work):
    """Load, intersect (two workers), export; the lines are already there, cut into pieces and indexed."""
    clean(work, "pg.gpkg")
    parts = " union all ".join(
        f"select p.fid pid, '{layer}' line, s.id feature, sum(st_area(st_intersection(p.geom, s.geom)::geography)) a "
        f"from audit_p p join {layer}_s{pieces} s on st_intersects(p.geom, s.geom) group by 1, 2, 3"
        for layer, pieces in (("redline", 128), ("farmland", 256), ("urban", 128)))
    sql = (SETTINGS + "drop table if exists audit_f; drop table if exists audit_r; "
           f"create unlogged table audit_f as {parts}; "
           "create unlogged table audit_r as select p.*, v.lines, v.a from audit_p p left join (select pid, "
           "string_agg(distinct line, ',') lines, sum(a) a from audit_f where a > 0.01 group by 1) v on v.pid = p.fid")
    times = [timed("ogr2ogr", "-f", "PostgreSQL", f"PG:{connection}", data / "parcels.gpkg", "-nln", "audit_p",
                   "-overwrite", "-lco", "GEOMETRY_NAME=geom", "-lco", "UNLOGGED=YES", "--config", "PG_USE_COPY", "YES"),
             timed("psql", "-qAt", connection, "-c", sql, stderr=subprocess.DEVNULL),
             timed("ogr2ogr", work / "pg.gpkg", f"PG:{connection}", "audit_r", "audit_f")]
    return tuple(map(sum, zip(*times)))


def postgis_pairs(connection, pairs):
    """A table of the common areas of these pairs of layers, with geometry and a point inside."""
    parts = " union all ".join(
        f"select '{a}' la, a.id ia, '{b}' lb, b.id ib, st_collect(st_collectionextract(st_intersection(a.geom, b.geom), 3)) g "
        f"from {a}_s256 a join {b}_s256 b on st_intersects(a.geom, b.geom){' and a.id < b.id' if a == b else ''} group by 2, 4"
        for a, b in pairs)
    sql = (SETTINGS + "drop table if exists audit_l; create unlogged table audit_l as select q.*, st_area(g::geography) a, "
           f"st_pointonsurface(g) p from ({parts}) q; delete from audit_l where not a > 0.01")
    return timed("psql", "-qAt", connection, "-c", sql, stderr=subprocess.DEVNULL)


def million(program, data, work, store):
    """Ten times the parcels in one file: rate and memory."""
    big = work / "million.gpkg"
    clean(work, "million.gpkg", "million-out.gpkg")
    run("cp", data / "parcels.gpkg", big)
    db = sqlite3.connect(big)
    for trigger, in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        db.execute(f'DROP TRIGGER "{trigger}"')
    for i in range(1, 10):
        db.execute(f"INSERT INTO parcels SELECT fid + {i * 100000}, geom, id, code, cat FROM parcels WHERE fid <= 100000")
    db.commit()
    db.close()
    r = subprocess.run(["/usr/bin/time", "-f", "%e %U %M", program, "audit", "parcels", str(big), "-o",
                        str(work / "million-out.gpkg"), "--store", str(store)], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.PIPE, text=True)
    seconds, cpu, kb = map(float, r.stderr.strip().splitlines()[-1].split())
    indexes = sum(p.stat().st_size for p in pathlib.Path(f"{store}.index").iterdir()) >> 10
    clean(work, "million.gpkg", "million-out.gpkg")
    return {"parcels": 1000000, "seconds": seconds, "cpu": cpu, "per_second": round(1e6 / seconds),
            "max_rss_mb": round(kb / 1024), "mapped_indexes_mb": round(indexes / 1024)}


def main():
    p = argparse.ArgumentParser()
    p.add_argument("program"), p.add_argument("data", type=pathlib.Path), p.add_argument("work", type=pathlib.Path)
    p.add_argument("--rounds", type=int, default=3), p.add_argument("--postgis"), p.add_argument("--million", action="store_true")
    p.add_argument("--check")
    a = p.parse_args()
    store = make_store(a.program, a.data, a.work)
    twelve = make_twelve(a.program, a.data, a.work, store)
    pg = None
    if a.postgis:
        pg = subprocess.run([pathlib.Path(__file__).with_name("postgis.sh"), "up", a.data, a.postgis], check=True,
                            stdout=subprocess.PIPE, text=True).stdout.strip()
    sides = {}

    def side(name, times):
        sides.setdefault(name, []).append(times)

    for _ in range(a.rounds):
        clean(a.work, "copy.gpkg", "audit.gpkg", "since.gpkg")
        parcels = [a.program, "audit", "parcels", a.data / "parcels.gpkg", "--store", store, "-o"]
        side("copy", timed("ogr2ogr", a.work / "copy.gpkg", a.data / "parcels.gpkg"))
        side("audit", timed(*parcels, a.work / "audit.gpkg"))
        side("since", timed(*parcels, a.work / "since.gpkg", "--since", a.work / "audit.gpkg"))
        clean(a.work, "claims.gpkg", "twelve.gpkg")
        side("claims", timed(*parcels, a.work / "claims.gpkg", *CLAIMS))
        side("twelve", timed(a.program, "audit", "parcels", a.data / "parcels.gpkg", "--store", twelve, "-o", a.work / "twelve.gpkg"))
        side("self", timed(a.program, "audit", "lines", "--store", store, "--layer", "permanent_basic_farmland", "-o",
                           a.work / "audit.gpkg.self.gpkg"))
        side("lines", timed(a.program, "audit", "lines", "--store", store, "-o", a.work / "audit.gpkg.lines.gpkg"))
        if pg:
            side("postgis", postgis(pg, a.data, a.work))
            side("postgis_self", postgis_pairs(pg, [("farmland", "farmland")]))
            names = list(LAYERS)
            side("postgis_lines", postgis_pairs(pg, [(x, y) for i, x in enumerate(names) for y in names[i:]]))
    seconds = {k: round(statistics.median(t[0] for t in v), 3) for k, v in sides.items()}
    cpu = {k: round(statistics.median(t[1] for t in v), 3) for k, v in sides.items() if not k.startswith("postgis")}
    out = {"rounds": a.rounds, "cpus": os.cpu_count(), "load": os.getloadavg()[0], "seconds": seconds, "cpu": cpu,
           "audit_over_copy": round(seconds["audit"] / seconds["copy"], 2),
           "twelve_over_audit": round(cpu["twelve"] / cpu["audit"], 2),
           "twelve_over_copy_2": round(seconds["twelve"] / (2 * seconds["copy"]), 2),
           "claims_over_audit": round(cpu["claims"] / cpu["audit"], 3)}
    if a.check:
        out["check_us"] = {"three": check_us(a.check, store, a.data), "twelve": check_us(a.check, twelve, a.data)}
    if pg:
        for name in ("audit", "self", "lines"):
            theirs = "postgis" if name == "audit" else f"postgis_{name}"
            out[f"{theirs}_over_{name}"] = round(seconds[theirs] / seconds[name], 1)
    if a.million:
        out["million"] = million(a.program, a.data, a.work, store)
    print(json.dumps(out, indent=1))


if __name__ == "__main__":
    main()
