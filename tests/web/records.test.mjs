// The record in a real browser against a running server that keeps records: what was kept is found, opened, recomputed and
// overridden; reports from outside are verified. Started like files.test.mjs, on a store to throw away.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { baseUrl, dropFile, launch, openPage, outDir, root, settle } from './browser.mjs';

const id = (name) => `[data-testid="${name}"]`;
const health = await (await fetch(`${baseUrl}/health`)).json();
const skip = health.version === 'mock' ? 'the mock keeps no records' : health.keeps_records ? false : 'this server keeps no records';
const parcel = fs.readFileSync(path.join(root, 'tests/web/cases/linhe-farmland.txt'));
const project = `留存测试${Date.now()}`;

let browser, page, seen, kept;

before(async () => {
  if (skip) return;
  fs.mkdirSync(outDir, { recursive: true });
  browser = await launch();
  ({ page, seen } = await openPage(browser));
});

after(() => browser?.close());

const shot = (name) => page.screenshot({ path: path.join(outDir, `${name}.png`) });
const checkOf = (query, body) => fetch(`${baseUrl}/check?${query}`, { method: 'POST', body });

async function noSidewaysScroll() {
  const wide = await page.evaluate(() => [...document.querySelectorAll('.panel')].filter((p) => p.scrollWidth > p.clientWidth).map((p) => p.id));
  assert.deepEqual(wide, []);
}

async function dropped(files) {
  const data = await page.evaluateHandle((list) => {
    const t = new DataTransfer();
    for (const [name, text] of list) t.items.add(new File([text], name));
    return t;
  }, files);
  for (const type of ['dragenter', 'dragover', 'drop']) await page.dispatchEvent(id('map'), type, { dataTransfer: data });
}

test('a kept check is found in the list, and opened with what was found', { skip }, async () => {
  const query = new URLSearchParams({ keep: '1', officer: '张三', project_name: project, source_file: 'linhe-farmland.txt', class: 'GENERAL' });
  const report = await (await checkOf(query, parcel)).json();
  kept = report.record.id;
  await page.locator(id('tab-records')).click();
  await page.waitForSelector(id('records'));
  await page.locator(id('records-search')).fill(project);
  assert.equal(await page.locator(`${id('records')} li`).count(), 1);
  assert.match(await page.locator(id(`record-${kept}`)).innerText(), new RegExp(`禁止[\\s\\S]*${project}[\\s\\S]*张三`));
  await shot('30-records');
  await noSidewaysScroll();
  await page.locator(id(`record-${kept}`)).click();
  await page.waitForSelector(id('machine-verdict'));
  assert.equal(await page.locator(id('machine-verdict')).getAttribute('data-verdict'), 'prohibited');
  const m2 = Number(await page.locator(`${id('record-card')} ${id('result-permanent_basic_farmland-area')}`).getAttribute('data-m2'));
  assert.equal(m2, report.parcels[0].layers.find((l) => l.layer === 'permanent_basic_farmland').area_m2);
  await noSidewaysScroll();
  await shot('31-record');
});

test('it is recomputed with the data of then, and its files are the kept bytes', { skip }, async () => {
  await page.locator(id('record-verify')).click();
  await page.waitForSelector(`${id('record-card')} ${id('verify-result')}`);
  assert.equal(await page.locator(`${id('record-card')} ${id('verify-result')}`).getAttribute('data-finding'), 'identical');
  const [file] = await Promise.all([page.waitForEvent('download'), page.locator(id('record-input')).click()]);
  assert.deepEqual(fs.readFileSync(await file.path()), parcel);
});

test('the kept parcel is shown on the map with what it pressed on', { skip }, async () => {
  const colours = async () => (await page.locator(id('map')).screenshot()).length;
  const before = await colours();
  await page.locator(id('record-look')).click();
  await page.waitForSelector('[data-testid="map-key"]:not([hidden])');
  await settle(page);
  assert.notEqual(await colours(), before);
  assert.equal(await page.locator(id('override-state')).count(), 0); // no complaint
  await shot('39-record-map');
});

