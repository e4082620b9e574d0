// The audits in a real browser against a running server: a file of parcels, progress and cancel, results on the map, the
// conflicts of the lines. Started like page.test.mjs, with geodata/ loaded; the mock server cannot stand in.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { SHARP, baseUrl, dropFile, eventually, launch, openPage, outDir, root } from './browser.mjs';

const id = (name) => `[data-testid="${name}"]`;
const health = await (await fetch(`${baseUrl}/health`)).json();
const skip = health.version === 'mock' ? 'the mock runs no jobs' : false;

let browser, page, seen;

before(async () => {
  if (skip) return;
  fs.mkdirSync(outDir, { recursive: true });
  browser = await launch();
  ({ page, seen } = await openPage(browser, SHARP));
});

after(async () => {
  await browser?.close();
  if (skip) return;
  for (const job of (await (await fetch(`${baseUrl}/jobs`)).json()).jobs) await fetch(`${baseUrl}/jobs/${job.id}`, { method: 'DELETE' });
});

const shot = (name) => page.screenshot({ path: path.join(outDir, `${name}.png`) });

/** Parcels around four towns, the same every time, in the order of their numbers; the eighth crosses itself. */
function parcels(n) {
  let seed = 7;
  const random = () => ((seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648);
  const towns = [[107.4, 40.735], [111.7, 40.82], [119.74, 49.21], [123.22, 49.57]];
  const features = Array.from({ length: n }, (_, i) => {
    const [tx, ty] = towns[Math.floor(random() * 4)];
    const [x, y, w, h] = [tx + 0.3 * random() - 0.15, ty + 0.2 * random() - 0.1, 0.0005 + 0.003 * random(), 0.0005 + 0.002 * random()];
    const ring = i === 7 ? [[x, y], [x + w, y + h], [x + w, y], [x, y + h], [x, y]] : [[x, y], [x + w, y], [x + w, y + h], [x, y + h], [x, y]];
    return { type: 'Feature', properties: { BSM: `DK-${i + 1}` }, geometry: { type: 'Polygon', coordinates: [ring] } };
  });
  return JSON.stringify({ type: 'FeatureCollection', features });
}

async function noSidewaysScroll() {
  const wide = await page.evaluate(() => [...document.querySelectorAll('.panel')].filter((p) => p.scrollWidth > p.clientWidth).map((p) => p.id));
  assert.deepEqual(wide, []);
}

/** How many pixels of the map are the yellow of a marked place. */
const yellow = async () => {
  const png = (await page.locator(id('map')).screenshot()).toString('base64');
  return page.evaluate(async (b64) => {
    const image = new Image();
    image.src = `data:image/png;base64,${b64}`;
    await image.decode();
    const g = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height }).getContext('2d');
    g.drawImage(image, 0, 0);
    const { data } = g.getImageData(0, 0, image.width, image.height);
    let n = 0;
    for (let i = 0; i < data.length; i += 4) n += data[i] > 180 && data[i + 1] > 140 && data[i + 2] < data[i + 1] - 50;
    return n;
  }, png);
};

const marked = (before) =>
  eventually(page, async () => {
    const now = await yellow();
    return [now > before + 300, `yellow before ${before}, now ${now}`];
  });

