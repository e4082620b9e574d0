"""Small layers with known areas, a store made of them, and a server over it: for the tests of http and cli."""
import contextlib
import hashlib
import http.client
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import runs  # noqa: E402, F401

COVERAGE = (111.0, 40.0, 112.5, 41.5)


def ring(west, south, east, north):
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def feature(box, **properties):
    return {"type": "Feature", "properties": properties,
            "geometry": {"type": "Polygon", "coordinates": [ring(*box)]}}


def collection(*features, **more):
    return {"type": "FeatureCollection", "features": list(features), **more}


def red_line():
    return collection(
        feature((111.70, 40.80, 111.71, 40.81), BSM="ERL-1", MC="北山", GKFQ="核心保护区外", MJ=900000.0, BZ="备注"),
        feature((111.80, 40.80, 111.81, 40.81), BSM="ERL-2", MC="南山", GKFQ="自然保护地核心保护区", MJ=900000.0, BZ=None))


def farmland():
    fields = [feature((111.72, 40.80, 111.73, 40.81), BSM="PBF-1", MC="一号")]
    for i in range(1200):  # more than one page and more than one piece of a stream
        west, south = 112.0 + 0.01 * (i % 40), 41.0 + 0.01 * (i // 40)
        fields.append(feature((west, south, west + 0.004, south + 0.004), BSM=f"G-{i}", MC=""))
    return collection(*fields)


def boundary():
    return collection(feature((111.74, 40.80, 111.78, 40.84), BSM="UDB-1", MC="城区", GHFQMC="城镇集中建设区"))


LAYERS = {
    "ecological_red_line": (red_line, "生态保护红线", "Ecological red line"),
    "permanent_basic_farmland": (farmland, "永久基本农田", "Permanent basic farmland"),
    "urban_development_boundary": (boundary, "城镇开发边界", "Urban development boundary"),
}


def write_json(path, value):
    pathlib.Path(path).write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return str(path)


def import_layer(program, folder, store, layer, content):
    program = store_maker(program)
    _, zh, en = LAYERS[layer]
    source = write_json(folder / f"{layer}.geojson", content)
    coverage = write_json(folder / "coverage.geojson", collection(feature(COVERAGE, BSM="C")))
    subprocess.run([program, "import", "--store", store, source, "--layer", layer, "--title-zh", zh, "--title-en", en,
                    "--kind", "line", "--synthetic", "--document", "测试〔2024〕1号", "--effective-from", "2024-01-01",
                    "--coverage", coverage], check=True, capture_output=True)


def store_maker(program):
    """The program that makes the stores which `program` is asked about: itself, or HX_STORE_MAKER. A sanitizer's build takes several
    times as long for what the tests of imports look at, so script/test names the everyday one; an installed program has no store yet."""
    return os.environ.get("HX_STORE_MAKER", program) if not (runs.SANITIZED and runs.LONG) else program


def prepared(program, name, make, *inputs):
    """A folder that `make` has filled, by this very program and from these inputs: whichever test asks first has it made, all
    later ones, of other processes too, copy it. It stands beside the program, and the next build's takes its place."""
    program, state = pathlib.Path(program).resolve(), hashlib.sha256()
    for path in [program, __file__, *(p for i in inputs for p in sorted(pathlib.Path(i).rglob("*")))]:
        now = os.stat(path)
        state.update(f"{path} {now.st_mtime_ns} {now.st_size}\n".encode())
    kept = program.parent / "prepared-by-tests" / f"{name}-{state.hexdigest()[:16]}"
    if not kept.exists():
        kept.parent.mkdir(exist_ok=True)
        for old in kept.parent.glob(f"{name}-*"):
            shutil.rmtree(old, ignore_errors=True)
        fresh = pathlib.Path(tempfile.mkdtemp(prefix="fresh-", dir=kept.parent))
        make(fresh)
        try:
            fresh.rename(kept)
        except OSError:  # another test was first
            shutil.rmtree(fresh)
    return kept


def run(*command):
    subprocess.run(list(map(str, command)), check=True, capture_output=True)


def copy_store(kept, store):
    """The store of a prepared folder, with what stands beside it, under another name."""
    for path in pathlib.Path(kept).iterdir():
        beside = f"{store}{path.name.removeprefix('test.sqlite')}"
        if path.name.startswith("test.sqlite"):
            (shutil.copytree if path.is_dir() else shutil.copyfile)(path, beside)
    return str(store)


def beside(store):
    """A copy of a store whose server runs, as it is now, for a second server: each owns its store alone."""
    copy = pathlib.Path(tempfile.mkdtemp(prefix="beside-", dir=pathlib.Path(store).parent)) / "test.sqlite"
    with contextlib.closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as a, contextlib.closing(sqlite3.connect(copy)) as b:
        a.backup(b)
    if os.path.isdir(f"{store}.index"):
        shutil.copytree(f"{store}.index", f"{copy}.index")
    return str(copy)


def empty_store(program, store):
    program = store_maker(program)
    return copy_store(prepared(program, "empty", lambda folder: run(program, "init", folder / "test.sqlite")), store)


def geodata_store(program, store, geodata):
    """A store with the sample data, geodata/."""
    program = store_maker(program)

    def make(folder):
        run(program, "init", folder / "test.sqlite")
        run(program, "import", "--store", folder / "test.sqlite", "--geodata", geodata)
    return copy_store(prepared(program, "geodata", make, geodata), store)


def make_store(program, folder):
    """A store with the three layers."""
    program = store_maker(program)

    def make(kept):
        run(program, "init", kept / "test.sqlite")
        for layer, (content, _, _) in LAYERS.items():
            import_layer(program, kept, str(kept / "test.sqlite"), layer, content())
    shutil.copytree(prepared(program, "lines", make), folder, dirs_exist_ok=True)
    return str(pathlib.Path(folder) / "test.sqlite")


class Server:
    """`hongxian serve` on a free port. `log` has what it wrote to standard error once it has stopped."""

    def __init__(self, program, *arguments):
        self.errors = tempfile.TemporaryFile()  # a pipe that nobody reads would fill up and stop the server
        self.process = subprocess.Popen([program, "serve", "--port", "0", *arguments], stdout=subprocess.PIPE,
                                        stderr=self.errors, text=True, encoding="utf-8")
        line = self.process.stdout.readline()
        match = re.match(r"http://([^:/]+):(\d+)/", line)
        if not match:
            raise RuntimeError(f"the server did not start: {self.read_log()}")
        self.host, self.port = match.group(1), int(match.group(2))
        runs.in_vain.append(self.has_ended)

    def has_ended(self):
        """On its own, if so why: what is waited for of it does not come any more."""
        code = self.process.poll()
        return None if code is None or self.errors.closed else f"the server ended with {code}: {self.read_log()[-2000:]}"

    def read_log(self):
        """So far. The server writes where this file's place is, so that is left alone."""
        errors = self.errors.fileno()
        return os.pread(errors, os.fstat(errors).st_size, 0).decode("utf-8", "replace")

    def stop(self):
        if self.has_ended in runs.in_vain:
            runs.in_vain.remove(self.has_ended)
        self.process.terminate()
        self.process.communicate()
        self.log = self.read_log()
        self.errors.close()
        return self.process.returncode


def in_qgis(folder, script, *arguments, given=""):
    """What a script prints that runs in a QGIS of its own, without a window. `given` is what it finds on its standard input. Skips
    the test where PyQGIS is not installed."""
    python = "/usr/bin/python3"
    if subprocess.run([python, "-c", "import qgis.core"], capture_output=True).returncode:
        raise unittest.SkipTest("python3-qgis is not installed")
    begin = "import sys\nfrom qgis.core import *\napp = QgsApplication([], False)\napp.initQgis()\n"
    done = subprocess.run([python, "-c", begin + script, *arguments], input=given, capture_output=True, text=True,
                          env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": str(folder)})
    if done.returncode:
        raise AssertionError(done.stderr[-1500:])
    return done.stdout


def stop_well(server, folder):
    """Ends the server of a test class and removes its folder; a server that does not end well fails the class."""
    code = server.stop()
    shutil.rmtree(folder)
    if code != 0:
        raise AssertionError(f"the server ended with {code}:\n{server.log[-4000:]}")


class Line:
    """A connection for many requests. The server closes one that was idle for a while, which on a busy machine is any: it is opened anew."""

    def __init__(self, server):
        self.connection = http.client.HTTPConnection(server.host, server.port)
        self.close = self.connection.close

    def ask(self, method, path, body=None, headers=None):
        """The answer, read, and its body."""
        try:
            return self.once(method, path, body, headers)
        except (http.client.RemoteDisconnected, ConnectionError):
            self.connection.close()
            return self.once(method, path, body, headers)

    def once(self, method, path, body, headers):
        self.connection.request(method, path, body, headers or {})
        answer = self.connection.getresponse()
        return answer, answer.read()