test('an override stands beside the machine\'s verdict, with its reason; without one nothing is written', { skip }, async () => {
  await page.locator(`${id('override')} summary`).click();
  await page.locator(id('override-run')).click();
  assert.match(await page.locator(id('override-state')).innerText(), /未写入：请填写经办人、结论和理由/);
  await page.locator(id('override-officer')).fill('李四');
  await page.locator(id('override-verdict')).selectOption('restricted');
  await page.locator(id('override-reason')).fill('已取得<b>补划</b>批复');
  await page.locator(id('override-run')).click();
  await page.waitForFunction(() => document.querySelector('[data-testid="override-state"]')?.textContent.includes('已写入记录'));
  assert.equal(await page.locator(id('machine-verdict')).getAttribute('data-verdict'), 'prohibited');
  const beside = page.locator('[data-testid^="override-"].verdict');
  assert.equal(await beside.getAttribute('data-verdict'), 'restricted');
  assert.match(await beside.innerText(), /李四[\s\S]*已取得<b>补划<\/b>批复/); // text, not markup
  await page.locator('#panel-records').evaluate((e) => e.scrollTo(0, 0));
  await shot('32-override');
  await page.locator(id('record-back')).click();
  await page.locator(id('records-search')).fill('李四');
  assert.match(await page.locator(`${id('records')} li`).first().innerText(), new RegExp(`改判第 ${kept} 号`));
});

test('the chain is checked to its last seal; a seal that is not there is told', { skip }, async () => {
  await page.locator(id('chain-run')).click();
  await page.waitForSelector(id('chain-sound'));
  const seal = await page.locator(id('chain-head')).innerText();
  assert.match(seal, /^[0-9a-f]{64}$/);
  await page.locator(`${id('chain-more')} summary`).click();
  await page.locator(id('chain-expect')).fill(seal);
  await page.locator(id('chain-run')).click();
  await page.waitForSelector(id('chain-sound'));
  await page.locator(id('chain-expect')).fill('0'.repeat(63) + '1');
  await page.locator(id('chain-run')).click();
  await page.waitForSelector(id('chain-broken'));
  await shot('33-chain');
  await page.locator(id('chain-expect')).fill('');
});

test('a report that was changed is caught, with both values', { skip }, async () => {
  const report = await (await checkOf('keep=1&officer=x&class=GENERAL', parcel)).text();
  const area = String(JSON.parse(report).parcels[0].area_m2);
  assert.ok(report.includes(area));
  await dropped([['改过.report.json', report.replaceAll(area, '12345.678')]]);
  await page.waitForSelector(`${id('verify-result')}[data-finding="differs"]`);
  assert.match(await page.locator(id('verify-differences')).innerText(), /12345\.678/);
  await shot('34-tampered');
  await noSidewaysScroll();
});

test('paper: a PDF, the text of its code and a number are genuine; one figure changed is told', { skip }, async () => {
  const pdf = Buffer.from(await (await checkOf('keep=1&officer=x&class=GENERAL&format=pdf', parcel)).arrayBuffer());
  const [, code] = /HXFILE1 (HX1;\S+) /.exec(pdf.toString('latin1'));
  const finding = (word) => page.waitForSelector(`${id('paper-result')}[data-finding="${word}"]`);
  const give = async (bytes) => {
    await page.locator(id('verify-file')).setInputFiles({ name: '报告.pdf', mimeType: 'application/pdf', buffer: bytes });
  };
  await give(pdf);
  await finding('genuine');
  assert.match(await page.locator(id('paper-facts')).innerText(), /报告编号[\s\S]*北京时间[\s\S]*禁止[\s\S]*生态保护红线 \d/);
  await shot('36-paper');
  await noSidewaysScroll();
  const forged = Buffer.from(pdf);
  forged[pdf.length >> 1] ^= 1;
  await give(forged);
  await finding('altered');
  for (const text of [code, code.split(';')[1]]) {
    await page.locator(id('paper-text')).fill(text.slice(0, 60) === text ? text : `${text.slice(0, 60)} ${text.slice(60)}`);
    await page.locator(id('paper-run')).click();
    await finding('genuine');
  }
  await page.locator(id('paper-text')).fill(code.replace(';prohibited;', ';allowed;'));
  await page.locator(id('paper-text')).press('Enter');
  await finding('altered');
});

