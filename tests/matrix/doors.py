"""Sends a file through every door of the program and brings what each answers into one form, so that it can be compared.

A door is a method that takes a path and, where the file states none, a CRS ("EPSG:4524"), and gives an Answer."""
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
import threading
import time
import urllib.parse
from dataclasses import dataclass, field

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "http"))
import fixture  # noqa: E402
from fixture import runs  # noqa: E402, F401

CHECKS = ("check", "http", "library")
AUDITS = ("audit", "job")
DOORS = CHECKS + AUDITS + ("import",)
LONGEST_S = 300  # a program that hangs ends the test, it does not decide it


@dataclass
class Plot:
    """One plot of an answer. area_m2 is None where it was not measured; then `reason` says why."""
    id: str
    name: str
    area_m2: float | None
    verdict: str = ""          # "" where the door does not judge (import)
    reason: str = ""           # in Chinese, as told
    attributes: dict | None = None   # None: the door does not tell them
    exact: bool = False        # area_m2 is the double itself, not its decimal text

    @property
    def clear(self):
        """Said to press on nothing that forbids: what must never be wrong."""
        return self.area_m2 is not None and self.verdict in ("notice", "allowed")


@dataclass
class Answer:
    door: str
    plots: list = field(default_factory=list)
    code: str = ""             # of a refusal of the whole file, where the door tells codes
    refusal: str = ""          # its sentence in Chinese
    refusal_en: str = ""
    crashed: str = ""          # how the program died
    total_m2: float | None = None
    warnings: list = field(default_factory=list)

    @property
    def refused(self):
        return bool(self.refusal or self.crashed)

    def reasons(self):
        """Every reason for which something is not accepted: of the whole file, or of single plots."""
        whole = [self.crashed or self.refusal] if self.refused else []
        return whole + [p.reason or "no reason" for p in self.plots if p.area_m2 is None]


def sentences(text):
    """"错误：…" and "error: …" of standard error."""
    zh = re.findall(r"^错误：(.*)$", text, re.M)
    en = re.findall(r"^error: (.*)$", text, re.M)
    return (zh[-1] if zh else "", en[-1] if en else "")


def of_report(door, report, exact=None):
    """A report of check in JSON."""
    answer = Answer(door, warnings=[w.get("zh", "") for w in report.get("warnings", [])])
    for i, p in enumerate(report["parcels"]):
        answer.warnings += [w.get("zh", "") for w in p.get("warnings", [])]
        area = p["area_m2"]
        reason = "" if area is not None else p.get("reason_zh") or next(
            (y["reason_zh"] for y in p["layers"] if y["reason_zh"]), "")
        if exact and area is not None:
            area = exact[i]
        answer.plots.append(Plot(p["id"], p["name"], area, p["verdict"], reason, None, exact is not None))
    answer.total_m2 = sum(p.area_m2 for p in answer.plots if p.area_m2 is not None)
    return answer


def of_rows(door, gpkg):
    """The rows of an audit."""
    db = sqlite3.connect(gpkg)
    db.row_factory = sqlite3.Row
    db.text_factory = lambda b: b.decode("utf-8", "replace")   # a text that is none shows as one
    answer = Answer(door)
    for r in db.execute("SELECT * FROM parcels ORDER BY fid"):
        measured = r["measured"] and r["area_m2"] is not None
        answer.plots.append(Plot(r["parcel_id"] or "", r["name"] or "", r["area_m2"] if measured else None, r["verdict"],
                                 r["reason_zh"] or "", json.loads(r["properties"] or "{}"), True))
    db.close()
    answer.total_m2 = sum(p.area_m2 for p in answer.plots if p.area_m2 is not None)
    return answer


