// What goes in and what comes out, in a real browser against a running server: the input formats, the question about the
// CRS, the report's forms, the record. Started like page.test.mjs; the mock server cannot stand in.
//
//   hongxian serve --store STORE --web web/dist --port 8080 --allow-records &      (a store to throw away: it is written to)
//   HX_URL=http://127.0.0.1:8080 npm run test:page
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { baseUrl, dropFile, launch, openPage, outDir, root, settle } from './browser.mjs';

const caseFile = (name) => fs.readFileSync(path.join(root, 'tests/web/cases', name));
const id = (name) => `[data-testid="${name}"]`;
const health = await (await fetch(`${baseUrl}/health`)).json();
const skip = health.version === 'mock' ? 'the mock measures nothing' : false;

// The parcel of linhe-farmland.txt in its other shapes: zone 36 metres, and the same corners in degrees.
const METRES = [[4511279, 448974], [4511589, 448974], [4511589, 449394], [4511279, 449394]];
const DEGREES = [
  [107.395941575017, 40.7346288909235], [107.395916325842, 40.7374203007163],
  [107.400888337814, 40.7374462158623], [107.400913379203, 40.7346548035331],
];
const closed = (points) => [...points, points[0]];
const table = METRES.map((p) => p.join(' ')).join('\n');
const wkt = (points) => `POLYGON((${closed(points).map((p) => p.join(' ')).join(',')}))`;
const dms = (v) => {
  const s = v * 3600;
  return `${Math.floor(v)}°${Math.floor((s % 3600) / 60)}′${(s % 60).toFixed(5)}″`;
};

let browser, context, page, seen, area;

before(async () => {
  if (skip) return;
  fs.mkdirSync(outDir, { recursive: true });
  browser = await launch();
  ({ page, context, seen } = await openPage(browser));
});

after(() => browser?.close());

const m2 = async () => Number(await page.locator(id('parcel-area')).getAttribute('data-m2'));

async function checked(name, bytes) {
  await dropFile(page, name, bytes);
  await page.waitForFunction((n) => document.querySelector('[data-testid="verdict"] .for')?.textContent.includes(n), name);
  await page.waitForSelector(`${id('download-geojson')}:not([disabled])`);
}

async function saved(testid) {
  const [file] = await Promise.all([page.waitForEvent('download'), page.locator(id(testid)).click()]);
  return { name: file.suggestedFilename(), bytes: fs.readFileSync(await file.path()) };
}

test('one parcel, whatever it comes as', { skip }, async () => {
  await checked('linhe-farmland.txt', caseFile('linhe-farmland.txt'));
  area = await m2();
  assert.ok(Math.abs(area - 130200) < 200, `${area}`);
  const kml = closed(DEGREES).map((p) => p.join(',')).join(' ');
  const forms = {
    'a.wkt': `SRID=4490;${wkt(DEGREES)}`,
    'b.csv': `id,wkt\n1,"${wkt(DEGREES)}"\n`,
    'c.kml': `<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>a</name><Polygon><outerBoundaryIs><LinearRing><coordinates>${kml}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></Document></kml>`,
    'd.txt': DEGREES.map(([x, y], i) => `J${i + 1} ${dms(y)}N ${dms(x)}E`).join('\n'),
    'e.txt': METRES.map(([x, y], i) => `${i + 1},${x},36${y}`).join('\n'),
    'f.geojson': JSON.stringify({ type: 'Polygon', coordinates: [closed(DEGREES)] }),
  };
  for (const [name, text] of Object.entries(forms)) {
    await checked(name, text);
    assert.ok(Math.abs((await m2()) - area) < 0.5, `${name}: ${await m2()} instead of ${area}`);
  }
});

test('the file dialog offers the formats, and the page names them', { skip }, async () => {
  const accept = (await page.locator(id('file-input')).getAttribute('accept')).split(',');
  for (const ext of ['.txt', '.csv', '.zip', '.gpkg', '.kml', '.kmz', '.dxf', '.fgb', '.geojson', '.wkt']) assert.ok(accept.includes(ext), ext);
  await page.locator(id('clear-result')).click();
  assert.match(await page.locator(id('check-panel')).innerText(), /Shapefile[\s\S]*GeoPackage[\s\S]*DXF/);
  await page.locator(id('file-input')).setInputFiles({ name: 'chosen.zip', mimeType: 'application/zip', buffer: caseFile('shapefile-without-zone.zip') });
  await page.locator(id('crs-select')).waitFor();
});