test('a report whose file was not kept: the file is asked for, and then it is identical', { skip }, async () => {
  const own = JSON.stringify({ type: 'Polygon', coordinates: [[[107.3 + Math.random() / 50, 40.7], [107.35, 40.7], [107.35, 40.74], [107.3, 40.7]]] });
  const report = await (await checkOf('class=GENERAL', own)).text();
  await dropped([['未存.report.json', report]]);
  await page.waitForSelector(`${id('verify-result')}[data-finding="cannot_recompute"]`);
  assert.match(await page.locator(id('verify-result')).innerText(), /无法重算[\s\S]*缺少/);
  await shot('35-missing');
  await page.locator(id('verify-input')).setInputFiles({ name: '地块.geojson', mimeType: 'application/json', buffer: Buffer.from(own) });
  await page.waitForSelector(`${id('verify-result')}[data-finding="identical"]`);
  await dropped([['未存.report.json', report], ['地块.txt', own]]); // both at once
  await page.waitForFunction(() => document.querySelector('[data-testid="verify-result"]')?.textContent.includes('地块.txt'));
  assert.equal(await page.locator(id('verify-result')).getAttribute('data-finding'), 'identical');
});

test('what is no report is refused with a sentence', { skip }, async () => {
  await dropped([['x.json', '{"a": 1}']]);
  await page.locator(id('verify-error')).waitFor();
  assert.match(await page.locator(id('verify-error')).innerText(), /不是本程序的检查报告/);
});

test('the lists behind a class are shown where the class is chosen', { skip }, async () => {
  await page.locator(id('tab-check')).click();
  assert.equal(await page.locator(id('class-list')).count(), 0);
  await page.locator(id('project-class')).selectOption('NATIONAL_MAJOR');
  await page.locator(`${id('class-list')} summary`).click();
  assert.equal(await page.locator(`${id('class-list')} li`).count(), 7);
  assert.match(await page.locator(id('class-list')).innerText(), /自然资发〔2022〕142号/);
  await page.locator(id('project-class')).selectOption('LIMITED_ACTIVITY');
  assert.equal(await page.locator(`${id('class-list')} li`).count(), 10);
  await noSidewaysScroll();
  await shot('36-class-list');
});

test('records are found by the claim that stands in the kept report', { skip }, async () => {
  const query = new URLSearchParams({ keep: '1', officer: '王五', project_name: `铁路${project}`, project_code: `R-${project}`, claim: `permanent_basic_farmland=STATE_KEY:农字${project}号@2026-02-02` });
  const report = await (await checkOf(query, parcel)).json();
  await page.locator(id('tab-records')).click();
  await page.locator(`${id('record-search')} summary`).click();
  await page.locator(id('search-document')).fill(`农字${project}`);
  await page.locator(id('search-layer')).selectOption('permanent_basic_farmland');
  await page.locator(id('search-run')).click();
  await page.waitForFunction((n) => document.querySelectorAll('[data-testid="records"] li').length === 1 && document.getElementById(`record-${n}`), report.record.id);
  await noSidewaysScroll();
  await shot('40-record-search');
  await page.locator(id('search-layer')).selectOption('ecological_red_line'); // of that line nothing was claimed
  await page.locator(id('search-run')).click();
  await page.locator(id('records-none')).waitFor();
  await page.locator(id('search-clear')).click();
  await page.locator(id(`record-${kept}`)).waitFor();
});

