// Whoever comes with a telephone, at 200 %, by keyboard, by screen reader, with the computer's own colours: the page is theirs, too.
// Started like page.test.mjs. axe-core (npm) is the second opinion on what a screen reader meets.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { baseUrl, dropFile, launch, newPage, outDir, root, settle } from './browser.mjs';

const axeSource = fs.readFileSync(createRequire(path.join(root, 'web/package.json')).resolve('axe-core/axe.min.js'), 'utf8');
const id = (name) => `[data-testid="${name}"]`;
const parcel = fs.readFileSync(path.join(root, 'tests/web/cases/linhe-farmland.txt'));
const several = fs.readFileSync(path.join(root, 'tests/web/cases/three-parcels.txt'));
const LEFT = ['layers', 'layout'];
const RIGHT = ['check', 'identify', 'batch', 'conflicts', 'records'];
let browser, page, seen;

before(async () => {
  fs.mkdirSync(outDir, { recursive: true });
  browser = await launch();
  ({ page, seen } = await newPage(browser, { viewport: { width: 1280, height: 800 } }));
});

after(() => browser?.close());

const focused = () => page.evaluate(() => document.activeElement.dataset.testid ?? document.activeElement.className);

/** What axe finds wrong within an element: rule, and the elements. */
async function violations(where, within = 'body') {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axeSource);
  const found = await page.evaluate(async (selector) => {
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const { violations: list } = await window.axe.run(selector, { runOnly: tags, resultTypes: ['violations'] });
    return list.map((v) => `${v.id}: ${v.nodes.slice(0, 4).map((n) => `${n.html.slice(0, 160)} ${n.failureSummary?.replace(/\s+/g, ' ').slice(0, 200)}`).join(' | ')}`);
  }, within);
  return found.map((f) => `${where}: ${f}`);
}

/** Every tab: the first one with the whole page about it, the others by their panel. */
async function everyTab(where) {
  const found = [];
  for (const tab of [...LEFT, ...RIGHT]) {
    await page.locator(id(`tab-${tab}`)).click();
    await settle(page);
    found.push(...await violations(`${where}, ${tab}`, tab === RIGHT[0] ? 'html' : `#panel-${tab}`));
  }
  await page.locator(id('tab-layers')).click();
  await page.locator(id('tab-check')).click();
  return found;
}

async function check(name, bytes) {
  await dropFile(page, name, bytes);
  await page.waitForFunction((n) => document.querySelector('[data-testid="verdict"] .for')?.textContent.includes(n), name);
  await page.waitForSelector(`${id('download-geojson')}:not([disabled])`);
  await settle(page);
}

test('who is quicker than the map gets the shapes, too, once the map is there', async () => {
  let release;
  const held = new Promise((done) => (release = done));
  await page.route('**/collections', async (route) => { await held; await route.continue(); });
  await page.goto(`${baseUrl}/`);
  await page.waitForSelector(id('file-input'), { state: 'attached' });
  await dropFile(page, 'quick.txt', parcel);
  await page.waitForSelector(id('verdict'));
  assert.equal(await page.locator(id('map-key')).isVisible(), false);
  release();
  await page.waitForSelector(`${id('map-key')}:visible`);
  await settle(page);
});

test('the plan is asked for when its tab is opened, not before', async () => {
  const asked = () => seen.requests.filter((u) => /\/plan\/|\/plan_places\/items/.test(u)).length;
  assert.equal(asked(), 0);
  await page.locator(id('tab-layout')).click();
  await page.waitForSelector(id('place-赤峰市'));
  assert.ok(asked() > 0);
});

test('by keyboard: the first stops lead past the legend, to the check or to the map', async () => {
  await page.locator(`${id('skip')} a`).first().focus();
  const box = await page.locator(`${id('skip')} a`).first().boundingBox();
  assert.ok(box.y >= 0 && box.height > 10, 'a link that has the focus is seen');
  assert.match(await page.locator(`${id('skip')} a`).first().innerText(), /跳到核查/);
  await page.keyboard.press('Enter');
  assert.equal(await focused(), 'tab-check');
  await page.locator(`${id('skip')} a`).nth(1).focus();
  await page.keyboard.press('Enter');
  assert.equal(await focused(), 'map-canvas');
  // Nothing comes before them, and each has an outline that is drawn.
  assert.equal(await page.evaluate(() => document.querySelector('a, button, input, select').parentElement.dataset.testid), 'skip');
  await page.locator(id('tab-check')).focus();
  await page.keyboard.press('End');
  assert.equal(await focused(), 'tab-records');
  await page.keyboard.press('Home');
  assert.equal(await focused(), 'tab-check');
  assert.match(await page.locator(id('tab-check')).evaluate((e) => getComputedStyle(e).outlineStyle), /solid|auto/);
});

