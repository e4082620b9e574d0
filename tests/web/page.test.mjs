// The page in a real browser against a running server:
//
//   cd web && npm ci && npm run build
//   hongxian serve --store STORE --web web/dist --port 8080 &      (STORE: init + import --geodata geodata)
//   HX_URL=http://127.0.0.1:8080 npm run test:page
//
// Against tests/web/mock-server.mjs it runs too, without the comparison of figures (the mock measures nothing).
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { SHARP, HUNG_MS, baseUrl, dropFile, eventually, launch, openPage, outDir, root, settle } from './browser.mjs';

const caseFile = (name) => path.join(root, 'tests/web/cases', name);
const LINES = ['ecological_red_line', 'permanent_basic_farmland', 'urban_development_boundary'];
const id = (name) => `[data-testid="${name}"]`;

let browser, page, seen, isMock;

before(async () => {
  fs.mkdirSync(outDir, { recursive: true });
  isMock = (await (await fetch(`${baseUrl}/health`)).json()).version === 'mock';
  browser = await launch();
  ({ page, seen } = await openPage(browser, SHARP));
});

after(() => browser?.close());

const shot = (name) => page.screenshot({ path: path.join(outDir, `${name}.png`) });

/** Distinct colours in the middle of the map, from a screenshot decoded by the browser itself. */
async function mapColours() {
  const png = await page.locator(id('map')).screenshot();
  return page.evaluate(async (b64) => {
    const image = new Image();
    image.src = `data:image/png;base64,${b64}`;
    await image.decode();
    const g = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height }).getContext('2d');
    g.drawImage(image, 0, 0);
    const counts = new Map();
    const { data } = g.getImageData(0, 0, image.width, image.height);
    for (let i = 0; i < data.length; i += 4) {
      const key = (data[i] << 16) | (data[i + 1] << 8) | data[i + 2];
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    const red = [...counts].filter(([c]) => c >> 16 > 170 && ((c >> 8) & 255) < 90 && (c & 255) < 110);
    return { distinct: counts.size, largest: Math.max(...counts.values()) / (data.length / 4), red: red.reduce((n, [, k]) => n + k, 0) };
  }, png.toString('base64'));
}

async function checkFile(name) {
  await dropFile(page, name, fs.readFileSync(caseFile(name)));
  await page.waitForSelector(id('verdict'));
  await page.waitForSelector(`${id('download-geojson')}:not([disabled])`);
  await settle(page);
}

/** Figures of any size must be readable without scrolling sideways. */
async function noSidewaysScroll() {
  const wide = await page.evaluate(() => [...document.querySelectorAll('.panel')].filter((p) => p.scrollWidth > p.clientWidth).map((p) => p.id));
  assert.deepEqual(wide, []);
}

const m2Of = async (testid) => Number(await page.locator(id(testid)).getAttribute('data-m2'));

test('fits 1366×768 without scrolling, in Chinese, with the notice about sample data', async () => {
  await shot('01-home');
  const size = await page.evaluate(() => [document.documentElement.scrollHeight, document.documentElement.scrollWidth, document.documentElement.lang]);
  assert.deepEqual(size, [768, 1366, 'zh-CN']);
  assert.match(await page.locator(id('synthetic-notice')).innerText(), /示例数据，不得用于审批/);
  for (const line of LINES) assert.equal(await page.locator(id(`synthetic-${line}`)).innerText(), '示例数据');
});

test('the page itself is at most 700 KB on the wire', async () => {
  const sizes = await page.evaluate(() => performance.getEntriesByType('resource').filter((r) => r.name.includes('/assets/')).map((r) => r.encodedBodySize));
  const all = sizes.reduce((a, b) => a + b, 0);
  assert.ok(sizes.length >= 3 && all > 100_000 && all <= 700_000, `${sizes}`);
});

test('the map is drawn: many colours, none of them everything', async () => {
  const { distinct, largest, red } = await mapColours();
  assert.ok(distinct > 200, `only ${distinct} colours`);
  assert.ok(largest < 0.9, `one colour covers ${largest}`);
  assert.ok(red > 500, `only ${red} red pixels`);
});

