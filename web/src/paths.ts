/** Addresses of the server that this page came from, which may stand under a path of another one's (a proxy's). */

/** Where the page lies, with a slash at its end. */
const base = (): string => new URL('.', document.baseURI).href;

/** Of a path such as `/collections`; `{z}` and the like stay as they are. */
export const here = (path: string): string => (path.startsWith('/') ? base() + path.slice(1) : path);

/** Where a list goes on, as a path for `here`. Only the path of the link is followed: it must not lead the page to another host. */
export function nextPath(links: { rel?: string; href?: string }[] | undefined): string | undefined {
  const href = links?.find((l) => l.rel === 'next')?.href;
  if (!href) return undefined;
  const url = new URL(href, base());
  const under = new URL(base()).pathname;
  return `/${url.pathname.startsWith(under) ? url.pathname.slice(under.length) : url.pathname.slice(1)}${url.search}`;
}