test('a screen reader meets no violation on any tab, in Chinese and in English', async () => {
  await check('three.txt', several);
  await page.evaluate(() => document.querySelectorAll('details').forEach((d) => (d.open = true)));
  await page.waitForSelector(id('version'), { state: 'attached' }); // on a tab that need not be in sight
  const found = await everyTab('zh');
  await page.locator(id('lang-switch')).click();
  await check('one.txt', parcel);
  found.push(...await everyTab('en'));
  await page.locator(id('lang-switch')).click();
  assert.deepEqual(found, []);
});

/** Nothing is wider than the window, on any tab; what is, by name. */
async function tooWide() {
  const found = [];
  for (const tab of [...LEFT, ...RIGHT]) {
    await page.locator(id(`tab-${tab}`)).click();
    found.push(...await page.evaluate((name) => {
      const { scrollWidth, clientWidth } = document.documentElement;
      return scrollWidth > clientWidth ? [`${name}: ${scrollWidth} in ${clientWidth}`] : [];
    }, tab));
  }
  return found;
}

test('a telephone of 390 px: the map above, the sheet below it, and nothing goes off to the side', async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.locator(id('tab-check')).click();
  await check('three.txt', several);
  assert.deepEqual(await tooWide(), []);
  await page.locator(id('tab-check')).click();
  await page.evaluate(() => scrollTo(0, 0));
  const [map, sheet] = [await page.locator('main.middle').boundingBox(), await page.locator('aside.right').boundingBox()];
  assert.ok(map.height > 300 && map.width === 390 && sheet.y >= map.y + map.height - 1, JSON.stringify({ map, sheet }));
  // The map stays in sight while the sheet is read.
  await page.locator(id('disclaimer')).scrollIntoViewIfNeeded();
  assert.equal((await page.locator('main.middle').boundingBox()).y, 0);
  await page.screenshot({ path: path.join(outDir, '30-telephone.png') });
  await page.evaluate(() => scrollTo(0, 0));
  await page.locator(id('sheet-grip')).click();
  assert.equal(await page.locator(id('sheet-grip')).getAttribute('aria-expanded'), 'true');
  assert.ok((await page.locator('main.middle').boundingBox()).height < map.height / 1.8, 'the sheet is higher, the map lower');
  await page.locator(id('sheet-grip')).click();
  assert.deepEqual(await violations('390 px', '#panel-check'), []); // the size of what is touched, too
});

test('200 % of a window of 1280 × 800: everything is there, and nothing goes off to the side', async () => {
  await page.setViewportSize({ width: 640, height: 400 });
  assert.deepEqual(await tooWide(), []);
  await page.locator(id('tab-check')).click();
  await page.locator(id('file-button')).scrollIntoViewIfNeeded();
  assert.equal(await page.locator(id('file-button')).isVisible(), true);
  await page.setViewportSize({ width: 1280, height: 800 });
});

test('the computer\'s own colours, and stronger contrast where it asks for it', async () => {
  await page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' });
  const style = (selector, name) => page.locator(selector).first().evaluate((e, n) => getComputedStyle(e)[n], name);
  assert.equal(await style('.verdict .badge', 'borderTopStyle'), 'solid'); // its background is gone: the border and the sign say it
  assert.match(await page.locator('.verdict .badge').first().innerText(), /[✖▲●✔?]/);
  assert.equal(await style('.swatch', 'forcedColorAdjust'), 'none');
  assert.equal(await style('.tabs [aria-selected="true"]', 'borderBottomStyle'), 'solid');
  await page.emulateMedia({ forcedColors: 'none', contrast: 'more', reducedMotion: 'reduce' });
  assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--ink').trim()), '#000');
  assert.deepEqual(await violations('contrast', '#panel-check'), []);
  await page.emulateMedia({ contrast: 'no-preference', reducedMotion: 'reduce' });
  assert.deepEqual(seen.errors, []);
});
