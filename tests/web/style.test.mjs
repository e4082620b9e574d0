// The style document as another's page uses it: nothing of our page, only the map library and the address of the style. Needs the
// server of page.test.mjs.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { HUNG_MS, baseUrl, launch, root } from './browser.mjs';

const library = path.join(root, 'web/node_modules/maplibre-gl/dist');
// A page of this test's own, at the server's address, so that no rule of browsers about other sites is in the way.
const PAGE = `<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="library/maplibre-gl.css">
<div id="map" style="width:600px;height:400px"></div>
<script type="module">
import * as library from './library/maplibre-gl.mjs';
window.errors = [];
window.map = new library.Map({ container: 'map', style: '${baseUrl}/styles/map', center: [111.7, 40.8], zoom: 6, fadeDuration: 0,
  canvasContextAttributes: { preserveDrawingBuffer: true } });
map.on('error', (e) => errors.push(String(e.error)));
map.on('idle', () => { window.idle = true; });
</script>`;
let browser, page, seen;

before(async () => {
  browser = await launch();
  page = await (await browser.newContext({ viewport: { width: 640, height: 440 } })).newPage();
  page.setDefaultTimeout(HUNG_MS);
  seen = [];
  page.on('pageerror', (e) => seen.push(String(e)));
  page.on('response', (r) => r.status() >= 400 && seen.push(`${r.status()} ${r.url()}`));
  await page.route(`${baseUrl}/elsewhere/**`, (route) => {
    const name = new URL(route.request().url()).pathname.replace('/elsewhere/', '');
    if (name === 'page') return route.fulfill({ contentType: 'text/html', body: PAGE });
    return route.fulfill({ path: path.join(library, path.basename(name)) });
  });
  await page.goto(`${baseUrl}/elsewhere/page`);
  await page.waitForFunction(() => window.idle || window.errors?.length);
});

after(() => browser?.close());

test('a map of the style alone: every visible layer that has something in view is drawn, without an error', async () => {
  assert.deepEqual(await page.evaluate(() => window.errors), []);
  const drawn = await page.evaluate(() => {
    const found = {};
    for (const { id, layout } of window.map.getStyle().layers)
      if (layout?.visibility !== 'none') found[id] = window.map.queryRenderedFeatures({ layers: [id] }).length;
    return found;
  });
  for (const line of ['ecological_red_line', 'permanent_basic_farmland', 'urban_development_boundary']) {
    const layers = Object.keys(drawn).filter((id) => id.startsWith(line));
    assert.ok(layers.length >= 2, `${line}: ${layers}`);
    for (const layer of layers) assert.ok(drawn[layer] > 0, `${layer}: nothing drawn of ${JSON.stringify(drawn)}`);
  }
  assert.deepEqual(seen, []);
});

test('what the style hides is drawn once it is switched on', async () => {
  const layer = await page.evaluate(() => window.map.getStyle().layers.find((l) => l.type === 'fill' && l.layout?.visibility === 'none')?.id);
  assert.ok(layer, 'the style hides nothing');
  const shown = await page.evaluate((id) => new Promise((done) => {
    window.map.once('idle', () => done(window.map.queryRenderedFeatures({ layers: [id] }).length));
    window.map.setLayoutProperty(id, 'visibility', 'visible');
  }), layer);
  assert.ok(shown > 0, `${layer} stays empty`);
  assert.deepEqual(await page.evaluate(() => window.errors), []);
});
