// The page under a path of another server's: every address that it asks is below that path. A proxy of this test's own takes
// the path away before it hands a request on, says it in X-Forwarded-Prefix, and has nothing anywhere else.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { baseUrl, dropFile, launch, openPage, root, settle } from './browser.mjs';

const PREFIX = '/gis/hongxian';
const id = (name) => `[data-testid="${name}"]`;
const parcel = fs.readFileSync(path.join(root, 'tests/web/cases/linhe-farmland.txt'));
const elsewhere = [];
let proxy, browser, page, seen, at;

function handOn(request, response) {
  if (!request.url.startsWith(`${PREFIX}/`)) {
    elsewhere.push(request.url);
    response.writeHead(404).end();
    return;
  }
  const headers = { ...request.headers, 'x-forwarded-prefix': PREFIX };
  const onward = http.request(baseUrl + request.url.slice(PREFIX.length), { method: request.method, headers }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', () => response.destroy());
  response.on('close', () => onward.destroy());
  request.pipe(onward);
}

before(async () => {
  proxy = http.createServer(handOn);
  await new Promise((done) => proxy.listen(0, '127.0.0.1', done));
  at = `http://127.0.0.1:${proxy.address().port}${PREFIX}/`;
  browser = await launch();
  ({ page, seen } = await openPage(browser, {}, at));
});

after(async () => {
  await browser?.close();
  proxy?.closeAllConnections();
  proxy?.close();
});

test('the map and a check work under a path, and ask for nothing outside it', async () => {
  await dropFile(page, 'linhe-farmland.txt', parcel);
  await page.waitForSelector(id('verdict'));
  await settle(page);
  for (const below of ['collections', 'layers', 'tiles/', 'check?']) {
    assert.ok(seen.requests.some((url) => url.startsWith(at + below)), `${below} was not asked for`);
  }
  assert.deepEqual(elsewhere.filter((url) => url !== '/favicon.ico'), []);
  assert.deepEqual(seen.errors, []);
});

test('a list goes on by its links, which have the path', async () => {
  const list = await (await fetch(`${at}collections/counties/items?limit=3`)).json();
  const next = list.links.find((l) => l.rel === 'next').href;
  assert.ok(next.startsWith(at), next);
  assert.equal((await (await fetch(next)).json()).features.length, 3);
});