test('a missing zone is asked for, with the server\'s sentence, and the same bytes are sent again', { skip }, async () => {
  const alert = page.locator(id('check-error'));
  assert.match(await alert.innerText(), /需要确认坐标系[\s\S]*没有带号前缀[\s\S]*EPSG:4546/);
  assert.equal(await page.locator(id('verdict')).count(), 0);
  assert.equal(await page.locator(id('crs-send')).isDisabled(), true); // nothing is presumed
  assert.equal(await page.locator(`${id('crs-select')} option`).count(), 2 + 2 * 11);
  await page.screenshot({ path: path.join(outDir, '11-crs.png') });
  // A wrong answer is refused, and may be corrected.
  await page.locator(id('crs-select')).selectOption('4490');
  await page.locator(id('crs-send')).click();
  await page.waitForFunction(() => document.querySelector('[data-testid="crs-select"]')?.value === '4490');
  await page.locator(id('crs-select')).selectOption('4545');
  const [sent] = await Promise.all([page.waitForRequest('**/check?*'), page.locator(id('crs-send')).click()]);
  assert.match(decodeURIComponent(sent.url()), /crs=EPSG:4545/);
  await page.waitForSelector(id('verdict'));
  assert.ok(Math.abs((await m2()) - area) < 0.5);
  assert.match(await page.locator(id('report')).innerText(), /EPSG:4545/);
});

test('eastings that carry their zone decide it, and the page says so', { skip }, async () => {
  await checked('无坐标系.zip', caseFile('shapefile-without-prj.zip'));
  assert.equal(await page.locator(id('crs-select')).count(), 0);
  assert.ok(Math.abs((await m2()) - area) < 0.5);
  assert.match(await page.locator(id('report')).innerText(), /没有写明坐标系[\s\S]*EPSG:4524/);
});

test('a table without its zone: the same question; a change of class keeps the answer, another file does not', { skip }, async () => {
  await dropFile(page, 'table.txt', table);
  await page.locator(id('crs-select')).selectOption('4545');
  await page.locator(id('crs-send')).click();
  await page.waitForSelector(id('verdict'));
  assert.ok(Math.abs((await m2()) - area) < 0.5);
  await page.locator(id('project-class')).selectOption('LIMITED_ACTIVITY');
  await page.waitForFunction(() => document.querySelector('[data-testid="report"] .about')?.textContent.includes('有限人为活动'));
  await page.locator(id('project-class')).selectOption('UNKNOWN');
  await page.waitForFunction(() => document.querySelector('[data-testid="report"] .about')?.textContent.includes('未填'));
  await dropFile(page, 'table.txt', table);
  await page.locator(id('crs-select')).waitFor();
  await dropFile(page, 'rubbish.txt', 'not a parcel at all');
  await page.waitForFunction(() => document.querySelector('[data-testid="check-error"]') && !document.querySelector('[data-testid="crs-select"]'));
});

test('the report in its forms: the same bytes, class and CRS, with the project\'s fields', { skip }, async () => {
  await dropFile(page, 'table.txt', table);
  await page.locator(id('crs-select')).selectOption('4545');
  await page.locator(id('crs-send')).click();
  await page.waitForSelector(`${id('download-geojson')}:not([disabled])`);
  await settle(page);
  assert.equal(await page.locator(id('project-fields')).evaluate((d) => d.open), false);
  await page.locator(`${id('project-fields')} summary`).click();
  await page.locator(id('project_name')).fill('<b>测试</b>项目');
  await page.locator(id('builder')).fill('某建设单位');
  const [sent, pdf] = await Promise.all([page.waitForRequest('**/check?*format=pdf*'), saved('download-pdf')]);
  const query = new URL(sent.url()).searchParams;
  assert.deepEqual(
    ['class', 'crs', 'project_name', 'project_code', 'builder', 'source_file'].map((k) => query.get(k)),
    ['UNKNOWN', 'EPSG:4545', '<b>测试</b>项目', null, '某建设单位', 'table.txt'],
  );
  assert.equal(pdf.name, 'table-压占核查报告.pdf');
  assert.equal(pdf.bytes.subarray(0, 5).toString(), '%PDF-');
  const xlsx = await saved('download-xlsx');
  assert.equal(xlsx.bytes.subarray(0, 2).toString(), 'PK');
  const csv = await saved('download-csv');
  assert.match(csv.bytes.toString(), /<b>测试<\/b>项目[\s\S]*某建设单位/);
  assert.match((await saved('download-json')).bytes.toString(), new RegExp(createHash('sha256').update(table).digest('hex')));
  assert.equal(JSON.parse((await saved('download-geojson')).bytes).type, 'FeatureCollection');
  await page.locator(id('report-files')).scrollIntoViewIfNeeded();
  await page.screenshot({ path: path.join(outDir, '12-files.png') });
});