test('a dropped file of parcels is audited; the counts are those of the rows', { skip }, async () => {
  await page.locator(id('tab-batch')).click();
  await shot('10-batch');
  await noSidewaysScroll();
  const text = parcels(3000);
  await dropFile(page, '全县地块.geojson', text);
  await page.waitForSelector(id('batch-title'));
  assert.match(await page.locator(id('batch-title')).innerText(), /全县地块\.geojson · 共 3,000 个地块/);
  const href = await page.locator(id('result-csv')).getAttribute('href');
  const rows = (await (await fetch(new URL(href, baseUrl))).text()).trim().split('\r\n').slice(1);
  assert.equal(rows.length, 3000);
  let sum = 0;
  for (const v of ['prohibited', 'unknown', 'restricted', 'notice', 'allowed']) {
    const n = Number(await page.locator(id(`count-${v}`)).getAttribute('data-n'));
    assert.equal(n, rows.filter((r) => r.includes(`,${v},`)).length, v);
    sum += n;
  }
  assert.equal(sum, 3000);
  assert.match(await page.locator(id('batch-unmeasured')).innerText(), /1 个无法测算[\s\S]*不等于未占用/);
  assert.match(await page.locator(id('batch-result')).innerText(), /示例数据，不得用于审批[\s\S]*本结果不代替审批/);
  await noSidewaysScroll();
  await shot('11-batch-result');
});

/** Waits until the table says that it has found so many. */
const found = (n) => page.waitForFunction((want) => document.querySelector('[data-testid="rows-found"]')?.dataset.n === want, String(n));
const column = async (k) => (await page.locator(`${id('result-row')} td:nth-child(${k})`).allInnerTexts()).map((x) => Number(x.replace(/,/g, '')));

test('the table has every parcel, the worst first; a row is drawn on the map', { skip }, async () => {
  await found(3000);
  const first = page.locator(id('result-row')).first();
  assert.match(await first.innerText(), /禁止/);
  const before = await yellow();
  await first.locator('.plot-name').click();
  await page.waitForFunction(() => document.querySelector('[data-testid="result-row"] .plot-name')?.getAttribute('aria-pressed') === 'true');
  await marked(before);
  await shot('12-batch-place');
});

test('the table is scrolled to its end, filtered and sorted by the server', { skip }, async () => {
  const box = page.locator(id('rows-box'));
  await box.evaluate((e) => (e.scrollTop = e.scrollHeight));
  await page.waitForFunction(() => [...document.querySelectorAll('[data-testid="result-row"]')].some((r) => r.getAttribute('aria-rowindex') === '3001'));
  assert.ok(await page.locator(id('result-row')).count() < 40); // only those in sight are in the document
  const n = Number(await page.locator(id('count-restricted')).getAttribute('data-n')) || Number(await page.locator(id('count-notice')).getAttribute('data-n'));
  const verdict = Number(await page.locator(id('count-restricted')).getAttribute('data-n')) ? 'restricted' : 'notice';
  await page.locator(id('rows-verdict')).selectOption(verdict);
  await found(n);
  await page.locator(id('rows-sort-area_m2')).click();
  await page.waitForFunction((v) => {
    const rows = [...document.querySelectorAll('[data-testid="result-row"]')];
    const areas = rows.map((r) => Number(r.children[3].textContent.replace(/,/g, '')));
    return rows.length > 1 && rows.every((r) => r.dataset.verdict === v) && areas.every((a, i) => !i || a >= areas[i - 1]);
  }, verdict);
  assert.ok((await column(4)).length > 1);
  await page.locator(id('rows-text')).fill('DK-1_');
  await found(0); // the signs of a pattern are taken as they are
  await page.locator(id('rows-verdict')).selectOption('');
  await page.locator(id('rows-text')).fill('DK-8');
  await page.waitForFunction(() => document.querySelector('[data-testid="result-row"] .plot-name')?.textContent?.startsWith('DK-8'));
  await page.locator(id('rows-sort-parcel_id')).click();
  const crossing = page.locator(id('result-row')).filter({ has: page.getByRole('button', { name: 'DK-8', exact: true }) });
  await crossing.locator('.plot-name').click();
  await page.waitForSelector(id('worst-reason'));
  assert.match(await page.locator(id('worst-reason')).innerText(), /自相交/);
  await shot('12-batch-table');
});

