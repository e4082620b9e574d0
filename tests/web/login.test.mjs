// Logging in, in a real browser: the form comes when the server asks for a login, a session that ends takes nothing away that was
// typed, and what the role may not do is not offered. On a server and a store of this test's own, because it has people:
//   HX_PROGRAM=build/release/src/cli/hongxian HX_STORE=a.sqlite node --test tests/web/login.test.mjs
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { dropFile, launch, outDir, root } from './browser.mjs';

const id = (name) => `[data-testid="${name}"]`;
const program = process.env.HX_PROGRAM, made = process.env.HX_STORE;
const skip = program && made ? false : 'HX_PROGRAM and HX_STORE are not given';
const parcel = fs.readFileSync(path.join(root, 'tests/web/cases/linhe-farmland.txt'));
const PASSWORD = '一个够长的密码';

/** Whole, also while a server writes to it. Its index files are copied beside, which spares making them. */
function copyStore(from, to) {
  const script = 'import sqlite3, sys; sqlite3.connect("file:%s?mode=ro" % sys.argv[1], uri=True).backup(sqlite3.connect(sys.argv[2]))';
  execFileSync('python3', ['-c', script, from, to]);
  if (fs.existsSync(`${from}.index`)) fs.cpSync(`${from}.index`, `${to}.index`, { recursive: true });
}

let browser, page, seen, server, folder, store, at;

const users = (...args) => execFileSync(path.resolve(root, program), ['users', ...args, '--store', store], { input: `${PASSWORD}\n` });

before(async () => {
  if (skip) return;
  fs.mkdirSync(outDir, { recursive: true });
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'hongxian-login-'));
  store = path.join(folder, 'store.sqlite');
  copyStore(path.resolve(root, made), store);
  users('add', 'zhang', '--role', 'officer', '--unit', 'all', '--title', '张三');
  users('add', 'reader', '--role', 'reader', '--unit', 'all', '--title', '李四');
  server = spawn(path.resolve(root, program), ['serve', '--store', store, '--port', '0', '--web', path.join(root, 'web/dist'), '--allow-records'],
    { stdio: ['ignore', 'pipe', 'ignore'] });
  at = await new Promise((done) => server.stdout.once('data', (line) => done(String(line).trim())));
  browser = await launch();
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, deviceScaleFactor: 0.5, locale: 'zh-CN', reducedMotion: 'reduce' });
  context.setDefaultTimeout(120_000);
  page = await context.newPage();
  seen = [];
  page.on('pageerror', (e) => seen.push(String(e)));
  await page.goto(at);
});

after(async () => {
  await browser?.close();
  if (server) {
    server.kill('SIGTERM');
    await new Promise((done) => server.once('exit', done));
  }
  if (folder) fs.rmSync(folder, { recursive: true });
});

async function logIn(name, password) {
  await page.waitForSelector(`${id('login')}[open]`);
  await page.locator(id('login-name')).fill(name);
  await page.locator(id('login-password')).fill(password);
  await page.locator(id('login-run')).click();
}

test('the form comes first, says what was wrong, and goes', { skip }, async () => {
  await logIn('zhang', 'wrong password');
  assert.match(await page.locator(id('login-failed')).innerText(), /登录名或密码不对/);
  assert.equal(await page.locator(id('login-password')).inputValue(), '');
  await page.screenshot({ path: path.join(outDir, '50-login.png') });
  await logIn('zhang', PASSWORD);
  await page.waitForSelector(id('who'));
  assert.match(await page.locator(id('who')).innerText(), /张三 · 经办 · 全区/);
  assert.equal(await page.locator(id('login')).count(), 0);
});

test('a session that ends asks again, and nothing that was typed is lost', { skip }, async () => {
  await dropFile(page, 'linhe-farmland.txt', parcel);
  await page.waitForSelector(id('verdict'));
  await page.locator(`${id('project-fields')} summary`).click();
  await page.locator(id('project_name')).fill('登录测试项目');
  users('password', 'zhang'); // ends the session; the password is the same one again
  await page.locator(`${id('keep')} summary`).click();
  assert.equal(await page.locator(id('officer')).inputValue(), '张三');
  await page.locator(id('keep-run')).click();
  await logIn('zhang', PASSWORD);
  await page.waitForSelector(id('kept-id'));
  assert.equal(await page.locator(id('project_name')).inputValue(), '登录测试项目');
  const rows = JSON.parse(execFileSync(path.resolve(root, program), ['records', 'list', '--format', 'json', '--store', store]));
  const { person, officer, project_name } = rows.records.at(-1); // those before are of other tests
  assert.deepEqual([person, officer, project_name], ['zhang', '张三', '登录测试项目']);
});

test('after logging out another person is offered what that role may do, and told why not', { skip }, async () => {
  await page.locator(id('logout')).click();
  await logIn('reader', PASSWORD);
  await page.waitForSelector(id('who'));
  await dropFile(page, 'linhe-farmland.txt', parcel);
  await page.waitForSelector(id('verdict'));
  assert.match(await page.locator(id('no-keep')).innerText(), /查阅.*不能留存/);
  assert.equal(await page.locator(id('keep-run')).count(), 0);
  await page.locator(id('tab-batch')).click();
  assert.match(await page.locator(`#${await page.locator(id('tab-batch')).getAttribute('aria-controls')} ${id('no-jobs')}`).innerText(), /不能运行批量审查/);
  await page.screenshot({ path: path.join(outDir, '51-reader.png') });
  assert.deepEqual(seen, []);
});