test('the web page opens in a tab of its own, styled, without scripts, as text', { skip }, async () => {
  const [tab] = await Promise.all([context.waitForEvent('page'), page.locator(id('download-html')).click()]);
  await tab.waitForFunction(() => document.body?.innerText.includes('某建设单位'));
  assert.match(await tab.evaluate(() => document.body.innerText), /<b>测试<\/b>项目/);
  const state = await tab.evaluate(() => [document.compatMode, document.scripts.length, window.opener, document.adoptedStyleSheets[0]?.cssRules.length > 3]);
  assert.deepEqual(state, ['CSS1Compat', 0, null, true]);
  const fills = await tab.evaluate(() => new Set([...document.querySelectorAll('svg path')].map((p) => getComputedStyle(p).fill)).size);
  assert.ok(fills > 4, `the maps have only ${fills} fills`);
  await tab.screenshot({ path: path.join(outDir, '13-html.png'), fullPage: true });
  await tab.close();
});

test('a report that cannot be made says so; a result that goes takes its unfinished reports along', { skip }, async () => {
  await page.route('**/check?*format=pdf*', (r) => r.abort());
  await page.locator(id('download-pdf')).click();
  assert.match(await page.locator(`${id('file-state')}[role="alert"]`).innerText(), /报告未能生成[\s\S]*无法连接/);
  await page.unroute('**/check?*format=pdf*');
  seen.errors = seen.errors.filter((e) => !/ERR_FAILED/.test(e));
  let downloads = 0;
  page.on('download', () => (downloads += 1));
  let let_go, pdf_ended;
  const held = new Promise((r) => (let_go = r));
  const ended = new Promise((r) => (pdf_ended = r));
  for (const how of ['requestfinished', 'requestfailed']) page.on(how, (r) => r.url().includes('format=pdf') && pdf_ended());
  await page.route('**/check?*format=pdf*', async (r) => held.then(() => r.continue()).catch(() => undefined));
  await page.locator(id('download-pdf')).click();
  await page.locator(id('file-state')).waitFor();
  await checked('linhe-farmland.txt', caseFile('linhe-farmland.txt'));
  let_go();
  await ended;
  await settle(page);
  assert.equal(downloads, 0);
  assert.equal(await page.locator(id('download-pdf')).isDisabled(), false);
  await page.locator(`${id('project-fields')} summary`).waitFor();
  assert.equal(await page.locator(id('project_name')).inputValue(), ''); // another parcel, another project
  await page.unroute('**/check?*format=pdf*');
});

test('keeping a check: the number and the seal are those of the server\'s record', { skip }, async (t) => {
  await page.locator(`${id('keep')} summary`).click();
  await page.locator(id('keep-run')).click();
  assert.match(await page.locator(id('keep-state')).innerText(), /经办人/);
  await page.locator(id('officer')).fill('王<i>某');
  await page.locator(id('keep-run')).click();
  await page.waitForSelector(`${id('kept')}, ${id('keep-state')}[role="alert"]`);
  await page.waitForFunction(() => !document.querySelector('[data-testid="keep-state"].running'));
  if (await page.locator(id('keep-state')).count()) {
    assert.match(await page.locator(id('keep-state')).innerText(), /没有开启存档/);
    assert.equal(await page.locator(id('officer')).count(), 0); // nothing to fill in that would be refused again
    await checked('hailar-redline-gbk.txt', caseFile('hailar-redline-gbk.txt'));
    assert.equal(await page.locator(id('keep')).count(), 0);
    return t.skip('this server keeps no records');
  }
  const number = Number((await page.locator(id('kept-id')).innerText()).match(/\d+/)[0]);
  const { record } = await (await fetch(`${baseUrl}/records/${number}`)).json();
  assert.equal(record.officer, '王<i>某');
  assert.equal(record.input_name, 'linhe-farmland.txt');
  assert.ok((await page.locator(id('kept-hash')).innerText()).includes(record.sha256));
  assert.equal(JSON.parse((await saved('download-json')).bytes).record.id, number);
  const wide = await page.evaluate(() => [...document.querySelectorAll('.panel')].filter((p) => p.scrollWidth > p.clientWidth).map((p) => p.id));
  assert.deepEqual(wide, []);
  await page.locator(id('report-files')).scrollIntoViewIfNeeded();
  await page.screenshot({ path: path.join(outDir, '14-kept.png') });
});

test('in English, and nothing failed', { skip }, async () => {
  await page.locator(id('lang-switch')).click();
  assert.match(await page.locator(id('report-files')).innerText(), /Download the report[\s\S]*Project \(optional/);
  await page.locator(id('lang-switch')).click();
  assert.deepEqual(seen.errors.filter((e) => !/status of 4\d\d/.test(e)).slice(0, 3), []);
  assert.deepEqual(seen.requests.filter((u) => !u.startsWith(`${baseUrl}/`) && !/^(data|blob|about):/.test(u)), []);
});
