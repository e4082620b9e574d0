"""What commands print: listings as text and as JSON say the same, standard output where a file is named "-", a reader that has had
enough, and one that cannot take it. test_output.py PROGRAM SOURCE"""
import contextlib
import csv
import datetime
import io
import json
import os
import pathlib
import pty
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

PROGRAM, SOURCE = str(pathlib.Path(sys.argv[1]).resolve()), pathlib.Path(sys.argv[2])
del sys.argv[1:3]
sys.path.insert(0, str(SOURCE / "tests" / "http"))
import fixture  # noqa: E402

# command, name of the array, members that stand in a row of text
LISTINGS = [(["layers"], "layers", ["layer", "title_zh"]), (["layers", "list", "--all"], "layers", ["layer", "imported_at", "effective_from"]),
            (["layer", "list"], "layers", ["layer", "standard", "title_zh", "relation"]), (["layer", "history"], "history", ["in_force_at", "layer", "sha256"]),
            (["rules", "history"], "history", ["in_force_at", "sha256", "source"]), (["classes"], "classes", ["code", "zh"]),
            (["projects", "list"], "projects", ["name", "code", "class", "claims", "input_name", "saved_at"]), (["records", "list"], "records", ["kept_at", "officer"]),
            (["users", "list"], "users", ["name", "title", "role", "unit", "added_at"]), (["users", "tokens"], "tokens", ["name", "title", "expires_at"]),
            (["log"], "log", ["at", "person", "action"])]


def in_china(utc):
    at = datetime.datetime.strptime(utc, "%Y-%m-%dT%H:%M:%SZ") + datetime.timedelta(hours=8)
    return at.strftime("%Y-%m-%d %H:%M:%S 北京时间")