test('a layer tells its version, its document and where it is complete', async (t) => {
  if (isMock) return t.skip('the mock has no versions');
  await page.locator(`${id('versions-permanent_basic_farmland')} summary`).click();
  await page.waitForSelector(`${id('versions-permanent_basic_farmland')} ${id('version')}`);
  const text = await page.locator(id('versions-permanent_basic_farmland')).innerText();
  assert.match(text, /版本 1[\s\S]*现行[\s\S]*示例数据[\s\S]*2024-01-01[\s\S]*批准文号[\s\S]*覆盖范围[\s\S]*公顷以内为完整数据/);
  await noSidewaysScroll();
  await shot('08-versions');
  await page.locator(`${id('versions-permanent_basic_farmland')} summary`).click();
});

test('a switch hides its layer', async () => {
  const with_ = (await mapColours()).red;
  await page.locator(id('switch-ecological_red_line')).uncheck();
  await settle(page);
  const without = (await mapColours()).red;
  assert.ok(without < with_ / 4, `${with_} red pixels before, ${without} after`);
  await page.locator(id('switch-ecological_red_line')).check();
  await settle(page);
});

test('a dropped TXT file is checked; the figures are those of an independent computation', async () => {
  for (const name of ['linhe-farmland.txt', 'hailar-redline-gbk.txt']) {
    await checkFile(name);
    await shot(`02-${name}`);
    assert.equal(await page.locator(id('verdict')).getAttribute('data-verdict'), 'prohibited');
    assert.match(await page.locator(id('verdict')).innerText(), /禁止[\s\S]*本结果不代替审批/);
    assert.match(await page.locator(id('result-synthetic')).innerText(), /不得用于审批/);
    assert.ok((await page.locator('.tone-clear').count()) > 0 || isMock);
    await noSidewaysScroll();
    if (isMock) continue;
    const [{ parcels: [expected] }] = JSON.parse(
      execFileSync('/usr/bin/python3', [path.join(root, 'tests/web/expected.py'), caseFile(name)], { encoding: 'utf8' }),
    );
    const near = (got, want, what) => {
      const room = Math.max(0.01, 1e-6 * want);
      assert.ok(Math.abs(got - want) <= room, `${name} ${what}: panel ${got}, expected ${want}`);
    };
    near(await m2Of('parcel-area'), expected.area_m2, 'parcel');
    for (const line of LINES) near(await m2Of(`result-${line}-area`), expected[line], line);
    for (const [zone, m2] of Object.entries(expected.zones)) {
      near(Number(await page.locator(`${id(`zone-${zone}`)} td`).first().getAttribute('data-m2')), m2, zone);
    }
    const shown = (await page.locator(id('result-urban_development_boundary-area')).innerText()).replaceAll(',', '');
    const zones = (await page.locator(`${id('detail-urban_development_boundary')} .mini`).first().locator('td:nth-child(2)').allInnerTexts())
      .map((x) => Math.round(parseFloat(x.replaceAll(',', '')) * 100));
    const parcel = Math.round(parseFloat((await page.locator(id('parcel-area')).innerText()).replaceAll(',', '')) * 100);
    assert.equal(zones.reduce((a, b) => a + b, 0), parcel, 'the printed sub-zones make up the printed parcel');
    near(Number(shown), expected.urban_development_boundary, 'what is printed');
  }
});

test('clauses say how sure they are; a change of class checks again', async () => {
  const detail = page.locator(id(isMock ? 'detail-permanent_basic_farmland' : 'detail-ecological_red_line'));
  assert.match(await detail.innerText(), /要求[\s\S]*依据[\s\S]*已读公布文本/);
  assert.doesNotMatch(await detail.innerText(), /须提交/); // said of papers only, and nothing is claimed that would need one
  assert.match(await page.locator(id('detail-urban_development_boundary')).innerText(), /部分未核实[\s\S]*本系统设定/);
  const before = await page.locator(id('report')).innerText();
  await page.locator(id('project-class')).selectOption('LIMITED_ACTIVITY');
  await page.waitForFunction(() => document.querySelector('[data-testid="report"] .about')?.textContent.includes('有限人为活动'));
  if (!isMock) assert.notEqual(await page.locator(id('report')).innerText(), before);
  await page.locator(id('project-class')).selectOption('UNKNOWN');
  await page.waitForFunction(() => document.querySelector('[data-testid="report"] .about')?.textContent.includes('未填'));
});