class Doors:
    """A store with geodata/, a server over it, the library's program; use as a context. Threads may share it."""

    def __init__(self, program, library, geodata, folder=None, store=None):
        self.program, self.library_program, self.geodata = str(program), library and str(library), str(geodata)
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="hongxian-matrix-"))
        self.own_folder = folder is None
        self.store = store
        self.local = threading.local()
        self.lock = threading.Lock()
        self.count = 0
        self.children = []
        self.server = None

    def __enter__(self):
        usage = subprocess.run([self.program, "help"], capture_output=True, text=True).stdout
        lines = {c: next((u for u in usage.splitlines() if u.startswith(f"  hongxian {c}")), "") for c in ("audit", "import")}
        # One name for one option is what is wanted; an older program says --epsg here and --crs in check.
        self.crs_option = {c: "--epsg" if "--epsg" in u else "--crs" for c, u in lines.items()}
        if not self.store:
            self.store = fixture.geodata_store(self.program, self.folder / "geodata.sqlite", self.geodata)
        self.server = fixture.Server(self.program, "--store", self.store)
        return self

    def __exit__(self, *_):
        if self.server:
            self.server.stop()
        for child in self.children:
            child.stdin.close()
            child.wait(timeout=60)
            child.stdout.close()
        if self.own_folder:
            shutil.rmtree(self.folder)

    def run(self, *arguments, check=False):
        done = subprocess.run([self.program, *map(str, arguments)], capture_output=True, timeout=LONGEST_S)
        if check and done.returncode:
            raise AssertionError(done.stderr.decode("utf-8", "replace"))
        return done

    def place(self, ending=""):
        with self.lock:
            self.count += 1
            return self.folder / f"{self.count:06}{ending}"

    def failed(self, door, done):
        """The answer of a program that ended with an error, or None."""
        if done.returncode == 0:
            return None
        if done.returncode < 0 or done.returncode > 128:
            return Answer(door, crashed=f"killed by signal {-done.returncode}")
        errors = done.stderr.decode("utf-8", "replace")
        if "Sanitizer" in errors or "runtime error" in errors:
            return Answer(door, crashed=errors[-2000:])
        zh, en = sentences(errors)
        return Answer(door, refusal=zh or f"exit {done.returncode} without a sentence", refusal_en=en)

    # ---- check ----

    def check(self, path, crs=None):
        more = ["--crs", crs] if crs else []
        done = self.run("check", path, "--store", self.store, "--format", "json", *more)
        return self.failed("check", done) or of_report("check", json.loads(done.stdout))

    def http(self, path, crs=None):
        path = pathlib.Path(path)
        query = {"source_file": path.name, **({"crs": crs} if crs else {})}
        status, body = self.request("POST", "/check?" + urllib.parse.urlencode(query), path.read_bytes())
        answer = json.loads(body)
        if status == 200:
            return of_report("http", answer)
        if status >= 500:
            return Answer("http", code=answer.get("code", ""), crashed=f"status {status}: {answer.get('detail', '')}")
        return Answer("http", code=answer["code"], refusal=answer["detail"], refusal_en=answer["detail_en"])

    def library(self, path, crs=None):
        if not hasattr(self.local, "child"):
            self.local.child = subprocess.Popen([self.library_program, self.store, self.program], stdin=subprocess.PIPE,
                                                stdout=subprocess.PIPE)
            with self.lock:
                self.children.append(self.local.child)
        child = self.local.child
        child.stdin.write((str(path) + ("\t" + crs if crs else "") + "\n").encode())
        child.stdin.flush()
        head = child.stdout.readline().split()
        if not head:
            del self.local.child
            return Answer("library", crashed=f"ended with {child.wait(timeout=60)}")
        first, second = (child.stdout.read(int(n)).decode() for n in head[1:])
        if head[0] == b"ok":
            return of_report("library", json.loads(first), [float.fromhex(a) for a in second.split()])
        code, zh, en = first.split("\n", 2)
        return Answer("library", code=code, refusal=zh, refusal_en=en)

    # ---- audit ----

    def audit(self, path, crs=None):
        out = self.place(".gpkg")
        more = [self.crs_option["audit"], self.number(crs, "audit")] if crs else []
        done = self.run("audit", "parcels", path, "-o", out, "--store", self.store, "--threads", 1, *more)
        answer = self.failed("audit", done) or of_rows("audit", out)
        answer.warnings += [line.removeprefix("提醒：") for line in done.stderr.decode("utf-8", "replace").splitlines() if line.startswith("提醒：")]
        self.remove(out)
        return answer

    def job(self, path, crs=None):
        path = pathlib.Path(path)
        query = {"kind": "parcels", "name": path.name, "formats": "gpkg", **({"crs": crs} if crs else {})}
        status, body = self.request("POST", "/jobs?" + urllib.parse.urlencode(query), path.read_bytes())
        job = json.loads(body)
        if status != 202:
            return Answer("job", code=job.get("code", ""), refusal=job.get("detail", f"status {status}"))
        job = self.wait(job["id"])
        if job["state"] != "done":
            fault = job.get("error") or {}
            return Answer("job", code=fault.get("code", ""), refusal=fault.get("zh") or json.dumps(job, ensure_ascii=False),
                          refusal_en=fault.get("en", ""))
        _, body = self.request("GET", f"/jobs/{job['id']}/result?format=gpkg")
        out = self.place(".gpkg")
        out.write_bytes(body)
        answer = of_rows("job", out)
        answer.warnings += [n["zh"] for n in job["outcome"]["notes"]]
        self.remove(out)
        self.request("DELETE", f"/jobs/{job['id']}")
        return answer

    def wait(self, job):
        for turn in range(LONGEST_S * 20):
            now = json.loads(self.request("GET", f"/jobs/{job}")[1])
            if now["state"] in ("done", "failed", "cancelled"):
                return now
            time.sleep(min(0.05, 0.005 * (turn + 1)))
        raise AssertionError(f"the job did not end: {now}")

    # ---- import ----

    def import_(self, path, crs=None):
        """As a draft of a layer of its own, in a store of this thread that has nothing else."""
        if not hasattr(self.local, "scratch"):
            self.local.scratch = self.place(".sqlite")
            fixture.empty_store(self.program, self.local.scratch)
        scratch, report = self.local.scratch, self.place(".json")
        layer = f"m{report.stem}"
        more = [self.crs_option["import"], self.number(crs, "import")] if crs else []
        done = self.run("import", path, "--store", scratch, "--layer", layer, "--draft", "--report", report, *more)
        answer = self.failed("import", done)
        told = json.loads(report.read_text(encoding="utf-8")) if report.exists() else {}
        self.remove(report)
        answer = answer or self.of_layer(layer)
        answer.warnings = [w if isinstance(w, str) else w.get("zh", "") for w in told.get("findings", []) + told.get("warnings", [])]
        for r in told.get("refused", []):
            answer.code = answer.code or r["fault"]
            answer.plots.append(Plot(r["code"], r["name"], None, "", r["zh"]))
        return answer

    def of_layer(self, layer):
        db = sqlite3.connect(self.local.scratch)
        db.text_factory = lambda b: b.decode("utf-8", "replace")
        answer = Answer("import")
        version, answer.total_m2 = db.execute("SELECT id, area_m2 FROM layer_version WHERE layer_id = ?", (layer,)).fetchone()
        found = db.execute("SELECT code, name, properties FROM feature WHERE version_id = ? ORDER BY id", (version,)).fetchall()
        db.close()
        for code, name, properties in found:
            area = answer.total_m2 if len(found) == 1 else float("nan")  # only the sum is kept
            answer.plots.append(Plot(code, name, area, "", "", json.loads(properties), True))
        return answer

    # ---- common ----

    def through(self, door, path, crs=None):
        return (self.import_ if door == "import" else getattr(self, door))(path, crs)

    def number(self, crs, command):
        return crs.rpartition(":")[2] if self.crs_option[command] == "--epsg" else crs

    @staticmethod
    def remove(path):
        for beside in path.parent.glob(path.name + "*"):
            os.remove(beside)

    def request(self, method, path, body=None):
        connection = http.client.HTTPConnection(self.server.host, self.server.port, timeout=LONGEST_S)
        try:
            connection.request(method, path, body=body)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()
