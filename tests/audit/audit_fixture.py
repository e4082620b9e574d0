"""What the audit tests share: parcels by the thousand as a GeoPackage, runs of the program, digests of what it wrote."""
import hashlib
import json
import pathlib
import random
import sqlite3
import struct
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "http"))
import fixture  # noqa: E402
from fixture import runs  # noqa: E402, F401

PROGRAM, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2])
# A sanitizer looks at every access of a round; that rounds are many is shown by the everyday build, which is ten times as fast.
SANITIZER, SANITIZED = runs.SANITIZER, runs.SANITIZED
# Memory, too, is measured there: most of what a sanitizer holds is its own.
of_the_everyday_build = unittest.skipIf(SANITIZED, "measured in the everyday build")
whole_under_sanitizers = runs.whole_under_sanitizers
no_threads = runs.no_threads
only_threads = unittest.skipIf(SANITIZER == "asan" and not runs.LONG, "the same as with one thread; under asan in script/test --long")
# ThreadSanitizer sees every order of accesses in one run.
THREADS = (4,) if SANITIZER == "tsan" and not runs.LONG else (1, 2, 4)
TABLES = ("parcels", "findings", "overlaps")


def wkb(rings):
    """Polygon, little-endian."""
    return struct.pack("<BII", 1, 3, len(rings)) + b"".join(
        struct.pack("<I", len(r)) + b"".join(struct.pack("<dd", *p) for p in r) for r in rings)


def blob(rings, srs=4490):
    xs, ys = [p[0] for r in rings for p in r], [p[1] for r in rings for p in r]
    return struct.pack("<2sBBi4d", b"GP", 0, 3, srs, min(xs), max(xs), min(ys), max(ys)) + wkb(rings)


def parcel(rng):
    x, y = 111.69 + 0.1 * rng.random(), 40.79 + 0.06 * rng.random()
    w, h = 0.0002 + 0.001 * rng.random(), 0.0002 + 0.001 * rng.random()
    return [(x, y), (x + w, y), (x + w, y + h), (x + w / 2, y + h * 1.3), (x, y + h), (x, y)]


def write_gpkg(path, rows, srs=4490, geometry_type="POLYGON"):
    """rows: (blob or None, BSM, XMMC, XZQDM, class)."""
    db = sqlite3.connect(path)
    db.executescript(f"""
        PRAGMA application_id = 0x47504B47; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
        CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER PRIMARY KEY, organization TEXT,
            organization_coordsys_id INTEGER, definition TEXT, description TEXT);
        INSERT INTO gpkg_spatial_ref_sys VALUES ('CGCS2000', 4490, 'EPSG', 4490, 'undefined', '');
        INSERT INTO gpkg_spatial_ref_sys VALUES ('WGS 84', 4326, 'EPSG', 4326, 'undefined', '');
        CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT, identifier TEXT, description TEXT,
            last_change TEXT, min_x, min_y, max_x, max_y, srs_id INTEGER);
        INSERT INTO gpkg_contents (table_name, data_type, srs_id) VALUES ('p', 'features', {srs});
        CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, geometry_type_name TEXT, srs_id INTEGER,
            z INTEGER, m INTEGER);
        INSERT INTO gpkg_geometry_columns VALUES ('p', 'geom', '{geometry_type}', {srs}, 0, 0);
        CREATE TABLE p (fid INTEGER PRIMARY KEY, geom BLOB, BSM TEXT, XMMC TEXT, XZQDM TEXT, class TEXT, note TEXT);""")
    db.executemany("INSERT INTO p VALUES (NULL, ?, ?, ?, ?, ?, NULL)", rows)
    db.commit()
    db.close()
    return str(path)


def many(path, n, seed=1):
    rng = random.Random(seed)
    classes = ("", "GENERAL", "NATIONAL_MAJOR", "STATE_KEY")
    return write_gpkg(path, ((blob([parcel(rng)]), f"P{i}", "地块，“一”", "150102", rng.choice(classes)) for i in range(n)))


def as_geojson(gpkg, path):
    """The same parcels (one ring each) with the same fields, for the other readers."""
    features = []
    for row in rows(gpkg, "SELECT * FROM p ORDER BY fid"):
        n = struct.unpack_from("<I", row["geom"], 49)[0]
        points = [struct.unpack_from("<dd", row["geom"], 53 + 16 * i) for i in range(n)]
        features.append({"type": "Feature", "id": row["fid"], "geometry": {"type": "Polygon", "coordinates": [points]},
                         "properties": {k: row[k] for k in ("BSM", "XMMC", "XZQDM", "class", "note")}})
    return write_json(path, fixture.collection(*features))


def peak_kb(*arguments):
    """Runs an audit; the most memory that it held. A process begins with the peak of the one that started it, so that the
    program is started by a small one, not by this one, which has whole files in memory."""
    small = ("import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL); "
             "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")
    r = subprocess.run([sys.executable, "-c", small, PROGRAM, "audit", *map(str, arguments)], check=True, stdout=subprocess.PIPE)
    return int(r.stdout)


def audit(*arguments, code=0, program=PROGRAM, **kw):
    r = subprocess.run([program, "audit", *map(str, arguments)], capture_output=True, text=True, encoding="utf-8", **kw)
    if code is not None and r.returncode != code:
        raise AssertionError(f"exit {r.returncode}, not {code}: {arguments}\n{r.stdout}\n{r.stderr}")
    return r


def expected(*arguments):
    """The audit with which a job of the same is compared: by the everyday program, where a sanitizer's build is tested."""
    return audit(*arguments, program=fixture.store_maker(PROGRAM))


def digest(path):
    """Of a GeoPackage the rows of every table in order, and the spatial index; of anything else the bytes."""
    h = hashlib.sha256()
    if not str(path).endswith(".gpkg"):
        h.update(pathlib.Path(path).read_bytes())
        return h.hexdigest()
    db = sqlite3.connect(path)
    there = {r[0] for r in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    for table in TABLES:
        if table in there:
            for row in db.execute(f"SELECT * FROM {table} ORDER BY fid"):
                h.update(repr(row).encode())
    assert db.execute("SELECT rtreecheck('rtree_parcels_geom')").fetchone() == ("ok",)
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()
    return h.hexdigest()


def rows(path, sql):
    db = sqlite3.connect(path)
    db.row_factory = sqlite3.Row
    got = [dict(r) for r in db.execute(sql)]
    db.close()
    return got


def store(folder):
    return fixture.make_store(PROGRAM, folder)


def write_json(path, value):
    pathlib.Path(path).write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return str(path)
