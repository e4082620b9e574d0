#!/usr/bin/env python3
"""Stands in for pg_featureserv, which Debian does not have: pg_features.py CONNINFO TABLE

Features of a PostGIS table by OGC API, as pg_featureserv has them: pages by LIMIT and OFFSET, geometry by ST_AsGeoJSON with
PostGIS's own number of digits, properties as JSON, links for clients that go from page to page. What it spares the peer: the
page is put together by the database, in one text, and only passed on. Prints its address; serves until it is ended."""
import http.server
import json
import sys
import threading
import urllib.parse

import psycopg2

JSON, GEOJSON, API = "application/json", "application/geo+json", "application/vnd.oai.openapi+json;version=3.0"
PAGE, PAGE_MAX = 1000, 10000
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
CONFORMANCE = [f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{name}" for name in ("core", "oas30", "geojson")]


class Table:
    def __init__(self, connection, name):
        self.db, self.name, self.lock = psycopg2.connect(connection), name, threading.Lock()
        self.db.autocommit = True
        columns = [c for c, in self.rows("SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 "
                                         "AND NOT attisdropped AND attname NOT IN ('geom', 'fid')", (name,))]
        properties = ", ".join(f"'{c}', t.\"{c}\"" for c in columns)
        self.sql = ("SELECT string_agg('{\"type\":\"Feature\",\"id\":' || t.fid || ',\"geometry\":' || ST_AsGeoJSON(t.geom, 9, 0) || "
                    f"',\"properties\":' || json_build_object({properties})::text || '}}', ','), count(*) "
                    f"FROM (SELECT * FROM {name} ORDER BY fid LIMIT %s OFFSET %s) t")
        self.box = self.rows(f"SELECT ST_XMin(b), ST_YMin(b), ST_XMax(b), ST_YMax(b) FROM (SELECT ST_Extent(geom) b FROM {name}) t")[0]

    def rows(self, sql, values=()):
        with self.lock, self.db.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall()

    def page(self, limit, offset, base):
        features, n = self.rows(self.sql, (limit, offset))[0]
        links = [{"rel": "self", "type": GEOJSON, "href": f"{base}/collections/{self.name}/items?limit={limit}&offset={offset}"}]
        if n == limit:
            links.append({"rel": "next", "type": GEOJSON,
                          "href": f"{base}/collections/{self.name}/items?limit={limit}&offset={offset + limit}"})
        return (f'{{"type":"FeatureCollection","features":[{features or ""}],"numberReturned":{n},"links":{json.dumps(links)}}}')


def documents(table, base):
    """What a client asks for before it asks for features."""
    items = f"/collections/{table.name}/items"
    about = {"id": table.name, "title": table.name, "itemType": "feature", "crs": [CRS84],
             "extent": {"spatial": {"bbox": [list(table.box)], "crs": CRS84}},
             "links": [{"rel": "items", "type": GEOJSON, "href": base + items}]}
    limit = {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": PAGE_MAX, "default": PAGE}}
    return {"/": {"title": "stand-in", "links": [{"rel": "service-desc", "type": API, "href": base + "/api"},
                                                 {"rel": "conformance", "type": JSON, "href": base + "/conformance"},
                                                 {"rel": "data", "type": JSON, "href": base + "/collections"}]},
            "/api": {"openapi": "3.0.2", "info": {"title": "stand-in", "version": "1"},
                     "components": {"parameters": {"limit": limit}},
                     "paths": {items: {"get": {"parameters": [limit], "responses": {"200": {"description": "features"}}}}}},
            "/conformance": {"conformsTo": CONFORMANCE},
            "/collections": {"collections": [about], "links": []},
            f"/collections/{table.name}": about}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    table, base = None, None

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        path, query = url.path.rstrip("/") or "/", dict(urllib.parse.parse_qsl(url.query))
        kind, known = JSON, documents(self.table, self.base)
        if path == f"/collections/{self.table.name}/items":
            kind, text = GEOJSON, self.table.page(min(int(query.get("limit", PAGE)), PAGE_MAX), int(query.get("offset", 0)), self.base)
        elif path in known:
            kind, text = API if path == "/api" else JSON, json.dumps(known[path])
        else:
            self.send_error(404)
            return
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def main():
    Handler.table = Table(sys.argv[1], sys.argv[2])
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Handler.base = f"http://127.0.0.1:{server.server_address[1]}"
    print(Handler.base, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