test('a day of before any line was in force: no line is clear, and the result says which day', async (t) => {
  if (isMock) return t.skip('the mock knows no days');
  await page.locator(`${id('as-of-box')} summary`).click();
  await page.locator(id('as-of')).fill('2023-06-01');
  await page.locator(id('as-of')).dispatchEvent('change');
  await page.waitForSelector(id('result-as-of'));
  assert.match(await page.locator(id('result-as-of')).innerText(), /按 2023-06-01 有效的数据核查，不是现行数据/);
  assert.equal(await page.locator('.tone-clear, .badge.v-allowed').count(), 0);
  assert.equal(await page.locator(id('verdict')).getAttribute('data-verdict'), 'unknown');
  await noSidewaysScroll();
  await shot('09-as-of');
  await page.locator(id('as-of-clear')).click();
  await page.waitForFunction(() => document.querySelector('[data-testid="verdict"]')?.dataset.verdict === 'prohibited');
  assert.equal(await page.locator(id('result-as-of')).count(), 0);
  await page.locator(`${id('as-of-box')} summary`).click();
});

test('claims on two layers: restricted instead of prohibited, the paper that one lacks is listed, and both go with every form', async (t) => {
  if (isMock) return t.skip('the mock judges nothing');
  await checkFile('hailar-redline-gbk.txt');
  assert.equal(await page.locator(id('verdict')).getAttribute('data-verdict'), 'prohibited');
  const field = (layer, name) => page.locator(id(`check-claim-${layer}-${name}`));
  const verdictIs = (v) => page.waitForFunction((want) => document.querySelector('[data-testid="verdict"]')?.dataset.verdict === want, v);
  await page.locator(`${id('check-claims')} summary`).click();
  await field('ecological_red_line', 'class').selectOption('NATIONAL_MAJOR');
  await field('ecological_red_line', 'item').selectOption('3');
  await page.waitForSelector(id('claim-of-ecological_red_line'));
  assert.equal(await page.locator(id('verdict')).getAttribute('data-verdict'), 'prohibited'); // the other layer still forbids it
  await field('basic_grassland', 'class').selectOption('NATIONAL_MAJOR');
  await verdictIs('restricted');
  assert.match(await page.locator(id('verdict')).innerText(), /限制/);
  assert.match(await page.locator(id('todo')).innerText(), /待补材料（2）[\s\S]*生态保护红线：主张为国家重大项目[\s\S]*尚缺文件[\s\S]*基本草原/);
  assert.match(await page.locator(id('claim-of-ecological_red_line')).innerText(), /主张：国家重大项目[\s\S]*第3项[\s\S]*尚缺文件/);

  await field('basic_grassland', 'document').fill('内政字〔2026〕12号');
  await field('basic_grassland', 'by').focus();
  assert.match(await page.locator(id('check-claim-basic_grassland-fault')).innerText(), /再填文件日期/);
  await page.locator(`${id('paste')} summary`).click();
  await page.locator(id('paste-text')).fill(fs.readFileSync(caseFile('linhe-farmland.txt'), 'utf8'));
  await page.locator(id('paste-run')).click();
  await page.waitForSelector(id('check-error'));
  assert.equal(await page.locator(id('verdict')).count(), 0); // nothing was sent, and nothing of before is left
  assert.equal(await page.evaluate(() => document.activeElement.id), 'check-claim-basic_grassland-date');
  await page.locator(`${id('paste')} summary`).click();

  await field('basic_grassland', 'date').fill('2026-03-01');
  await page.waitForSelector(id('check-claim-basic_grassland-fault'), { state: 'hidden' }); // while the cursor is still there
  await checkFile('hailar-redline-gbk.txt');
  await verdictIs('restricted');
  assert.match(await page.locator(id('todo')).innerText(), /待补材料（1）/);
  assert.match(await page.locator(id('claim-of-basic_grassland')).innerText(), /国家重大项目[\s\S]*内政字〔2026〕12号 · 2026-03-01/);
  assert.match(await page.locator(id('parcel-place')).innerText(), /呼伦贝尔市/);
  assert.match(await page.locator(id('not-examined')).innerText(), /未审查[\s\S]*饮用水水源保护区[\s\S]*不等于不涉及/);
  await noSidewaysScroll();
  await shot('10-claims');
  const [request] = await Promise.all([page.waitForRequest(/format=csv/), page.locator(id('download-csv')).click()]);
  assert.deepEqual(new URL(request.url()).searchParams.getAll('claim'),
    ['ecological_red_line=NATIONAL_MAJOR#3', 'basic_grassland=NATIONAL_MAJOR:内政字〔2026〕12号@2026-03-01']);

  for (const layer of ['ecological_red_line', 'basic_grassland']) await field(layer, 'class').selectOption('');
  await verdictIs('prohibited');
  assert.equal(await page.locator(id('todo')).count(), 0);
  await page.locator(`${id('check-claims')} summary`).click();
});