test('a row opens as a full check of that parcel, with the verdict of the batch', { skip }, async () => {
  await page.locator(id('rows-text')).fill('');
  await found(3000);
  await page.waitForFunction(() => document.querySelector('[data-testid="result-row"]')?.dataset.verdict);
  const row = page.locator(id('result-row')).first();
  const [verdict, name] = [await row.getAttribute('data-verdict'), await row.locator('.plot-name').innerText()];
  await row.locator(id('row-check')).click();
  await page.waitForSelector(id('verdict'));
  assert.equal(await page.locator(id('verdict')).getAttribute('data-verdict'), verdict);
  assert.match(await page.locator(id('verdict')).innerText(), new RegExp(name));
  await page.locator(id('tab-batch')).click();
  await found(3000);
});

test('downloads are files with names of their own', { skip }, async () => {
  for (const [format, magic] of [['xlsx', 'PK'], ['gpkg', 'SQLite']]) {
    const [file] = await Promise.all([page.waitForEvent('download'), page.locator(id(`result-${format}`)).click()]);
    assert.equal(file.suggestedFilename(), `全县地块-批量审查.${format}`);
    assert.equal(fs.readFileSync(await file.path()).subarray(0, magic.length).toString(), magic);
  }
  const [tab] = await Promise.all([page.context().waitForEvent('page'), page.locator(id('result-html')).click()]);
  await tab.waitForLoadState();
  assert.match(await tab.locator('body').innerText(), /地块批量审查[\s\S]*全县地块\.geojson/);
  await tab.screenshot({ path: path.join(outDir, '13-batch-summary.png') });
  await tab.close();
});

test('a finished audit is repeated without sending the file, and says what stood', { skip }, async () => {
  const count = () => page.locator(id('count-prohibited')).getAttribute('data-n');
  const before = await count();
  await page.locator(id('batch-again')).click();
  await page.waitForSelector(id('batch-reused'));
  assert.match(await page.locator(id('batch-reused')).innerText(), /2,999 个地块附近没有变化，沿用上次的结果；1 个重新测算/);
  assert.match(await page.locator(id('batch-title')).innerText(), /全县地块\.geojson · 共 3,000 个地块/);
  assert.equal(await count(), before);
  await noSidewaysScroll();
  await shot('13-batch-again');
});

test('a long audit shows how far it is, and cancelling leaves no result', { skip }, async () => {
  // The job on show is held at one moment of its run, so that the test does not race with a fast machine.
  let cancelled = false;
  const held = (state, more) => ({ id: 'a'.repeat(24), kind: 'parcels', state, name: '大文件.gpkg', ahead: 0, work: {}, outcome: null, error: null, results: [], ...more });
  await page.route(/\/jobs(\/a+)?(\?.*)?$/, (route) => {
    const method = route.request().method();
    if (method === 'DELETE') cancelled = true;
    if (method === 'GET' && new URL(route.request().url()).pathname === '/jobs') return route.fulfill({ json: { jobs: [] } });
    const work = { done: 12000, total: 60000, share: 0.2, rate: 4000, seconds_left: 12 };
    return route.fulfill({ status: method === 'POST' ? 202 : 200, json: held(cancelled && method === 'GET' ? 'cancelled' : 'running', { work, cancelling: cancelled }) });
  });
  await dropFile(page, '大文件.gpkg', 'x');
  await page.waitForSelector(id('job-running'));
  assert.equal(await page.locator(id('batch-title')).count(), 0); // the earlier result is gone
  assert.match(await page.locator(id('job-running')).innerText(), /正在审查“大文件\.gpkg”[\s\S]*已完成 12,000 \/ 60,000 · 每秒 4,000 个 · 约剩 12 秒/);
  assert.equal(await page.locator(id('job-progress')).evaluate((e) => e.value), 0.2);
  await shot('14-batch-running');
  await page.locator(id('job-cancel')).click();
  await page.waitForSelector(id('job-cancelled'));
  assert.ok(cancelled);
  assert.equal(await page.locator(`${id('batch-title')}, ${id('job-files')}`).count(), 0);
  await page.unroute(/\/jobs(\/a+)?(\?.*)?$/);
});

