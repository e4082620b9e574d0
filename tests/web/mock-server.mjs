// MOCK. A stand-in for `hongxian serve`, for working on the page alone. It serves web/dist and geodata/ through the same
// routes, but its /check measures NOTHING: it returns fixed reports whose engine is called "mock". Never use its figures.
//
//   node tests/web/mock-server.mjs [port]          (default 8099)
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { mockReport, mockShapes } from './mock-report.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../..');
const geodata = path.join(root, 'geodata');
const cache = path.join(here, 'out/mock');
// Both come with MapLibre.
const load = (file) => import(pathToFileURL(path.join(root, 'web/node_modules/@maplibre', file)).href);

/** manifest layer -> GeoJSON features with the API's properties. */
function readLayer(layer) {
  const source = path.join(geodata, layer.file);
  let file = source;
  if (source.endsWith('.gpkg')) {
    fs.mkdirSync(cache, { recursive: true });
    file = path.join(cache, `${layer.id}.geojson`);
    if (!fs.existsSync(file) || fs.statSync(file).mtimeMs < fs.statSync(source).mtimeMs) {
      execFileSync('ogr2ogr', ['-f', 'GeoJSON', '-lco', 'COORDINATE_PRECISION=9', file, source, layer.source_layer]);
    }
  }
  const pick = (p, key) => (layer.fields?.[key] ? p[layer.fields[key]] : undefined);
  return JSON.parse(fs.readFileSync(file, 'utf8')).features.map((f, i) => ({
    type: 'Feature',
    id: i + 1,
    geometry: f.geometry,
    properties: {
      code: pick(f.properties, 'id') ?? '', name: pick(f.properties, 'name') ?? '', zone: pick(f.properties, 'zone') ?? '',
      county: pick(f.properties, 'county') ?? '', declared_area_m2: pick(f.properties, 'area') ?? null, ...f.properties,
    },
  }));
}

function plain(file) {
  const full = path.join(geodata, file);
  if (!fs.existsSync(full)) return [];
  return JSON.parse(fs.readFileSync(full, 'utf8')).features.map((f, i) => ({ ...f, id: i + 1 }));
}

function counties() {
  const [, ...rows] = fs.readFileSync(path.join(geodata, 'admin/counties.csv'), 'utf8').trim().split(/\r?\n/);
  return rows.map((r, i) => {
    const [code, name, , prefecture, seat, lon, lat] = r.split(',');
    const geometry = { type: 'Point', coordinates: [Number(lon), Number(lat)] };
    return { type: 'Feature', id: i + 1, geometry, properties: { code, name, prefecture, seat } };
  });
}

function boxOf(features) {
  const box = [180, 90, -180, -90];
  const grow = (c) => {
    if (typeof c[0] !== 'number') return c.forEach(grow);
    box[0] = Math.min(box[0], c[0]); box[1] = Math.min(box[1], c[1]);
    box[2] = Math.max(box[2], c[0]); box[3] = Math.max(box[3], c[1]);
  };
  features.forEach((f) => grow(f.geometry.coordinates));
  return box;
}

async function collectionsOf() {
  const manifest = JSON.parse(fs.readFileSync(path.join(geodata, 'manifest.json'), 'utf8'));
  const { GeoJSONVT } = await load('geojson-vt/dist/geojson-vt.mjs');
  const out = new Map();
  for (const l of manifest.layers) {
    const features = readLayer(l);
    const data = { type: 'FeatureCollection', features: features.map((f) => ({ ...f, properties: { name: f.properties.name, zone: f.properties.zone, code: f.properties.code } })) };
    out.set(l.id, {
      features,
      tiles: new GeoJSONVT(data, { maxZoom: 15, indexMaxZoom: 5, tolerance: 2, extent: 4096, buffer: 64 }),
      meta: {
        id: l.id, title_zh: l.title_zh, title_en: l.title_en, kind: l.kind, geometry: 'polygon', synthetic: l.synthetic,
        label: l.label, reference_only: l.reference_only, version: 1, effective_from: l.effective_from,
        n_features: features.length, bbox: boxOf(features), tiles: `/tiles/${l.id}/{z}/{x}/{y}.mvt`,
      },
    });
  }
  const plan = (id, title_zh, title_en, geometry, features) =>
    out.set(id, {
      features,
      meta: { id, title_zh, title_en, kind: 'plan', geometry, synthetic: false, label: '', reference_only: true, n_features: features.length, tiles: null },
    });
  plan('plan_layout', '城镇空间布局（一群两极多点）', 'Plan layout', 'mixed', plain('plan/layout.geojson'));
  plan('plan_places', '规划重点地点与连线', 'Places and connections named by the plan', 'mixed', plain('plan/places.geojson'));
  plan('counties', '旗县驻地', 'County seats', 'point', counties());
  return out;
}

