#!/usr/bin/env python3
"""packaging/nginx-hx.conf, by a real nginx: the service below /hx/, with addresses that lead there, and nothing believed that the
client says of itself. Skipped where nginx is not installed.

    test_nginx.py PROGRAM SOURCE [TEST]
"""
import http.client
import json
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest

import fixture

PROGRAM, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2])
NGINX = shutil.which("nginx") or (shutil.which("nginx", path="/usr/sbin"))
PARCEL = b'{"type":"Polygon","coordinates":[[[111.72,40.8],[111.73,40.8],[111.73,40.81],[111.72,40.8]]]}'


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@unittest.skipUnless(NGINX, "nginx is not installed")
class Nginx(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="hongxian-nginx-")
        work = pathlib.Path(cls.folder.name)
        store = fixture.make_store(PROGRAM, work)
        cls.server = fixture.Server(PROGRAM, "--store", str(store), "--threads", "2", "--behind-proxy", "--public-name", "gis.example.cn", "--allow-records")
        cls.port = free_port()
        recipe = (SOURCE / "packaging" / "nginx-hx.conf").read_text(encoding="utf-8")
        assert "http://127.0.0.1:8080/" in recipe
        recipe = recipe.replace("http://127.0.0.1:8080/", f"http://127.0.0.1:{cls.server.port}/")
        places = "".join(f"{kind}_temp_path {work};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        conf = work / "nginx.conf"
        conf.write_text(f"daemon off;\npid {work}/pid;\nerror_log {work}/error.log;\nworker_processes 1;\nevents {{}}\nhttp {{\naccess_log off;\n{places}"
                        f"server {{\nlisten 127.0.0.1:{cls.port};\n{recipe}}}\n}}\n", encoding="utf-8")
        cls.nginx = subprocess.Popen([NGINX, "-e", str(work / "error.log"), "-c", str(conf)])
        fixture.runs.wait_until(cls.answers)

    @classmethod
    def tearDownClass(cls):
        cls.nginx.terminate()
        cls.nginx.wait()
        cls.server.stop()
        cls.folder.cleanup()

    @classmethod
    def answers(cls):
        assert cls.nginx.poll() is None, "nginx has ended"
        with socket.socket() as s:
            return s.connect_ex(("127.0.0.1", cls.port)) == 0

    def ask(self, method, path, body=None, **headers):
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        try:
            c.request(method, path, body, {"Host": "gis.example.cn", **{k.replace("_", "-"): v for k, v in headers.items()}})
            r = c.getresponse()
            return r.status, r.headers, r.read()
        finally:
            c.close()

    def test_addresses_lead_below_hx(self):
        status, _, body = self.ask("GET", "/hx/?f=json")
        self.assertEqual(200, status)
        self.assertTrue(all(link["href"].startswith("http://gis.example.cn/hx/") for link in json.loads(body)["links"]), body)
        self.assertEqual((301, 200), (self.ask("GET", "/hx")[0], self.ask("GET", "/hx/collections")[0]))

    def test_a_parcel_is_checked_and_a_job_taken(self):
        self.assertEqual(200, self.ask("POST", "/hx/check", PARCEL)[0])
        self.assertEqual(202, self.ask("POST", "/hx/jobs?kind=figures")[0])
        self.assertEqual(200, self.ask("POST", "/hx/check?keep=1&officer=x", PARCEL, Origin="http://gis.example.cn")[0])

    def test_a_clients_word_of_itself_is_not_passed_on(self):
        """Neither the host in links, nor by which address it is counted."""
        said = {"X_Forwarded_Host": "evil.example", "X_Forwarded_Proto": "https", "X_Forwarded_Prefix": "/evil", "X_Forwarded_For": "10.1.1.1"}
        self.assertNotIn(b"evil", self.ask("GET", "/hx/?f=json", **said)[2])

    def test_names_and_pages_of_others_are_refused_through_it_too(self):
        self.assertEqual(421, self.ask("GET", "/hx/collections", Host="evil.example")[0])
        self.assertEqual(403, self.ask("POST", "/hx/check?keep=1&officer=x", PARCEL, Origin="https://evil.example")[0])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
