// Starts the system's Chromium for the page tests: headless, software WebGL, no background traffic of its own.
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
export const root = path.resolve(here, '../..');
export const outDir = path.join(here, 'out');
const require = createRequire(path.join(root, 'web/package.json'));
const { chromium } = require('playwright-core');

export const baseUrl = process.env.HX_URL ?? 'http://127.0.0.1:8099';

/** Waits are for the thing itself; what hangs is ended after this, on a machine as busy as it may be: watch() sees it sooner. */
export const HUNG_MS = 600_000;
/** Turns of the page itself, of at least five seconds each: a busy machine makes them longer. A turn asks for a frame, which the
 * software renderer draws whole: five turns a second were a third of a core, all the time. */
const QUIET_TURNS = 12;
const TURN_MS = 5000;

/** One turn of the page's own loop; true when its document changed since the last one, or its map is still drawing. */
async function turn(ms) {
  if (!window.hxWatch) {
    window.hxWatch = { changes: 0 };
    new MutationObserver(() => window.hxWatch.changes++).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  }
  const before = window.hxWatch.changes;
  await new Promise((done) => setTimeout(() => requestAnimationFrame(done), ms));
  return window.hxWatch.changes !== before || document.querySelector('[data-testid="map"]')?.dataset.idle !== 'true';
}

/**
 * Closes a page in which nothing will happen any more, so that whoever waits there fails now and is told what is seen: for
 * QUIET_TURNS of its own turns no request was under way, nothing was drawn and nothing in it changed.
 */
export async function watch(page, turns = QUIET_TURNS) {
  const underWay = new Set();
  page.on('request', (r) => underWay.add(r));
  for (const end of ['requestfinished', 'requestfailed']) page.on(end, (r) => underWay.delete(r));
  let quiet = 0;
  while (quiet < turns) {
    const moved = await page.evaluate(turn, TURN_MS).catch(() => true); // it was closed, or goes elsewhere
    if (page.isClosed()) return;
    quiet = moved || underWay.size ? 0 : quiet + 1;
  }
  const said = await page.locator('[role="alert"]').allInnerTexts();
  console.error(`the page hangs: nothing happened in ${turns} of its turns; alerts: ${JSON.stringify(said)}`);
  await page.context().close();
}

export function launch() {
  return chromium.launch({
    executablePath: process.env.HX_CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--headless', '--no-sandbox', '--disable-gpu', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader',
      '--disable-quic', '--disable-dev-shm-usage', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
    ],
  });
}

/** For whoever looks at the map's dots, or leaves a picture for people. Everybody else gets half as many each way: the map is
 * drawn in software, which is most of what a page costs. */
export const SHARP = { deviceScaleFactor: 1 };

/** An empty page, whose requests and errors are noted and which is closed when it hangs. */
export async function newPage(browser, options = {}) {
  const context = await browser.newContext({
    viewport: { width: 1366, height: 768 }, deviceScaleFactor: 0.5, locale: 'zh-CN', reducedMotion: 'reduce', acceptDownloads: true, ...options,
  });
  context.setDefaultTimeout(HUNG_MS);
  const page = await context.newPage();
  const seen = { requests: [], errors: [] };
  page.on('request', (r) => seen.requests.push(r.url()));
  page.on('pageerror', (e) => seen.errors.push(String(e)));
  page.on('console', (m) => m.type() === 'error' && seen.errors.push(m.text()));
  void watch(page);
  return { page, context, seen };
}

/** Opens the page and waits until the map has drawn everything it has. */
export async function openPage(browser, options = {}, at = `${baseUrl}/`) {
  const { page, context, seen } = await newPage(browser, options);
  await page.goto(at, { waitUntil: 'load' });
  await page.waitForSelector('[data-testid="switch-ecological_red_line"]');
  await page.waitForFunction(() => document.querySelector('[data-testid="map"]')?.dataset.idle === 'true');
  return { page, context, seen };
}

/** Waits for the map to come to rest: whatever moved it has asked for a frame, and a frame takes the mark away until rest. */
export async function settle(page) {
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  await page.waitForFunction(() => document.querySelector('[data-testid="map"]')?.dataset.idle === 'true');
}

/** Looks again and again, each time with the map at rest, until what is looked for is there. */
export async function eventually(page, look) {
  const hung = Date.now() + HUNG_MS;
  for (;;) {
    await settle(page);
    const [found, what] = await look();
    if (found) return;
    if (Date.now() > hung) throw new Error(`never came: ${what}`);
  }
}

/** Drops a file on the map as the desktop would. */
export async function dropFile(page, name, bytes) {
  const data = await page.evaluateHandle(
    ([n, b64]) => {
      const t = new DataTransfer();
      t.items.add(new File([Uint8Array.from(atob(b64), (c) => c.charCodeAt(0))], n));
      return t;
    },
    [name, Buffer.from(bytes).toString('base64')],
  );
  for (const type of ['dragenter', 'dragover', 'drop']) await page.dispatchEvent('[data-testid="map"]', type, { dataTransfer: data });
}
