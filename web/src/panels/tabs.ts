/** Tabs by the usual keyboard habits: arrow keys move between tabs, Tab goes on into the panel. */

import { h } from '../dom';
import { onLang, t, type TextKey } from '../i18n';

export interface TabSpec {
  id: string;
  title: TextKey;
  body: HTMLElement;
}

export interface Tabs {
  el: HTMLElement;
  select: (id: string) => void;
  has: (id: string) => boolean;
  selected: () => string;
  /** Puts the keyboard on the tab that is chosen. */
  focus: () => void;
}

export function tabs(name: TextKey, specs: TabSpec[], onSelect: (id: string) => void = () => undefined): Tabs {
  const list = h('div', { role: 'tablist', class: 'tabs' });
  const buttons = new Map<string, HTMLButtonElement>();
  // What a screen reader leaps from and to: the side, and the panel that is shown.
  const side = h('h2', { class: 'visually-hidden' });
  const titles = new Map(specs.map((s) => [s.id, h('h3', { class: 'visually-hidden' })]));
  let current = '';
  const select = (id: string): void => {
    const changed = current !== '' && id !== current; // the first one is not the user's choice
    current = id;
    for (const s of specs) {
      const on = s.id === id;
      const b = buttons.get(s.id);
      b?.setAttribute('aria-selected', String(on));
      if (b) b.tabIndex = on ? 0 : -1;
      s.body.hidden = !on;
      titles.get(s.id)?.toggleAttribute('hidden', !on);
    }
    if (changed) onSelect(id);
  };
  specs.forEach((s, i) => {
    const button = h('button', {
      type: 'button', role: 'tab', id: `tab-${s.id}`, 'aria-controls': `panel-${s.id}`, 'data-testid': `tab-${s.id}`,
      onclick: () => select(s.id),
      onkeydown: (e: KeyboardEvent) => {
        const step = e.key === 'ArrowRight' ? 1 : e.key === 'ArrowLeft' ? -1 : 0;
        const next = e.key === 'Home' ? specs[0] : e.key === 'End' ? specs.at(-1) : step && specs[(i + step + specs.length) % specs.length];
        if (!next) return;
        select(next.id);
        buttons.get(next.id)?.focus();
      },
    });
    buttons.set(s.id, button);
    list.append(button);
    s.body.id = `panel-${s.id}`;
    s.body.setAttribute('role', 'tabpanel');
    s.body.setAttribute('aria-labelledby', `tab-${s.id}`);
    s.body.classList.add('panel');
  });
  const label = (): void => {
    list.setAttribute('aria-label', t(name));
    side.textContent = t(name);
    for (const s of specs) for (const el of [buttons.get(s.id), titles.get(s.id)]) if (el) el.textContent = t(s.title);
  };
  label();
  onLang(label);
  if (specs[0]) select(specs[0].id);
  return { el: h('div', { class: 'tabbed' }, side, list, specs.map((s) => [titles.get(s.id), s.body])), select, has: (id) => buttons.has(id), selected: () => current, focus: () => buttons.get(current)?.focus() };
}
