/** Components (Preact), written with h() as the panels without them are; and where the two kinds meet, until all panels are components. */

import { h as create, render, type ComponentChildren, type FunctionComponent, type VNode } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import '@preact/signals'; // whoever reads a signal while it is drawn is drawn again when that changes

export { render };
export type { VNode };

/** Like h() of dom.ts, for a component: an element with its attributes, or a component with its properties. */
export function h(type: keyof HTMLElementTagNameMap, props: Record<string, unknown>, ...children: ComponentChildren[]): VNode;
export function h<P>(type: FunctionComponent<P>, props: P & { key?: string | number }, ...children: ComponentChildren[]): VNode;
export function h(type: unknown, props: unknown, ...children: ComponentChildren[]): VNode {
  return create(type as FunctionComponent, props as object, ...children);
}

/** An element that something else draws, in a component's place. It is asked for again when `of` changes. */
export function Held({ make, of, tag = 'div' }: { make: () => HTMLElement | null; of?: unknown; tag?: 'div' | 'span' }): VNode {
  const at = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = make();
    at.current?.replaceChildren(...(element ? [element] : []));
  }, [of]);
  return h(tag, { ref: at, class: 'held' });
}

/** What a component would draw, as an element for a panel that is none. It is drawn once: the panel draws itself anew. */
export function drawn(what: VNode | null): HTMLElement | null {
  if (!what) return null;
  const box = document.createElement('div');
  render(what, box);
  return box;
}