class Output(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.store = fixture.make_store(PROGRAM, cls.folder)
        cls.parcel = fixture.write_json(cls.folder / "p.geojson", fixture.feature((111.705, 40.80, 111.715, 40.81)))
        cls.run_well("check", cls.parcel, "--keep", "--officer", "张三", "--save-project", "一号", "--project-code", "A-1")
        cls.run_well("users", "add", "li", "--role", "officer", "--unit", "all", "--title", "李四", "--no-password")
        cls.run_well("users", "token", "li", "--days", "3", "--title", "程序")

    @classmethod
    def run_well(cls, *arguments):
        done = subprocess.run([PROGRAM, *arguments, *cls.of_store(arguments)], capture_output=True, cwd=cls.folder)
        assert done.returncode == 0, (arguments, done.stderr.decode())
        return done.stdout

    @classmethod
    def of_store(cls, arguments):
        return [] if arguments[0] in ("classes", "parcel", "help", "inspect") else ["--store", cls.store]

    def test_a_listing_as_json_has_the_rows_of_its_text(self):
        """One shape: an object with a named array; each row of the text is one of it, with the same words; where people read when something
        was kept, it is by the clock on their wall."""
        for command, name, members in LISTINGS:
            text = self.run_well(*command).decode().partition("\n\n")[0].splitlines()
            rows = json.loads(self.run_well(*command, "--format", "json"))[name]
            self.assertEqual(len(text), len(rows), command)
            self.assertTrue(rows, command)
            for line, row in zip(text, rows):
                for member in members:
                    told = in_china(row[member]) if (name, member) in (("projects", "saved_at"), ("records", "kept_at")) else str(row[member])
                    self.assertIn(told, line, (command, member))

    def test_every_listing_of_the_table_is_looked_at(self):
        """A command that lists and has no JSON, or one that this test does not know, is found here."""
        commands = json.loads(self.run_well("help", "--format", "json"))["commands"]
        lists = {(c["group"], c["name"]) for c in commands if c["name"] in ("list", "history", "tokens", "classes")}
        looked_at = {tuple(w for w in (c if len(c) > 1 else [c[0], "list"])[:2]) for c, _, _ in LISTINGS if c != ["classes"]} | {(None, "classes")}
        self.assertEqual(lists, looked_at)
        for c in commands:
            if (c["group"], c["name"]) in lists:
                self.assertIn("text|json", [o["value"] for o in c["options"]], c["name"])

    def test_rules_and_the_chain_of_the_log_as_json(self):
        """A row of the text for each rule of the object, with what the table says; the chain says where it is broken, and exits so."""
        text = self.run_well("rules", "show").decode().splitlines()
        shown = json.loads(self.run_well("rules", "show", "--format", "json"))
        self.assertIn(shown["sha256"], text[0])
        self.assertTrue(shown["current"])
        self.assertEqual(len(text) - 1, len(shown["rules"]))
        table = {row["rule_id"]: row for row in csv.DictReader(io.StringIO(self.run_well("rules", "export").decode("utf-8-sig")))}
        of_table = 0
        for row, rule in zip(text[1:], shown["rules"]):
            self.assertTrue(row.startswith(rule["rule_id"] + "\t"), row)
            self.assertTrue(rule["layers"], rule)
            if rule["rule_id"] not in table:
                continue  # a layer's own, by its definition
            of_table += 1
            for member in ("sub_zone", "relation", "project_class", "verdict", "title_zh", "legal_basis", "conf"):
                self.assertEqual(table[rule["rule_id"]][member], rule[member], rule)
        self.assertEqual(len(table), of_table)
        self.assertEqual({"sound": True, "broken_at": None}, json.loads(self.run_well("log", "verify", "--format", "json")))
        broken = self.folder / "broken.sqlite"
        shutil.copy(self.store, broken)
        with contextlib.closing(sqlite3.connect(broken)) as db:
            for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'access_log'").fetchall():
                db.execute(f"DROP TRIGGER {name}")
            last, = db.execute("SELECT max(id) FROM access_log").fetchone()
            db.execute("UPDATE access_log SET subject = 'x' WHERE id = ?", (last,))
            db.commit()
        done = subprocess.run([PROGRAM, "log", "verify", "--format", "json", "--store", broken], capture_output=True)
        self.assertEqual({"sound": False, "broken_at": last}, json.loads(done.stdout))
        self.assertNotEqual(0, done.returncode)

    def test_a_dash_is_standard_output(self):
        self.assertEqual(self.run_well("check", self.parcel), self.run_well("check", self.parcel, "-o", "-"))
        for arguments in (["parcel", "convert", self.parcel, "--to", "txt", "--zone", "37"], ["parcel", "inspect", self.parcel]):
            self.assertEqual(self.run_well(*arguments), self.run_well(*arguments, "-o", "-"))
            self.assertTrue(self.run_well(*arguments))
        self.run_well("export", "ecological_red_line", "-o", "e.geojson")
        self.assertEqual((self.folder / "e.geojson").read_bytes(), self.run_well("export", "ecological_red_line", "-o", "-"))
        self.assertFalse((self.folder / "-").exists())

    def test_a_reader_that_has_had_enough_is_no_failure(self):
        """`hongxian … | head -1`: nothing is said, and the end is a good one."""
        for arguments in (["help"], ["records", "list"], ["layers", "--format", "json"], ["check", self.parcel], ["export", "ecological_red_line", "-o", "-"]):
            reading, writing = os.pipe()
            os.close(reading)
            done = subprocess.run([PROGRAM, *arguments, *self.of_store(arguments)], stdout=writing, stderr=subprocess.PIPE)
            os.close(writing)
            self.assertEqual((0, b""), (done.returncode, done.stderr), arguments)

    def on_a_terminal(self, *arguments, stderr_too=True):
        """The command with a terminal for standard error, and what is to be read there."""
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        process = subprocess.Popen([PROGRAM, *arguments, "--store", self.store], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=theirs if stderr_too else subprocess.PIPE)
        os.close(theirs)
        return process, ours

    def test_what_takes_long_says_so_on_a_terminal(self):
        """verify waits for its report, and tells for how long, until it is given; the line is gone before the result comes."""
        report = self.run_well("check", self.parcel, "--format", "json")
        process, terminal = self.on_a_terminal("verify", "-")
        seen = b""
        while "正在重算 recomputing … ".encode() not in seen:
            seen += os.read(terminal, 4096)
        out, _ = process.communicate(report)
        self.assertEqual(0, process.returncode, out)
        while b"\x1b[K" not in seen:
            seen += os.read(terminal, 4096)

    def test_nothing_is_said_in_a_pipe_or_to_a_program(self):
        many = fixture.write_json(self.folder / "many.geojson", fixture.collection(*[fixture.feature((111 + i * 1e-3, 40.0, 111.0005 + i * 1e-3, 40.0005), BSM=str(i), MC="甲") for i in range(1500)]))
        importing = ("import", many, "--layer", "ecological_red_line", "--draft", "--confirm-place", "--confirm-layer")
        process, terminal = self.on_a_terminal(*importing)
        seen = b""
        while b" / 1500  " not in seen:
            seen += os.read(terminal, 4096)
        process.communicate()
        process, _ = self.on_a_terminal(*importing, "--label", "again", stderr_too=False)
        _, said = process.communicate()
        self.assertEqual(0, process.returncode, said)
        self.assertNotIn(b"\r", said)
        self.assertNotIn(b"\x1b", said)

    def test_an_output_that_cannot_be_written_is_a_failure(self):
        for arguments in (["help"], ["records", "list"], ["check", self.parcel]):
            with open("/dev/full", "w", encoding="ascii") as full:
                done = subprocess.run([PROGRAM, *arguments, *self.of_store(arguments)], stdout=full, stderr=subprocess.PIPE)
            self.assertEqual(3, done.returncode, arguments)
            self.assertIn(b"error: ", done.stderr)


if __name__ == "__main__":
    unittest.main()
