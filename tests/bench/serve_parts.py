"""What script/bench --only serve measures, in four parts; bench_serve.py runs them in rounds and makes the table. Each part is a class
with round(), which adds to the figures that it was given."""
import http.client
import json
import os
import pathlib
import random
import re
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.parse

from bench_audit import LAYERS

FARM = LAYERS["farmland"]
ZOOMS, KEPT_ZOOM, TILES = 15, 8, 6     # z0 .. z14; those up to z8 are kept; so many of a zoom at most
CONNECTIONS = 4
PAGE, FEATURES = 1000, 100000
ANSWERS = 16    # of a kind, asked in turn
EIGHT = 8


def lines_of(*command, **options):
    done = subprocess.run([str(c) for c in command], check=True, stdout=subprocess.PIPE, text=True, **options)
    return [line.split() for line in done.stdout.splitlines()]


class Process:
    """A server that says its address in its first line."""
    def __init__(self, *command, log=subprocess.DEVNULL):
        self.process = subprocess.Popen([str(c) for c in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True)
        line = self.process.stdout.readline()
        found = re.search(r"http://[\d.]+:\d+", line)
        if not found:
            raise SystemExit(f"bench: {command[0]} did not start: {line!r}")
        self.url = found[0]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            pipe.close()

    def processor_s(self):
        """That it has used."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def get(self, path, method="GET", body=None):
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(self.url).netloc)
        try:
            connection.request(method, path, body)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def json(self, path, method="GET", body=None):
        status, answer = self.get(path, method, body)
        if status not in (200, 202):
            raise SystemExit(f"bench: {method} {path}: {status} {answer[:300]}")
        return json.loads(answer)


class Place:
    """The programs, the store, the database and the scratch folder, for all parts."""
    def __init__(self, program, tools, data, work, store, figures):
        self.program, self.tools, self.data, self.work, self.store = program, pathlib.Path(tools), data, work, store
        self.figures, self.postgis, self.versions, self.seconds = figures, None, None, 2.0
        self.work.mkdir(parents=True, exist_ok=True)

    def server(self):
        return Process(self.program, "serve", "--store", self.store, "--port", "0", log=open(self.work / "serve.log", "w"))

    def requests(self, name, lines):
        path = self.work / f"{name}.requests"
        path.write_text("".join(line + "\n" for line in lines))
        return path

    def once(self, url, requests, *options):
        """Microseconds and bytes of each."""
        return [(float(us), int(n)) for us, _, n in lines_of(self.tools / "bench_load", url, requests, "--once", *options)]

    def load(self, url, requests, **options):
        chosen = [f for name, value in options.items() for f in (f"--{name}", value)]
        done = subprocess.run([str(c) for c in (self.tools / "bench_load", url, requests, *chosen)], check=True,
                              stdout=subprocess.PIPE, text=True)
        return json.loads(done.stdout)

    def ask_postgis(self, statement, rows):
        """Microseconds and bytes of each."""
        text = statement + "\n" + "".join(" ".join(map(str, r)) + "\n" for r in rows)
        return [(float(us), int(n)) for us, n in lines_of(self.tools / "bench_postgis_ask", self.postgis, input=text)]

    def index_of(self, layer):
        db = sqlite3.connect(self.store)
        (version,), = db.execute("SELECT current_version_id FROM layer WHERE id = ?", (layer,)).fetchall()
        db.close()
        found = [p for p in pathlib.Path(f"{self.store}.index").glob(f"{version}-*.hxi") if "-coverage" not in p.name]
        if len(found) != 1:
            raise SystemExit(f"bench: {layer} has {len(found)} index files")
        return found[0]

    def parcels(self, n):
        """Parcels of the workload as GeoJSON, spread over the file."""
        done = subprocess.run(["ogr2ogr", "-f", "GeoJSONSeq", "/vsistdout/", self.data / "parcels.gpkg", "-where",
                               f"fid % (SELECT max(1, max(fid) / {n}) FROM parcels) = 0"], check=True, stdout=subprocess.PIPE, text=True)
        return [json.dumps(json.loads(line)["geometry"]) for line in done.stdout.splitlines()[:n]]

    def points(self, n):
        """Points in farmland, spread over the file."""
        done = subprocess.run(["ogr2ogr", "-f", "CSV", "/vsistdout/", self.data / "farmland.gpkg", "-dialect", "SQLite", "-sql",
                               "SELECT ST_X(p) x, ST_Y(p) y FROM (SELECT ST_PointOnSurface(geom) p FROM farmland WHERE id % "
                               f"(SELECT max(1, max(id) / {n}) FROM farmland) = 0)"], check=True, stdout=subprocess.PIPE, text=True)
        return [tuple(map(float, line.split(","))) for line in done.stdout.splitlines()[1:n + 1]]


# ---- a. tiles ----

TILE_SQL = ("SELECT ST_AsMVT(q, '{0}', 4096, 'geom', 'id') FROM (SELECT t.id, t.name, ST_AsMVTGeom(t.geom, "
            "ST_TileEnvelope($1, $2, $3), 4096, 64, true) AS geom FROM {0}_3857 t WHERE t.geom && "
            "ST_TileEnvelope($1, $2, $3, margin => 64.0 / 4096)) q")


class Tiles:
    """The same tiles by HTTP, not kept and kept; by the encoder alone; by ST_AsMVT over a Unix socket, without HTTP."""
    def __init__(self, place):
        self.place, self.lists = place, {}
        for name, layer in LAYERS.items():
            self.lists[name] = [t[:3] for t in self.alone(name) if int(t[0]) < ZOOMS]
        self.paths = {name: [f"GET /tiles/{LAYERS[name]}/{z}/{x}/{y}.mvt" for z, x, y in tiles] for name, tiles in self.lists.items()}

    def alone(self, name):
        return lines_of(self.place.tools / "bench_tile", "--tiles", TILES, "--each", self.place.index_of(LAYERS[name]))

    def add(self, side, name, values):
        for tile, (us, n) in zip(self.lists[name], values):
            called = "new" if side == "again" and int(tile[0]) > KEPT_ZOOM else side  # made anew each time
            self.place.figures.add(f"tile/{called}/{name}/" + "/".join(tile), us / 1e3)
            self.place.figures.add(f"bytes/{side}/{name}/{tile[0]}", n)

    def round(self):
        place = self.place
        for name in LAYERS:
            requests = place.requests(f"tiles-{name}", ["GET /health"] + self.paths[name])  # the first on a connection waits for its thread
            self.add("alone", name, [(float(ms) * 1e3, int(n)) for z, _, _, n, ms in self.alone(name) if int(z) < ZOOMS])
            with place.server() as server:
                self.add("new", name, place.once(server.url, requests)[1:])
                for _ in range(3):
                    self.add("again", name, place.once(server.url, requests)[1:])
            if place.postgis:
                self.add("postgis", name, place.ask_postgis(TILE_SQL.format(name), self.lists[name]))

    def zoom_ms(self, side, name, zoom):
        """All tiles of a zoom, one after the other, each by its median."""
        got = [self.place.figures.get(f"tile/{side}/{name}/" + "/".join(t)) for t in self.lists[name] if int(t[0]) == zoom]
        return sum(got) if got and None not in got else None

    def ratios(self, side, name):
        """How many times faster than PostGIS, zoom by zoom."""
        pairs = {z: (self.zoom_ms(side, name, z), self.zoom_ms("postgis", name, z)) for z in range(ZOOMS)}
        return {z: b / a for z, (a, b) in pairs.items() if a and b}


# ---- b. beside a bare libmicrohttpd ----

class Bare:
    """Our answers beside the same bytes from a program that has them ready, by the same client."""
    def __init__(self, place, tiles):
        self.place = place
        kept = [p for name in LAYERS for t, p in zip(tiles.lists[name], tiles.paths[name]) if 4 <= int(t[0]) <= KEPT_ZOOM]
        self.bodies = place.parcels(ANSWERS)
        self.requests = {
            "health": ["GET /health"],
            "tile": random.Random(7).sample(kept, min(ANSWERS, len(kept))),
            "check": [f"POST /check\t{b}" for b in self.bodies],
            "items": self.boxes(),
            "collections": ["GET /collections"]}

    def boxes(self):
        """Pages of fifty, in boxes of a quarter of a degree that have as many."""
        found = []
        with self.place.server() as server:
            for x, y in self.place.points(4 * ANSWERS):
                path = f"/collections/{FARM}/items?limit=50&bbox={x - 0.125:.4f},{y - 0.125:.4f},{x + 0.125:.4f},{y + 0.125:.4f}"
                if len(found) < ANSWERS and server.json(path)["numberReturned"] == 50:
                    found.append("GET " + path)
        return found

    def round(self):
        with self.place.server() as server:
            for name, lines in self.requests.items():
                self.one(server, name, lines)
            requests = self.place.requests("tile", self.requests["tile"])
            got = self.place.load(server.url, requests, seconds=self.place.seconds)
            self.place.figures.add("kept tile/p50 ms", got["us"]["p50"] / 1e3)
            self.place.figures.add("kept tile/p99 ms", got["us"]["p99"] / 1e3)

    def one(self, server, name, lines):
        place, ours = self.place, self.place.requests(name, lines)
        folder = place.work / f"answers-{name}"
        folder.mkdir(exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        place.once(server.url, ours, "--write", folder)
        bodies = [line.partition("\t")[1:] for line in lines]
        theirs = place.requests(f"{name}-bare", [f"{line.split()[0]} /{i}{''.join(b)}" for i, (line, b) in enumerate(zip(lines, bodies))])
        with Process(place.tools / "bench_bare_http", folder) as bare:
            # by turns, and each first as often as the other
            for order in ((server, ours, "ours"), (bare, theirs, "bare")), ((bare, theirs, "bare"), (server, ours, "ours")):
                for side, requests, called in order:
                    before = side.processor_s()
                    got = place.load(side.url, requests, seconds=place.seconds / 2, connections=CONNECTIONS)
                    used_us = (side.processor_s() - before) * 1e6 / got["us"]["n"]
                    for key, value in (("per_second", got["per_second"]), ("p99_ms", got["us"]["p99"] / 1e3), ("bytes", got["bytes_each"]),
                                       ("processor_us", used_us)):
                        place.figures.add(f"{name}/{called}/{key}", value)


# ---- c. 100,000 features ----

PAGE_SQL = ("SELECT '{\"type\":\"Feature\",\"id\":' || t.fid || ',\"geometry\":' || ST_AsGeoJSON(t.geom, 9, 0) || ',\"properties\":' || "
            "json_build_object('id', t.id, 'name', t.name)::text || '}' FROM (SELECT * FROM farmland ORDER BY fid LIMIT $1 OFFSET $2) t")
QGIS = """
import sys, time
from qgis.core import QgsApplication, QgsVectorLayer, QgsFeatureRequest
app = QgsApplication([], False)
app.initQgis()
started = time.monotonic()
layer = QgsVectorLayer(f"url='{sys.argv[1]}' typename='{sys.argv[2]}' pageSize='{sys.argv[3]}'", 'l', 'OAPIF')
n = 0
for feature in layer.getFeatures(QgsFeatureRequest().setLimit(int(sys.argv[4]))):
    n += feature.hasGeometry()
print(time.monotonic() - started, n)
"""


class Reading:
    """Pages of our items, and of PostGIS by LIMIT and OFFSET: read by GDAL and QGIS, and merely fetched. Clients read in the first round
    alone, where they take minutes."""
    def __init__(self, place):
        self.place, self.first = place, True
        self.qgis = subprocess.run([sys.executable, "-c", "import qgis.core"], capture_output=True).returncode == 0
        with place.server() as server:
            self.n, self.pages = 0, []
            path = f"/collections/{FARM}/items?limit={PAGE}"
            while path and self.n < FEATURES:
                page = server.json(path)
                self.pages.append(f"GET {path}")
                self.n += page["numberReturned"]
                path = next((link["href"].removeprefix(server.url) for link in page["links"] if link["rel"] == "next"), None)
        self.n = min(self.n, FEATURES)

    def gdal(self, side, url, layer):
        started = time.monotonic()
        subprocess.run(["ogr2ogr", "-f", "Memory", "x", f"OAPIF:{url}", layer, "-oo", f"PAGE_SIZE={PAGE}", "-limit", str(self.n)],
                       check=True, stdout=subprocess.DEVNULL)
        self.place.figures.add(f"read/gdal/{side}", time.monotonic() - started)

    def by_qgis(self, side, url, layer):
        home = self.place.work / "home"
        (seconds, n), = lines_of(sys.executable, "-c", QGIS, url, layer, PAGE, self.n, stderr=subprocess.DEVNULL,
                                 env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": str(home)})
        if int(n) != self.n:
            raise SystemExit(f"bench: QGIS read {n} of {self.n} features ({side})")
        self.place.figures.add(f"read/qgis/{side}", float(seconds))

    def read_by_clients(self, side, url, layer):
        if not self.first:
            return
        self.gdal(side, url, layer)
        if self.qgis:
            self.by_qgis(side, url, layer)

    def fetched(self, side, values):
        self.place.figures.add(f"read/fetch/{side}", sum(us for us, _ in values) / 1e6)
        self.place.figures.add(f"read/bytes/{side}", sum(n for _, n in values))

    def round(self):
        place, pages = self.place, self.place.requests("pages", self.pages)
        with place.server() as server:
            self.fetched("ours", place.once(server.url, pages))
            self.read_by_clients("ours", server.url, FARM)
        if not place.postgis:
            self.first = False
            return
        self.fetched("postgis", place.ask_postgis(PAGE_SQL, [(PAGE, i * PAGE) for i in range(len(self.pages))]))
        with Process(sys.executable, pathlib.Path(__file__).with_name("pg_features.py"), place.postgis, "farmland") as peer:
            self.read_by_clients("postgis", peer.url, "farmland")
        self.first = False


# ---- d. beside others ----

class Jobs(threading.Thread):
    """An audit of all parcels, over and over."""
    def __init__(self, server, parcels):
        super().__init__(daemon=True)
        self.server, self.parcels, self.over = server, parcels.read_bytes(), threading.Event()
        self.states = set()

    def run(self):
        while not self.over.is_set():
            job = self.server.json("/jobs?kind=parcels&name=parcels.gpkg", "POST", self.parcels)
            while not self.over.wait(0.05):
                state = self.server.json(f"/jobs/{job['id']}")["state"]
                self.states.add(state)
                if state in ("done", "failed", "cancelled"):
                    break
            else: # the next one would wait behind it
                self.server.get(f"/jobs/{job['id']}", "DELETE")

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()


class Beside:
    """Checks by one client beside eight that ask for tiles, and a job."""
    def __init__(self, place, tiles, bodies):
        self.place = place
        self.checks = place.requests("beside-check", [f"POST /check\t{b}" for b in bodies])
        self.tiles = {"z0": [p for name in LAYERS for t, p in zip(tiles.lists[name], tiles.paths[name]) if t[0] == "0"],
                      "z9": [p for name in LAYERS for t, p in zip(tiles.lists[name], tiles.paths[name]) if t[0] == "9"]}

    def checks_ms(self, server, name):
        got = self.place.load(server.url, self.checks, pause=5, seconds=3 * self.place.seconds)
        for key in ("p50", "p99", "max"):
            self.place.figures.add(f"beside/{name}/{key}", got["us"][key] / 1e3)

    def round(self):
        with self.place.server() as server:
            self.checks_ms(server, "nothing")
            for name, lines in self.tiles.items():
                requests = self.place.requests(f"beside-{name}", lines)
                others = subprocess.Popen([self.place.tools / "bench_load", server.url, requests, "--connections", str(EIGHT),
                                           "--seconds", "3600"], stdout=subprocess.DEVNULL)
                with Jobs(server, self.place.data / "parcels.gpkg") as jobs:
                    time.sleep(0.5)
                    self.checks_ms(server, name)
                gone = others.poll()
                others.terminate()
                others.wait()
                if gone is not None or "failed" in jobs.states or "running" not in jobs.states:
                    raise SystemExit(f"bench: the load beside the checks did not last: tiles {gone}, jobs {sorted(jobs.states)}")
