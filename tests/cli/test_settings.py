"""Settings of the server: the file, the environment and the command line, which comes first, what is refused, and what a SIGHUP
changes while requests go on. test_settings.py PROGRAM SOURCE"""
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

PROGRAM, SOURCE = str(pathlib.Path(sys.argv[1]).resolve()), pathlib.Path(sys.argv[2])
del sys.argv[1:3]
sys.path.insert(0, str(SOURCE / "tests" / "http"))
import fixture  # noqa: E402
from fixture import runs  # noqa: E402

COMMANDS = json.loads(subprocess.run([PROGRAM, "help", "--format", "json"], capture_output=True, text=True).stdout)["commands"]
SETTINGS = [o for c in COMMANDS if c["name"] == "serve" for o in c["options"] if o["setting"]]


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.conf = self.folder / "hongxian.conf"

    def write(self, *lines):
        self.conf.write_text("".join(line + "\n" for line in lines), encoding="utf-8")

    def serve(self, *arguments, environment=None, config=True):
        with_file = ["--config", self.conf] if config else []
        clean = {k: v for k, v in os.environ.items() if not k.startswith("HONGXIAN_")}
        return subprocess.run([PROGRAM, "serve", *with_file, *arguments], capture_output=True, text=True, cwd=self.folder,
                              env={**clean, **(environment or {})})

    def in_force(self, *arguments, environment=None, config=True):
        """{name: [(value, where it comes from)]} of --print-config."""
        done = self.serve("--print-config", *arguments, environment=environment, config=config)
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        found = {}
        for where, name, value in re.findall(r"^# .* / (.*)\n([a-z-]+) = (.*)$", done.stdout, re.M):
            found.setdefault(name, []).append((value, where))
        return found


class Settings(Case):
    def test_the_command_line_comes_before_the_environment_and_that_before_the_file(self):
        self.write("# where it is reached", "", "  port=9001", "host = localhost", "public-read = yes", "store = /of/the/file")
        file = {name: f"{self.conf}, line {line}" for name, line in (("port", 3), ("host", 4), ("public-read", 5), ("store", 6))}
        found = self.in_force()
        for name, value in (("port", "9001"), ("host", "localhost"), ("public-read", "yes"), ("store", "/of/the/file")):
            self.assertEqual([(value, file[name])], found[name])
        self.assertEqual([("no", "default")], found["behind-proxy"])
        environment = {"HONGXIAN_PORT": "9002", "HONGXIAN_PUBLIC_READ": "no", "HONGXIAN_BEHIND_PROXY": "yes"}
        found = self.in_force("--port", "9003", environment=environment)
        self.assertEqual([("9003", "the command line")], found["port"])
        self.assertEqual([("no", "the environment, HONGXIAN_PUBLIC_READ")], found["public-read"])
        self.assertEqual([("yes", "the environment, HONGXIAN_BEHIND_PROXY")], found["behind-proxy"])
        self.assertEqual([("localhost", file["host"])], found["host"])
        self.assertEqual([("8080", "default")], self.in_force(environment={"HONGXIAN_CONFIG": "/dev/null"}, config=False)["port"])
        self.assertEqual("9001", self.in_force(environment={"HONGXIAN_CONFIG": str(self.conf)}, config=False)["port"][0][0])

    def test_what_may_come_several_times(self):
        """The nearest that has it counts; a limit by its own name."""
        self.write("public-name = one.example", "public-name = two.example", "limit = connections=100", "limit = reserve=4")
        self.assertEqual(["one.example", "two.example"], [v for v, _ in self.in_force()["public-name"]])
        found = self.in_force("--limit", "idle-seconds=7", environment={"HONGXIAN_PUBLIC_NAME": "three.example four.example", "HONGXIAN_LIMIT": "reserve=5"})
        self.assertEqual(["three.example", "four.example"], [v for v, _ in found["public-name"]])
        self.assertEqual({"connections=100", "reserve=5", "idle-seconds=7"}, {v for v, _ in found["limit"]})

    def test_every_setting_has_its_three_names(self):
        """Of the table, not of a list: each option of serve is understood in the file and in the environment."""
        self.assertGreater(len(SETTINGS), 12)
        sample = {"public-url": "https://a.example/hx", "public-name": "a.example", "limit": "reserve=3", "cors": "*", "proxy": "127.0.0.1", "login-header": "X-User"}
        values = {o["setting"]: "yes" if not o["value"] else sample.get(o["setting"], "7" if o["number"] else o["value"].split("|")[0] if o["choice"] else "x")
                  for o in SETTINGS}
        self.write(*(f"{name} = {value}" for name, value in values.items()))
        found = self.in_force()
        self.assertEqual({n: [(v, f"{self.conf}, line {i}")] for i, (n, v) in enumerate(values.items(), 1)}, found)
        found = self.in_force(environment={o["environment"]: values[o["setting"]] for o in SETTINGS}, config=False)
        self.assertEqual({o["setting"]: [(values[o["setting"]], f"the environment, {o['environment']}")] for o in SETTINGS}, found)

    def test_what_is_wrong_is_refused_with_its_place_and_what_would_be_right(self):
        cases = [(["prot = 1"], 1, "Did you mean port?"), (["", "port = many"], 2, "a whole number from 0 to 65535"),
                 (["# port", "port 80"], 2, "name = value"), (["port ="], 1, "has no value"), (["port = 1", "host = a", "port = 2"], 3, "line 1 already"),
                 (["public-read = perhaps"], 1, "yes or no"), (["host = a", "cors = nowhere/"], 2, "the origin of a site"),
                 (["limit = reserve=1", "limit = connections=few"], 2, "a whole number from"), (["public-name = a b"], 1, "name of the host"),
                 (["limit = nothing=1"], 1, "connections"), (["config = other.conf"], 1, "no setting"), (["--port = 1"], 1, "no setting")]
        for lines, line, remedy in cases:
            self.write(*lines)
            done = self.serve("--print-config")
            self.assertEqual((1, ""), (done.returncode, done.stdout), lines)
            self.assertRegex(done.stderr, f"(?m)^错误：{re.escape(str(self.conf))} 第 {line} 行：.*[\u4e00-\u9fff]")
            self.assertRegex(done.stderr, f"(?m)^error: {re.escape(str(self.conf))}, line {line}: .*{re.escape(remedy)}")
        self.conf.write_bytes("host = 主机\n".encode("gb18030"))
        self.assertIn("UTF-8", self.serve("--print-config").stderr)
        self.conf.unlink()
        self.assertIn(str(self.conf), self.serve("--print-config").stderr)
        for environment, said in (({"HONGXIAN_PROT": "1"}, "Did you mean HONGXIAN_PORT?"), ({"HONGXIAN_PORT": "x"}, "the environment, HONGXIAN_PORT: ")):
            done = self.serve("--print-config", environment=environment, config=False)
            self.assertEqual(1, done.returncode)
            self.assertIn(said, done.stderr)

    def test_the_example_is_understood_once_it_is_no_comment(self):
        example = subprocess.run([PROGRAM, "help", "--format", "conf"], capture_output=True, text=True).stdout
        self.assertEqual([], [line for line in example.splitlines() if line and line[0] != "#"])
        self.assertEqual({o["setting"] for o in SETTINGS}, set(re.findall(r"^#([a-z-]+) = ", example, re.M)))
        limits = re.findall(r"^#(limit = .*)$", example, re.M)
        self.write(*limits, *re.findall(r"^#((?:port|host|public-read) = .*)$", example, re.M))
        self.assertEqual(len(limits), len(self.in_force()["limit"]))


