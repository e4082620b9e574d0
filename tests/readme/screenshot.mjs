// Takes the README's screenshot from a running server with geodata/ loaded:
//
//   script/server &      then      HX_URL=http://127.0.0.1:8080 node tests/readme/screenshot.mjs
//
// The parcel is the README's own first example. Writes web/docs/screenshot.png.
import fs from 'node:fs';
import path from 'node:path';
import { dropFile, launch, openPage, root, settle } from '../web/browser.mjs';

const readme = fs.readFileSync(path.join(root, 'README.md'), 'utf8');
const parcel = readme.match(/--data-binary '([^']+)'/)[1];
const browser = await launch();
try {
  const { page } = await openPage(browser);
  await dropFile(page, '示例地块.geojson', Buffer.from(parcel));
  await page.waitForSelector('[data-testid="verdict"]');
  await settle(page);
  const file = path.join(root, 'web/docs/screenshot.png');
  fs.mkdirSync(path.dirname(file), { recursive: true });
  await page.screenshot({ path: file });
  console.log(path.relative(root, file));
} finally {
  await browser.close();
}