test('what drafts would change stands beside the answer, and is not the answer', async () => {
  const answer = '**/check?*';
  await page.route(answer, async (route) => {
    const response = await route.fetch(), report = await response.json();
    if (report.parcels) {
      report.parcels[0].drafts = [
        { layer: LINES[0], version: 2, measured: true, changes: true, zh: '生态保护红线草稿第2版：现为压占，按草稿为未压占<b>', en: 'Under the draft: clear' },
        { layer: LINES[1], version: 3, measured: true, changes: false, zh: '永久基本农田草稿第3版与现行相同', en: 'nothing changes' }];
    }
    await route.fulfill({ response, json: report });
  });
  await checkFile('hailar-redline-gbk.txt');
  await page.waitForSelector(id('drafts'));
  assert.match(await page.locator(id('drafts')).innerText(), /正在调整的版本[\s\S]*不影响本次结论[\s\S]*按草稿为未压占<b>[\s\S]*与现行相同/);
  assert.match(await page.locator(id('verdict')).innerText(), /禁止/);
  await page.unroute(answer);
  await checkFile('hailar-redline-gbk.txt');
  assert.equal(await page.locator(id('drafts')).count(), 0);
});

test('land by class: the classes make up the parcel, and none of it is called pressed on', async (t) => {
  if (isMock) return t.skip('the mock has no such layer');
  await checkFile('linhe-farmland.txt');
  const table = page.locator(id('classes-land_use'));
  assert.match(await table.innerText(), /水浇地[\s\S]*农用地[\s\S]*合计 农用地[\s\S]*合计 建设用地/);
  const cents = (await table.locator('tbody td:nth-child(3)').allInnerTexts()).map((x) => Math.round(parseFloat(x.replaceAll(',', '')) * 100));
  const parcel = Math.round(parseFloat((await page.locator(id('parcel-area')).innerText()).replaceAll(',', '')) * 100);
  assert.equal(cents.reduce((a, b) => a + b, 0), parcel);
  assert.match(await page.locator(id('result-land_use-status')).innerText(), /涉及/);
  assert.equal(await page.locator(id('verdict-land_use')).count(), 0);
  // Each class has its colour in the legend, which is folded: dozens would push the other layers out of sight.
  const legend = page.locator(id('colours-land_use'));
  const classes = (await (await fetch(`${baseUrl}/layers`)).json()).layers.find((l) => l.id === 'land_use').zones;
  assert.equal(await legend.getAttribute('open'), null);
  await legend.locator('summary').click();
  assert.equal(await legend.locator('li').count(), classes.filter((z) => z.fill).length);
  await legend.locator('summary').click();
});

