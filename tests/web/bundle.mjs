// Modules of web/src for unit tests, bundled together so that they share their state, and a document that is just enough for dom.ts.
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const web = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../web');
const esbuild = createRequire(path.join(web, 'package.json'))('esbuild');

/** What the files export, each as an object. */
export async function load(...files) {
  const contents = files.map((f, i) => `export * as m${i} from './${f}';`).join('\n');
  const stdin = { contents, resolveDir: path.join(web, 'src'), loader: 'ts' };
  const built = await esbuild.build({ stdin, bundle: true, write: false, format: 'esm', logLevel: 'error' });
  const all = await import(`data:text/javascript;base64,${Buffer.from(built.outputFiles[0].contents).toString('base64')}`);
  return files.map((_, i) => all[`m${i}`]);
}

class Element {
  constructor(tag) {
    Object.assign(this, { tag, attributes: {}, listeners: {}, children: [], style: {} });
  }
  setAttribute(name, value) { this.attributes[name] = value; }
  addEventListener(name, f) { this.listeners[name] = f; }
  appendChild(child) { this.children.push(child); return child; }
  append(...children) { this.children.push(...children); }
  replaceChildren(...children) { this.children = children; }
  contains() { return false; }
  focus() { document.activeElement = this; }
  replaceWith() {}
  getContext() { return new Proxy({ canvas: this }, { get: (o, key) => o[key] ?? (() => null), set: () => true }); }
  get textContent() { return this.children.map((c) => c.textContent).join(''); }
  /** Everything with this data-testid, or whose id is so. */
  all(testid) {
    const own = this.attributes['data-testid'] === testid || this.attributes.id === testid ? [this] : [];
    return [...own, ...this.children.flatMap((c) => (c instanceof Element ? c.all(testid) : []))];
  }
}

/** A document without a page: elements have attributes, listeners, children and text. */
export function fakeDocument() {
  globalThis.Node = Object;
  globalThis.document = {
    activeElement: null, body: new Element('body'), createElement: (tag) => new Element(tag),
    createTextNode: (text) => ({ textContent: text }), getElementById: () => null,
  };
}

/** What a component draws, as elements of the document above: for looking at, without hooks and listeners that wait. */
export function elements(view) {
  if (view === null || view === undefined || typeof view === 'boolean') return [];
  if (Array.isArray(view)) return view.flatMap(elements);
  if (typeof view !== 'object') return [{ textContent: String(view) }];
  const { type, props: { children, ...props } } = view;
  if (typeof type === 'function') return props.make ? [props.make()] : elements(type(view.props));
  const element = new Element(type);
  for (const [key, value] of Object.entries(props)) if (value !== null && value !== undefined && value !== false) element.setAttribute(key, value);
  element.append(...elements(children));
  return [element];
}