class Reload(Case):
    def setUp(self):
        super().setUp()
        self.write("public-name = one.example", "cors = https://one.example")
        self.server = fixture.Server(PROGRAM, "--config", self.conf, "--store", fixture.make_store(PROGRAM, self.folder))
        self.addCleanup(lambda: self.server.process.poll() is None and self.server.stop())

    def ask(self, host=None):
        connection = http.client.HTTPConnection(self.server.host, self.server.port)
        connection.request("GET", "/collections", headers={"Host": host} if host else {})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer

    def log(self):
        """What it has written so far, by a place of our own in the file: the server writes on at its own."""
        with open(f"/proc/self/fd/{self.server.errors.fileno()}", encoding="utf-8") as f:
            return f.read()

    def hang_up(self, said):
        """SIGHUP, until the log has the sentence that comes behind it once more."""
        before = self.log().count(said)
        self.server.process.send_signal(signal.SIGHUP)
        runs.wait_until(lambda: self.log().count(said) > before)

    def test_what_can_change_does_and_the_rest_is_told(self):
        """And no request is dropped, whether its connection is new or was there before."""
        kept = http.client.HTTPConnection(self.server.host, self.server.port)
        kept.request("GET", "/live")
        self.assertEqual(200, kept.getresponse().read() and 200)

        with runs.beside(lambda: self.assertEqual(200, self.ask().status), 1):
            self.assertEqual((200, 421), (self.ask("one.example").status, self.ask("two.example").status))
            self.write("public-name = two.example", "cors = https://two.example", "threads = 3")
            self.hang_up("read anew")
            answer = self.ask("two.example")
            self.assertEqual((200, "https://two.example"), (answer.status, answer.headers["Access-Control-Allow-Origin"]))
            self.assertEqual(421, self.ask("one.example").status)
            self.assertRegex(self.log(), "threads has changed, which needs a restart")
            self.assertNotRegex(self.log(), "store has changed|port has changed")
            kept.request("GET", "/live")
            self.assertEqual(200, kept.getresponse().status)
            kept.close()

    def test_a_file_that_is_wrong_changes_nothing_and_is_told(self):
        self.write("public-name = two.example", "cors = nonsense/")
        self.hang_up("stays in use")
        self.assertIn("hongxian.conf, line 2: ", self.log())
        self.assertEqual((200, 421), (self.ask("one.example").status, self.ask("two.example").status))
        self.write("public-name = two.example")
        self.hang_up("read anew")
        answer = self.ask("two.example")
        self.assertEqual((200, None), (answer.status, answer.headers["Access-Control-Allow-Origin"]))

    def test_limits_hold_for_who_is_inside(self):
        """Whoever sends half a header under a limit of an hour is shown out once it is a second."""
        self.write("limit = header-seconds=3600", "limit = slow-seconds=3600")
        self.hang_up("read anew")
        with socket.create_connection((self.server.host, self.server.port)) as half:
            half.sendall(b"GET /live HTTP/1.1\r\nHost: ")
            self.write("limit = header-seconds=1")
            self.hang_up("read anew")
            half.recv(4096)  # a refusal, or nothing: it ends
        self.assertEqual(200, self.ask().status)
        self.assertEqual(0, self.server.stop())


if __name__ == "__main__":
    unittest.main()