test('downloads are the server\'s own bytes', async () => {
  const [file] = await Promise.all([page.waitForEvent('download'), page.locator(id('download-json')).click()]);
  const report = JSON.parse(fs.readFileSync(await file.path(), 'utf8'));
  assert.equal(report.parcels.length, 1);
  await page.waitForSelector(`${id('download-geojson')}:not([disabled])`);
  const [shapes] = await Promise.all([page.waitForEvent('download'), page.locator(id('download-geojson')).click()]);
  assert.equal(JSON.parse(fs.readFileSync(await shapes.path(), 'utf8')).type, 'FeatureCollection');
});

test('rubbish: an alert with the server\'s sentence, and the old result is gone', async () => {
  await dropFile(page, 'rubbish.txt', 'not a parcel at all');
  const alert = page.locator(`${id('check-error')}[role="alert"]`);
  await alert.waitFor();
  assert.match(await alert.innerText(), /[\u4e00-\u9fff]{4,}/);
  assert.equal(await page.locator(id('verdict')).count(), 0);
  assert.equal(await page.locator('[data-m2]').count(), 0);
  await shot('03-error');
  seen.errors = seen.errors.filter((e) => !/status of 4\d\d/.test(e)); // the browser's own note of the refusal
});

test('a failed connection also leaves no result', async () => {
  await checkFile('linhe-farmland.txt');
  await page.route('**/check?*', (r) => r.abort());
  await dropFile(page, 'linhe-farmland.txt', fs.readFileSync(caseFile('linhe-farmland.txt')));
  await page.locator(id('check-error')).waitFor();
  assert.equal(await page.locator(id('verdict')).count(), 0);
  await page.unroute('**/check?*');
  seen.errors = seen.errors.filter((e) => !/ERR_FAILED/.test(e));
});

test('a layer without data is never shown as clear, whatever the verdict says', async () => {
  await page.route('**/check?*', async (route) => {
    const res = await route.fetch();
    if (route.request().url().includes('geojson')) return route.fulfill({ response: res });
    const body = await res.json();
    const p = body.parcels[0];
    p.verdict = body.verdict = 'allowed';
    for (const l of p.layers) Object.assign(l, { status: 'clear', area_m2: 0, share: 0, rules: [], features: [], zones: [] });
    Object.assign(p.layers[1], { status: 'not_covered', area_m2: null, share: null, reason_zh: '<b>数据没有覆盖</b>' });
    return route.fulfill({ json: body });
  });
  await dropFile(page, 'linhe-farmland.txt', fs.readFileSync(caseFile('linhe-farmland.txt')));
  await page.waitForSelector(id('incomplete'));
  assert.equal(await page.locator(id('verdict')).getAttribute('data-verdict'), 'unknown');
  assert.equal(await page.locator('.tone-clear, .badge.v-allowed').count(), 0);
  assert.match(await page.locator(id('result-permanent_basic_farmland')).innerText(), /数据未覆盖[\s\S]*—/);
  assert.match(await page.locator(id('detail-permanent_basic_farmland')).innerText(), /<b>数据没有覆盖<\/b>/); // text, not markup
  await settle(page);
  await shot('04-nodata');
  await page.unroute('**/check?*');
});

test('several parcels: worst first, one click selects', async (t) => {
  if (isMock) return t.skip('the mock has one parcel');
  await checkFile('three-parcels.txt');
  const names = await page.locator(`${id('plots')} .plot-name`).allInnerTexts();
  assert.deepEqual(names, ['A2 乙地块', 'A3 丙地块', 'A1 甲地块']);
  assert.equal(await page.locator(id('verdict')).getAttribute('data-verdict'), 'prohibited');
  await shot('05-parcels');
  await page.locator(id('parcel-0')).click();
  assert.equal(await page.locator(id('plot')).getAttribute('data-verdict'), 'allowed');
  assert.equal(await page.locator(id('verdict')).getAttribute('data-verdict'), 'prohibited'); // what the file comes to is no plot's
});