test('a file that cannot be read is said in words; of one without a CRS the guess is told', { skip }, async () => {
  await dropFile(page, '坏文件.gpkg', 'not a database');
  const alert = page.locator(`${id('panel-batch')}, #panel-batch`).locator('[role="alert"]');
  await alert.waitFor();
  assert.match(await alert.innerText(), /审查未完成[\s\S]*[\u4e00-\u9fff]{6}/);
  assert.equal(await page.locator(id('batch-title')).count(), 0);
  await dropFile(page, '无坐标系.zip', fs.readFileSync(path.join(root, 'tests/web/cases/shapefile-without-prj.zip')));
  await page.waitForSelector(id('batch-crs-guessed'));
  assert.match(await page.locator(id('batch-crs-guessed')).innerText(), /没有说明坐标系[\s\S]*EPSG:4524[\s\S]*请核对/);
  assert.match(await page.locator(`${id('batch-result')} ${id('warnings')}`).innerText(), /如果是西安80或北京54，结果不可用/);
  assert.equal(await page.locator(id('batch-crs-select')).inputValue(), '4524');
  await shot('15-batch-refused');
});

test('an earlier job is found again after the page was opened anew', { skip }, async () => {
  await page.reload();
  await page.waitForSelector(id('switch-ecological_red_line'));
  await page.locator(id('tab-batch')).click();
  await page.locator(`${id('recent-parcels')} summary`).click();
  const row = page.locator(id('recent-parcels')).getByRole('button', { name: /^全县地块\.geojson/ }).first();
  await row.click();
  await page.waitForSelector(id('batch-title'));
  assert.match(await page.locator(id('batch-title')).innerText(), /3,000/);
});

test('the conflicts of the lines: all of the command\'s, worst first, each on the map', { skip }, async () => {
  await page.locator(id('tab-conflicts')).click();
  await shot('16-conflicts');
  await page.locator(id('conflicts-run')).click();
  await page.waitForSelector(id('conflicts-title'));
  const href = await page.locator(id('result-csv')).last().getAttribute('href');
  const rows = (await (await fetch(new URL(href, baseUrl))).text()).trim().split('\r\n').slice(1).map((r) => r.split(','));
  assert.equal(Number(await page.locator(id('conflicts-title')).getAttribute('data-n')), rows.length);
  // what holds no data was not examined, and is never passed over as being in order
  const unseen = page.locator('#panel-conflicts').locator(id('not-examined'));
  assert.ok(Number(await unseen.getAttribute('data-n')) > 0);
  await unseen.locator('summary').click();
  assert.match(await unseen.innerText(), /永久基本农田 与 永久基本农田储备区 不得重叠：没有“永久基本农田储备区”的数据，未审查/);
  await page.locator(id('conflict-slivers')).check();
  const shown = await page.locator(id('finding')).evaluateAll((list) => list.map((e) => e.dataset.id));
  assert.deepEqual(shown, rows.map((r) => r[0]));
  const before = await yellow();
  await page.locator(id('finding')).first().click();
  await marked(before);
  assert.match(await page.locator(id('finding')).first().innerText(), /不裁定谁让谁/);
  await noSidewaysScroll();
  await shot('17-conflict-place');
  await page.locator(id('conflict-kind')).selectOption('duplicate');
  assert.equal(await page.locator(id('finding')).count(), rows.filter((r) => r[3] === 'duplicate').length);
});

test('an earlier result is compared: what is still there is said', { skip }, async () => {
  const href = await page.locator('#panel-conflicts').locator(id('result-csv')).getAttribute('href');
  const old = Buffer.from(await (await fetch(new URL(href, baseUrl))).arrayBuffer());
  const n = await page.locator(id('conflicts-title')).getAttribute('data-n');
  assert.ok(Number(n) >= 16);
  await page.locator(id('compare-input')).setInputFiles({ name: '上次.csv', mimeType: 'text/csv', buffer: old });
  await page.waitForFunction(() => document.querySelector('[data-testid="conflicts-title"]')?.textContent.includes('仍在'));
  assert.ok((await page.locator(id('conflicts-title')).innerText()).includes(`新增 0，仍在 ${n}，已解决 0`));
});

