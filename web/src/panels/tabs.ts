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
}

export function tabs(name: TextKey, specs: TabSpec[], onSelect: (id: string) => void = () => undefined): Tabs {
  const list = h('div', { role: 'tablist', class: 'tabs' });
  const buttons = new Map<string, HTMLButtonElement>();
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
    }
    if (changed) onSelect(id);
  };
  specs.forEach((s, i) => {
    const button = h('button', {
      type: 'button', role: 'tab', id: `tab-${s.id}`, 'aria-controls': `panel-${s.id}`, 'data-testid': `tab-${s.id}`,
      onclick: () => select(s.id),
      onkeydown: (e: KeyboardEvent) => {
        const step = e.key === 'ArrowRight' ? 1 : e.key === 'ArrowLeft' ? -1 : 0;
        const next = step && specs[(i + step + specs.length) % specs.length];
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
    for (const s of specs) {
      const b = buttons.get(s.id);
      if (b) b.textContent = t(s.title);
    }
  };
  label();
  onLang(label);
  if (specs[0]) select(specs[0].id);
  return { el: h('div', { class: 'tabbed' }, list, specs.map((s) => s.body)), select, has: (id) => buttons.has(id), selected: () => current };
}