test('a click on the map tells which lines are there', async () => {
  await checkFile('linhe-farmland.txt');
  const box = await page.locator(id('map')).boundingBox();
  await page.mouse.click(box.x + box.width * 0.45, box.y + box.height * 0.45);
  await page.waitForSelector(id('identify-count'));
  const card = page.locator(id('identify-urban_development_boundary'));
  assert.match(await card.innerText(), /示例数据[\s\S]*临河区[\s\S]*150802900300000192[\s\S]*城镇集中建设区[\s\S]*2024-01-01[\s\S]*详细规划\+规划许可/);
  await shot('06-identify');
});

test('pasted text and a drawn rectangle are checked', async () => {
  await page.locator(id('tab-check')).click();
  await page.locator(`${id('paste')} summary`).click();
  await page.locator(id('paste-text')).fill(fs.readFileSync(caseFile('linhe-farmland.txt'), 'utf8'));
  await page.locator(id('paste-run')).click();
  await page.waitForSelector(id('verdict'));
  await settle(page);
  await page.locator(`${id('paste')} summary`).click();
  await page.locator(id('clear-result')).click();
  await page.locator(id('draw-rectangle')).click();
  assert.equal(await page.locator(id('draw-rectangle')).getAttribute('aria-pressed'), 'true');
  const box = await page.locator(id('map')).boundingBox();
  const at = (x, y) => [box.x + box.width * x, box.y + box.height * y];
  await page.mouse.move(...at(0.3, 0.3));
  await page.mouse.click(...at(0.3, 0.3));
  await page.mouse.move(...at(0.5, 0.5), { steps: 4 });
  await page.mouse.move(...at(0.7, 0.7), { steps: 4 });
  await page.mouse.click(...at(0.7, 0.7));
  await page.waitForSelector(id('verdict'));
  assert.ok((await m2Of('parcel-area')) > 1000);
  assert.equal(await page.locator(id('draw-rectangle')).getAttribute('aria-pressed'), 'false');
  assert.equal(await page.locator(id('tab-check')).getAttribute('aria-selected'), 'true'); // drawing is no click to identify
  await settle(page);
  await shot('07-drawn');
});

test('a polygon of a whole city: drawn, closed by Enter, and its figures still fit', async () => {
  await page.locator(id('tab-layout')).click();
  await page.locator(id('place-呼和浩特市')).click();
  await settle(page);
  await page.locator(id('draw-polygon')).click();
  const box = await page.locator(id('map')).boundingBox();
  for (const [x, y] of [[0.4, 0.4], [0.6, 0.35], [0.65, 0.6], [0.45, 0.65]]) {
    await page.mouse.move(box.x + box.width * x, box.y + box.height * y, { steps: 3 });
    await page.mouse.click(box.x + box.width * x, box.y + box.height * y);
    await page.waitForTimeout(350); // two quick clicks would be a double click
  }
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => Number(document.querySelector('[data-testid="parcel-area"]')?.dataset.m2) > 1e5);
  await noSidewaysScroll();
  await settle(page);
  await shot('07-polygon');
});

test('the layout tab: a city\'s card, marked as inferred where it is', async () => {
  await page.locator(id('tab-layout')).click();
  await page.locator(id('place-赤峰市')).click();
  assert.match(await page.locator(id('layout-card')).innerText(), /提质扩张型[\s\S]*精明增长[\s\S]*150 万人[\s\S]*增长极/);
  await settle(page);
  await shot('08-layout');
  assert.match(await page.locator(id('place-呼伦贝尔市')).innerText(), /推断/);
  assert.doesNotMatch(await page.locator(id('place-赤峰市')).innerText(), /推断/);
});

/** How many pixels of the map have just this colour. */
async function pixelsOf(rgb) {
  const png = await page.locator(id('map')).screenshot();
  return page.evaluate(async ([b64, [r, g, b]]) => {
    const image = new Image();
    image.src = `data:image/png;base64,${b64}`;
    await image.decode();
    const c = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height }).getContext('2d');
    c.drawImage(image, 0, 0);
    const { data } = c.getImageData(0, 0, image.width, image.height);
    let n = 0;
    for (let k = 0; k < data.length; k += 4) if (Math.abs(data[k] - r) + Math.abs(data[k + 1] - g) + Math.abs(data[k + 2] - b) < 6) n++;
    return n;
  }, [png.toString('base64'), rgb]);
}