test('official totals are checked, and a result on show is compared with a new run', { skip }, async () => {
  const panel = page.locator('#panel-conflicts');
  const title = panel.locator(id('conflicts-title'));
  const n = await title.getAttribute('data-n');
  await page.locator(id('conflicts-again')).click(); // what was on show goes at once
  await title.waitFor();
  assert.ok((await title.innerText()).includes(`新增 0，仍在 ${n}，已解决 0`));
  await page.locator(id('official-input')).setInputFiles({ name: '公布.csv', mimeType: 'text/csv', buffer: Buffer.from('code,layer,area_ha\n15,STBHHX,1\n') });
  await page.waitForFunction((more) => document.querySelector('[data-testid="conflicts-title"]')?.dataset.n === more, String(Number(n) + 1));
  assert.match(await panel.locator(id('findings')).innerText(), /合计与公布面积不符/);
  await page.locator(id('official-input')).setInputFiles({ name: '坏.csv', mimeType: 'text/csv', buffer: Buffer.from('a,b\n1,2\n') });
  await panel.locator(id('job-error')).waitFor();
  assert.match(await panel.locator(id('job-error')).innerText(), /“坏\.csv”应有 code、layer/);
  await page.locator(id('conflicts-run')).click();
  await title.waitFor();
  await shot('17-conflicts-again');
});

test('the figures of the plan', { skip }, async () => {
  await page.locator(id('figures-run')).click();
  await page.waitForSelector(id('figures'));
  // of the region's official area, never of the outline, of which it would be 50.46 %
  assert.match(await page.locator(id('figure-ecological_red_line')).innerText(), /生态保护红线[\s\S]*48\.82%/);
  assert.match(await page.locator(id('planned-ecological_red_line')).innerText(), /48\.82%（规划 50\.46%）/);
  await page.locator(id('figures')).scrollIntoViewIfNeeded();
  await noSidewaysScroll();
  await shot('18-figures');
});

test('in English, and in a narrow window, nothing is cut off or left untranslated', { skip }, async () => {
  await page.setViewportSize({ width: 1024, height: 768 });
  for (const tab of ['batch', 'conflicts']) {
    await page.locator(id(`tab-${tab}`)).click();
    await noSidewaysScroll();
    await shot(`19-narrow-${tab}`);
  }
  const clipped = () => page.evaluate(() => [...document.querySelectorAll('.tabs button')].filter((b) => b.scrollWidth > b.clientWidth).map((b) => b.textContent));
  assert.deepEqual(await clipped(), []);
  await page.locator(id('lang-switch')).click();
  assert.deepEqual(await clipped(), []);
  await noSidewaysScroll();
  const chinese = await page.evaluate(() => [...document.querySelectorAll('#panel-batch *, #panel-conflicts *')]
    .filter((e) => e.children.length === 0 && /[\u4e00-\u9fff]/.test(e.textContent) && !e.closest('[lang="zh-CN"], .row-name, .audit-title, .rows, .mini')).map((e) => e.textContent));
  assert.deepEqual(chinese, []);
  await shot('20-english');
  await page.locator(id('lang-switch')).click();
  await page.setViewportSize({ width: 1366, height: 768 });
});

test('nothing foreign was asked for, and nothing failed unseen', { skip }, () => {
  assert.deepEqual([...new Set(seen.requests.filter((u) => !u.startsWith('blob:') && !u.startsWith('data:')).map((u) => new URL(u).origin))], [new URL(baseUrl).origin]);
  assert.deepEqual(seen.errors.filter((e) => !/status of 4\d\d/.test(e)), []);
});