test('a check is saved as a project, and opened again with its class and claims', { skip }, async () => {
  await page.locator(id('tab-check')).click();
  await page.locator(id('project-class')).selectOption('GENERAL');
  await dropFile(page, '地块.txt', parcel);
  await page.locator(id('report-files')).waitFor();
  await page.locator(`${id('check-claims')} summary`).click();
  await page.locator(id('check-claim-permanent_basic_farmland-class')).selectOption('STATE_KEY');
  await page.waitForFunction(() => /待补/.test(document.querySelector('[data-testid="report"]')?.textContent ?? ''));
  await page.locator(`${id('project-fields')} summary`).click();
  await page.locator(id('project-save')).click();
  await page.locator(id('project-save-state')).waitFor();
  assert.match(await page.locator(id('project-save-state')).innerText(), /未保存：请先填写项目名称/);
  await page.locator(id('project_name')).fill(`一号${project}`);
  await page.locator(id('project_code')).fill(`A-${project}`);
  await page.locator(id('project-save')).click();
  await page.waitForFunction(() => /已保存项目/.test(document.querySelector('[data-testid="project-save-state"]')?.textContent ?? ''));
  await shot('41-project-saved');
  await page.reload(); // nothing of it is in the page any more
  await page.waitForSelector(id('switch-ecological_red_line'));
  await page.locator(`${id('projects')} summary`).click();
  await page.locator(id('projects-search')).fill(`A-${project}`);
  await shot('42-projects');
  await page.locator(id(`project-一号${project}`)).click();
  await page.locator(id('project-opened')).waitFor();
  await page.waitForFunction(() => /待补/.test(document.querySelector('[data-testid="report"]')?.textContent ?? ''));
  assert.equal(await page.locator(id('project-class')).inputValue(), 'GENERAL');
  assert.equal(await page.locator(id('check-claim-permanent_basic_farmland-class')).inputValue(), 'STATE_KEY');
  assert.equal(await page.locator(id('project_name')).inputValue(), `一号${project}`);
  await noSidewaysScroll();
  await shot('43-project-opened');
});

test('a project that somebody saved meanwhile is not saved over, and one that is put away is gone', { skip }, async () => {
  const name = `一号${project}`;
  const saved = await fetch(`${baseUrl}/projects?${new URLSearchParams({ name, source_file: '新.txt' })}`, { method: 'POST', body: parcel });
  assert.equal(saved.status, 201);
  await page.locator(`${id('project-fields')} summary`).click();
  await page.locator(id('project-save')).click();
  await page.waitForFunction(() => /未保存/.test(document.querySelector('[data-testid="project-save-state"]')?.textContent ?? ''));
  assert.match(await page.locator(id('project-save-state')).innerText(), /已有较新的保存[\s\S]*请打开它再改/);
  await page.locator(`${id('projects')} summary`).click();
  await page.locator(id('projects-search')).fill(name);
  await page.locator(id(`retire-${name}`)).click();
  await page.locator(id(`retire-${name}`)).click(); // the first click only asks
  await page.waitForFunction(() => /已停用/.test(document.querySelector('[data-testid="projects-state"]')?.textContent ?? ''));
  assert.equal(await page.locator(id(`project-${name}`)).count(), 0);
});

test('a server that keeps nothing says so, and offers no override', { skip }, async () => {
  await page.route('**/health', async (route) => route.fulfill({ json: { ...(await (await route.fetch()).json()), keeps_records: false } }));
  await page.reload();
  await page.waitForSelector(id('switch-ecological_red_line'));
  await page.locator(id('tab-records')).click();
  await page.waitForSelector(id('records-off'));
  await page.locator(id(`record-${kept}`)).click();
  await page.waitForSelector(id('machine-verdict'));
  assert.equal(await page.locator(id('override-run')).count(), 0);
});

test('in English and in a narrow window nothing is cut off', { skip }, async () => {
  await page.setViewportSize({ width: 1024, height: 768 });
  await noSidewaysScroll();
  await shot('37-narrow-record');
  await page.locator(id('lang-switch')).click();
  const clipped = await page.evaluate(() => [...document.querySelectorAll('.tabs button')].filter((b) => b.scrollWidth > b.clientWidth).map((b) => b.textContent));
  assert.deepEqual(clipped, []);
  await noSidewaysScroll();
  await shot('38-english-record');
  await page.locator(id('lang-switch')).click();
  assert.deepEqual(seen.errors.filter((e) => !/status of 4\d\d/.test(e)), []);
});