test('what the plan names: shown by kind and by status, listed where it has no place, its figures with their signs', async () => {
  const rail = [0x30, 0x36, 0x3d];
  const before = await pixelsOf(rail);
  await page.locator(id('tab-layout')).click();
  await page.locator(id('kind-rail')).check();
  await eventually(page, async () => [(await pixelsOf(rail)) > before + 60, 'railways on the map']);
  await shot('08-plan-rail');
  if (!isMock) {
    await page.locator(`${id('list-rail')} > summary`).click();
    assert.match(await page.locator(id('list-rail')).innerText(), /锡林浩特—太子城[\s\S]*没有点位/);
    assert.match(await page.locator(id('plan-targets')).innerText(), /城镇用水普及率[\s\S]*无年份[\s\S]*≥ 99 %/);
    assert.equal(await page.locator(`${id('layout-panel')} a[href$="/plan/units?f=html"]`).count(), 1);
  }
  await page.locator(id('plan-status')).selectOption('获评'); // no railway is that
  await eventually(page, async () => [(await pixelsOf(rail)) < before + 30, 'no railway of another status']);
  assert.equal(await page.locator(id('kind-rail')).count(), 0);
  await page.locator(id('plan-status')).selectOption('');
  await page.locator(id('kind-rail')).uncheck();
  await eventually(page, async () => [(await pixelsOf(rail)) < before + 30, 'the map as before']);
});

test('English by the switch, remembered, and back', async () => {
  await page.locator(id('lang-switch')).click();
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'en');
  assert.match(await page.locator(id('synthetic-notice')).innerText(), /not for approvals/);
  assert.match(await page.locator(id('report')).innerText(), /does not replace approval/);
  await page.locator(id('tab-layers')).click();
  await checkFile('hailar-redline-gbk.txt');
  await noSidewaysScroll();
  await shot('09-english');
  await page.locator(id('lang-switch')).click();
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'zh-CN');
});

test('without WebGL the page says so, and checks still work', async () => {
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 } });
  context.setDefaultTimeout(HUNG_MS);
  const blind = await context.newPage();
  await blind.addInitScript(() => {
    const real = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
      return /webgl/.test(kind) ? null : real.call(this, kind, ...rest);
    };
  });
  await blind.goto(`${baseUrl}/`);
  await blind.waitForSelector(`${id('map')} [role="alert"]`);
  await dropFile(blind, 'linhe-farmland.txt', fs.readFileSync(caseFile('linhe-farmland.txt')));
  await blind.waitForSelector(id('verdict'));
  assert.equal(await blind.locator(id('verdict')).getAttribute('data-verdict'), 'prohibited');
  await context.close();
});

test('on paper: the whole report, nothing else', async () => {
  await page.evaluate(() => (window.print = () => (window.printed = document.querySelector('.print-map')?.src.slice(0, 15))));
  await page.emulateMedia({ media: 'print' });
  await page.locator(id('print')).evaluate((b) => b.click());
  await page.waitForFunction(() => window.printed);
  assert.equal(await page.evaluate(() => window.printed), 'data:image/png;');
  assert.equal(await page.locator(id('layers-panel')).isVisible(), false);
  assert.equal(await page.locator(id('disclaimer')).isVisible(), true);
  await page.screenshot({ path: path.join(outDir, '10-print.png'), fullPage: true });
  await page.emulateMedia({ media: null });
});

test('by keyboard alone: tabs, class, claims, file button', async () => {
  await page.locator(id('tab-check')).focus();
  await page.keyboard.press('ArrowRight');
  assert.equal(await page.evaluate(() => document.activeElement.dataset.testid), 'tab-identify');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'project-class');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'check-claims-title');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'file-button');
});

test('nothing was asked of any other host, and no script failed', () => {
  const away = seen.requests.filter((u) => !u.startsWith(`${baseUrl}/`) && !/^(data|blob):/.test(u));
  assert.deepEqual(away, []);
  assert.ok(seen.requests.length > 10);
  assert.deepEqual(seen.errors, []);
});