const collections = await collectionsOf();
const { fromGeojsonVt } = await load('vt-pbf/dist/index.es.js');
const classes = JSON.parse(fs.readFileSync(path.join(root, 'schema/project_classes.json'), 'utf8'));
/** As GET /layers has them, of the definitions in schema/; what may be claimed is invented. */
function controlLayers() {
  const folder = path.join(root, 'schema/layers');
  const defined = fs.readdirSync(folder).map((f) => JSON.parse(fs.readFileSync(path.join(folder, f), 'utf8'))).filter((d) => d.control);
  return defined.sort((a, b) => a.order - b.order).map((d) => {
    const c = d.control;
    const loaded = collections.has(d.layer);
    const zone = (z) => ({
      zh: z.name, en: z.en, group: z.group ?? '', has: z.has ?? '', has_not: z.has_not ?? [], codes: z.codes ?? [], screen: z.screen ?? null,
    });
    return {
      id: d.layer, standard: d.standard, title_zh: d.title_zh, title_en: d.title_en, short_zh: c.short_zh, short_en: c.short_en, prefix: c.prefix,
      relation: c.relation, must: c.must, examined: c.must || loaded, loaded, synthetic: loaded,
      symbol: { ...c.symbol, screen: c.symbol.screen && { pattern: '', ink: c.symbol.screen.edge, ink_alpha: 1, ...c.symbol.screen } },
      zones: (c.zones ?? []).map(zone), outside: c.outside?.zone ?? '', outside_en: c.outside?.en ?? '', space: c.space ?? null,
      office_zh: c.office.zh, office_en: c.office.en, quotes: c.quotes ?? [], definition: '0'.repeat(64),
      links: (c.links ?? []).map((l) => ({ title: l.title_zh, url: l.url, confidence: l.conf })),
      classes: loaded && c.must ? ['GENERAL', 'NATIONAL_MAJOR', 'STATE_KEY'] : [],
    };
  });
}

const MIME = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };

function json(res, body, status = 200, type = 'application/json') {
  res.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store' });
  res.end(JSON.stringify(body));
}

function problem(res, status, code, detail, detail_en) {
  json(res, { type: `urn:hongxian:problem:${code}`, title: code, status, detail, detail_en, code }, status, 'application/problem+json');
}

function items(res, c, url) {
  const after = Number(url.searchParams.get('after') ?? 0);
  const limit = Number(url.searchParams.get('limit') ?? 100);
  const features = c.features.filter((f) => f.id > after).slice(0, limit);
  const last = features.at(-1)?.id ?? 0;
  const more = features.length === limit && last < c.features.length;
  const links = more ? [{ rel: 'next', href: `${url.pathname}?limit=${limit}&after=${last}` }] : [];
  json(res, { type: 'FeatureCollection', numberReturned: features.length, features, links });
}

async function check(req, res, url) {
  const chunks = [];
  for await (const c of req) chunks.push(c);
  const text = Buffer.concat(chunks).toString('utf8').replace(/^\ufeff/, '').trim();
  await new Promise((r) => setTimeout(r, 250)); // long enough to see "正在核查"
  if (!/^[[{]/.test(text)) {
    return problem(res, 422, 'PARCEL_FORMAT', '文件开头既不是国土TXT（[属性描述]），也不是 GeoJSON。', 'Neither survey TXT nor GeoJSON.');
  }
  if (url.searchParams.get('keep') === '1') return problem(res, 422, 'records-not-allowed', 'MOCK：此服务器不存档。', 'The mock keeps no records.');
  if (!['json', 'geojson', null].includes(url.searchParams.get('format'))) {
    return problem(res, 400, 'unknown-format', 'MOCK：此服务器不出报告。', 'The mock makes no reports.');
  }
  if (url.searchParams.get('format') === 'geojson') json(res, mockShapes(text), 200, 'application/geo+json');
  else json(res, mockReport(text, url.searchParams.get('class'), url.searchParams.getAll('claim')));
}

function file(res, name) {
  const full = path.join(root, 'web/dist', path.normalize(name === '/' ? '/index.html' : name));
  if (!fs.existsSync(full) || fs.statSync(full).isDirectory()) return problem(res, 404, 'NOT_FOUND', '没有这个地址。', 'No such address.');
  res.writeHead(200, { 'Content-Type': MIME[path.extname(full)] ?? 'application/octet-stream' });
  fs.createReadStream(full).pipe(res);
}

function route(req, res) {
  const url = new URL(req.url, 'http://mock');
  const part = url.pathname.split('/').map(decodeURIComponent);
  if (url.pathname === '/health') return json(res, { status: 'ok', version: 'mock', warnings: ['MOCK：此服务器不做任何测算。'] });
  if (url.pathname === '/classes') {
    return json(res, { classes: classes.project_classes.map(({ code, ...rest }) => ({ id: code, ...rest })) });
  }
  if (url.pathname === '/layers') return json(res, { layers: controlLayers() });
  if (url.pathname === '/collections') return json(res, { collections: [...collections.values()].map((c) => c.meta) });
  if (url.pathname === '/check' && req.method === 'POST') return check(req, res, url);
  const c = collections.get(part[2]);
  if (part[1] === 'tiles' && c?.tiles) {
    const [z, x, y] = [part[3], part[4], part[5].replace('.mvt', '')].map(Number);
    const tile = c.tiles.getTile(z, x, y);
    res.writeHead(tile ? 200 : 204, { 'Content-Type': 'application/vnd.mapbox-vector-tile' });
    return res.end(tile ? Buffer.from(fromGeojsonVt({ [part[2]]: tile }, { version: 2 })) : undefined);
  }
  if (part[1] === 'collections' && c && part[3] === 'items') {
    if (!part[4]) return items(res, c, url);
    const f = c.features.find((x) => String(x.id) === part[4]);
    return f ? json(res, f) : problem(res, 404, 'NOT_FOUND', '没有这个要素。', 'No such feature.');
  }
  return file(res, url.pathname);
}

const port = Number(process.argv[2] ?? 8099);
http.createServer((req, res) => {
  try {
    route(req, res);
  } catch (e) {
    problem(res, 500, 'INTERNAL', String(e), String(e));
  }
}).listen(port, '127.0.0.1', () => console.log(`MOCK server on http://127.0.0.1:${port}`));
