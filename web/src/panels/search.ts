/** The one box above the map: what is typed is looked for when Enter is pressed, and what is chosen is gone to. A pair of coordinates
 * is one answer, to which the map goes at once; without its zone it is several, and the officer chooses. */

import { search, type Found } from '../api-search';
import { fill, h } from '../dom';
import { onLang, pick, t, type TextKey } from '../i18n';
import { sentenceOf } from '../sentence';

export interface SearchOptions {
  onGo: (found: Found) => void;
  /** To a saved project, which has no place of its own. */
  onProject: (id: number) => void;
}

export class SearchBox {
  private readonly input = h('input', { type: 'search', maxlength: '100', 'data-testid': 'search-text', autocomplete: 'off' });
  private readonly said = h('p', { class: 'search-said', role: 'status', 'data-testid': 'search-said' });
  private readonly list = h('ul', { class: 'search-list', 'data-testid': 'search-list' });
  readonly el = h('form', { class: 'search', role: 'search', onsubmit: (e: Event) => this.submit(e) }, this.input, this.said, this.list);
  private running: AbortController | null = null;

  constructor(private readonly options: SearchOptions) {
    this.input.addEventListener('input', () => this.close());
    this.el.addEventListener('keydown', (e) => e.key === 'Escape' && this.close());
    onLang(() => this.relabel());
    this.relabel();
  }

  private relabel(): void {
    this.input.placeholder = t('go_hint');
    this.input.setAttribute('aria-label', t('go_label'));
    this.close();
  }

  private close(): void {
    this.running?.abort();
    this.running = null;
    this.say('');
    fill(this.list);
    this.list.hidden = true;
  }

  private say(text: string, tone = '', language?: string): void {
    this.said.className = `search-said ${tone}`;
    this.said.hidden = !text;
    fill(this.said, text);
    if (language) this.said.lang = language;
    else this.said.removeAttribute('lang');
  }

  private submit(e: Event): void {
    e.preventDefault();
    const text = this.input.value.trim();
    this.close();
    if (text) void this.run(text);
  }

  private async run(text: string): Promise<void> {
    const abort = (this.running = new AbortController());
    try {
      const found = await search(text, abort.signal);
      if (!abort.signal.aborted) this.show(text, found);
    } catch (error) {
      if (abort.signal.aborted) return;
      const sentence = sentenceOf(error);
      this.say(sentence.text, 'error', sentence.lang);
    }
  }

  private show(text: string, found: Found[]): void {
    const [first] = found;
    if (!first) return this.say(t('go_none', { q: text }));
    if (found.length === 1 && first.what !== 'project') {
      this.say(this.detail(first));
      return this.options.onGo(first);
    }
    this.say(first.what === 'point' ? t('go_choose_zone') : t('go_found', { n: found.length }));
    this.list.hidden = false;
    fill(this.list, found.map((f) => h('li', {}, this.row(f))));
  }

  private row(f: Found): HTMLElement {
    const go = () => {
      this.close();
      if (f.what === 'project') this.options.onProject(f.id ?? 0);
      else this.options.onGo(f);
    };
    return h('button', { type: 'button', onclick: go },
      h('span', { class: 'tag' }, t(`go_${f.what}` as TextKey)),
      h('strong', {}, f.what === 'point' ? this.detail(f) : f.name || f.code || ''),
      f.what === 'point' ? null : h('span', { class: 'muted' }, this.detail(f)));
  }

  /** What tells two of one name apart. */
  private detail(f: Found): string {
    if (f.what === 'point') return pick(f.note_zh, f.note_en).text;
    const where = f.what === 'town' || f.what === 'water' || f.what === 'plan' ? '' : f.within;
    return [where, f.code].filter(Boolean).join(' · ');
  }
}
