/** What the project claims of single layers: of which class it is there, by which document. One row for each layer that is
 * loaded and of which something may be claimed. Knows how a claim is written, not what follows from it. */

import type { ControlLayer, ProjectClass } from '../api';
import { controlLayers, layerTitle } from '../control';
import { fill, h } from '../dom';
import { onLang, pick, t } from '../i18n';

export interface ClaimRow {
  class: string;
  item: number;
  document: string;
  date: string;
  by: string;
}

const NO_CLAIM: ClaimRow = { class: '', item: 0, document: '', date: '', by: '' };

/** What is wrong with a row, as a text key; '' when it can be sent. */
export type RowFault = '' | 'claim_no_date' | 'claim_no_document' | 'claim_bad_sign';

/** A claim's text is cut at these signs: in a document or a name they would mean something else. */
export function faultOf(row: ClaimRow): RowFault {
  if (!row.class) return '';
  const [document, by] = [row.document.trim(), row.by.trim()];
  if (/[@;；]/.test(document) || /[;；]/.test(by)) return 'claim_bad_sign';
  if (document && !row.date) return 'claim_no_date';
  if (!document && (row.date || by)) return 'claim_no_document';
  return '';
}

/** LAYER=CLASS#ITEM:DOCUMENT@DATE@BY, as the server reads it. */
export function claimText(layer: string, row: ClaimRow): string {
  const document = row.document.trim();
  const by = row.by.trim();
  return `${layer}=${row.class}${row.item ? `#${row.item}` : ''}${document ? `:${document}@${row.date}${by ? `@${by}` : ''}` : ''}`;
}

/** A claim as the server writes it, as a layer and its row; what the form cannot hold has no class. */
export function claimOf(text: string): { layer: string; row: ClaimRow } {
  const [, layer = '', code = '', item = '', rest = ''] = /^([^=]*)=([^#:]*)(?:#(\d+))?(?::(.*))?$/.exec(text.trim()) ?? [];
  const [document = '', date = '', ...by] = rest.split('@');
  return { layer, row: { class: code, item: Number(item), document, date, by: by.join('@') } };
}

export class ClaimsForm {
  readonly el = h('div', { class: 'check-form claims' });
  private classes: ProjectClass[] = [];
  private readonly rows = new Map<string, ClaimRow>();
  /** Of a saved project, on layers of which nothing can be claimed now: still asked, so that the server says so. */
  private others: string[] = [];
  private open = false;

  /** `prefix`: of ids, as there is one form in each panel. `changed`: a row was changed and can be sent. */
  constructor(
    private readonly prefix: string,
    private readonly changed: () => void,
  ) {
    onLang(() => this.render());
    this.render();
  }

  /** The layers and the classes are known, or are others now. */
  set(classes: ProjectClass[]): void {
    this.classes = classes;
    this.render();
  }

  /** What a saved project claims, instead of what stands there. */
  load(texts: string): void {
    const may = new Map(this.layers().map((l) => [l.id, l.classes ?? []]));
    this.rows.clear();
    this.others = [];
    for (const text of texts.split(';').filter((x) => x.trim())) {
      const { layer, row } = claimOf(text);
      if (may.get(layer)?.includes(row.class)) this.rows.set(layer, row);
      else this.others.push(text.trim());
    }
    this.open = this.others.length > 0;
    this.render();
  }

  /** The claims as they are sent; null when a row cannot be: it is opened then, and says why. */
  ask(): string[] | null {
    const bad = this.claimed().find(([, row]) => faultOf(row));
    if (!bad) return this.texts();
    this.open = true;
    this.render();
    const field = faultOf(bad[1]) === 'claim_no_date' ? 'date' : 'document';
    document.getElementById(this.id(bad[0], field))?.focus();
    return null;
  }

  /** The same, and nothing moves. */
  texts(): string[] | null {
    const rows = this.claimed();
    return rows.some(([, row]) => faultOf(row)) ? null : [...rows.map(([id, row]) => claimText(id, row)), ...this.others];
  }

  private claimed(): [string, ClaimRow][] {
    const may = this.layers().map((l) => l.id);
    return [...this.rows].filter(([id, row]) => row.class && may.includes(id)).sort((a, b) => may.indexOf(a[0]) - may.indexOf(b[0]));
  }

  private layers(): ControlLayer[] {
    return controlLayers().filter((l) => l.examined && l.loaded && (l.classes?.length ?? 0) > 0);
  }

  private id(layer: string, field: string): string {
    return `${this.prefix}-claim-${layer}-${field}`;
  }

  private row(layer: string): ClaimRow {
    return this.rows.get(layer) ?? NO_CLAIM;
  }

  private change(layer: string, part: Partial<ClaimRow>): void {
    this.rows.set(layer, { ...this.row(layer), ...part });
  }

  private render(): void {
    const layers = this.layers();
    if (layers.length === 0 && this.others.length === 0) return fill(this.el); // nothing can be claimed
    const focused = this.el.contains(document.activeElement) ? document.activeElement?.id : '';
    const n = this.claimed().length + this.others.length;
    const details = h(
      'details',
      { 'data-testid': `${this.prefix}-claims`, ontoggle: (e: Event) => (this.open = (e.target as HTMLDetailsElement).open) },
      h('summary', { id: `${this.prefix}-claims-title` }, t('claims_title'), n ? h('span', { class: 'tag claimed' }, t('claims_n', { n })) : null),
      h('p', { class: 'muted' }, t('claims_hint')),
      this.othersList(),
      layers.map((l) => this.fieldset(l)),
    );
    details.open = this.open;
    fill(this.el, details);
    if (focused) document.getElementById(focused)?.focus();
  }

  private othersList(): HTMLElement | null {
    if (this.others.length === 0) return null;
    return h('div', { class: 'note warn', role: 'alert', 'data-testid': `${this.prefix}-claims-others` }, t('claims_other'),
      h('ul', {}, this.others.map((text, i) => h('li', {}, text, ' ', h('button', {
        type: 'button', class: 'small', id: `${this.prefix}-claims-drop-${i}`, onclick: () => {
          this.others.splice(i, 1);
          this.render();
          this.changed();
        },
      }, t('claims_other_drop'))))));
  }

  private fieldset(l: ControlLayer): HTMLElement {
    const row = this.row(l.id);
    const title = layerTitle(l.id);
    return h(
      'fieldset',
      { class: row.class ? 'claim is-made' : 'claim', 'data-testid': `${this.prefix}-claim-${l.id}` },
      h('legend', { lang: title.lang }, title.text),
      this.classField(l, row),
      row.class ? [this.itemField(l, row), this.paperHint(row), this.paperFields(l, row), this.fault(l.id, row)] : null,
    );
  }

  private field(layer: string, name: 'class' | 'item' | 'document' | 'date' | 'by', input: HTMLElement): HTMLElement {
    return h('div', { class: 'field' }, h('label', { for: this.id(layer, name) }, t(`claim_${name}`)), input);
  }

  private className(id: string): string {
    const c = this.classes.find((x) => x.id === id);
    return (c && pick(c.zh, c.en).text) || id;
  }

  private classField(l: ControlLayer, row: ClaimRow): HTMLElement {
    const id = this.id(l.id, 'class');
    const select = h(
      'select',
      { id, 'data-testid': id, onchange: (e: Event) => {
        this.change(l.id, { class: (e.target as HTMLSelectElement).value, item: 0 });
        this.settled(l.id);
      } },
      h('option', { value: '' }, t('claim_none')),
      (l.classes ?? []).map((c) => h('option', { value: c }, this.className(c))),
    );
    select.value = row.class;
    return this.field(l.id, 'class', select);
  }

  private itemField(l: ControlLayer, row: ClaimRow): HTMLElement | null {
    const items = this.classes.find((c) => c.id === row.class)?.items ?? [];
    if (items.length === 0) return null;
    const id = this.id(l.id, 'item');
    const select = h(
      'select',
      { id, 'data-testid': id, onchange: (e: Event) => {
        this.change(l.id, { item: Number((e.target as HTMLSelectElement).value) });
        this.settled(l.id);
      } },
      h('option', { value: '0' }, t('claim_no_item')),
      items.map((i) => {
        const text = pick(i.zh, i.en);
        return h('option', { value: i.no, lang: text.lang, title: text.text }, `${i.no}. ${text.text}`);
      }),
    );
    select.value = String(row.item);
    return this.field(l.id, 'item', select);
  }

  private paperHint(row: ClaimRow): HTMLElement | null {
    const c = this.classes.find((x) => x.id === row.class);
    const paper = pick(c?.paper_zh, c?.paper_en);
    return paper.text ? h('p', { class: 'muted hint' }, `${t('claim_paper')}${t('colon')}`, h('span', { lang: paper.lang }, paper.text)) : null;
  }

  private paperFields(l: ControlLayer, row: ClaimRow): HTMLElement[] {
    return (['document', 'date', 'by'] as const).map((name) => {
      const id = this.id(l.id, name);
      const input = h('input', {
        type: name === 'date' ? 'date' : 'text', id, 'data-testid': id, maxlength: 100, max: name === 'date' ? '9999-12-31' : null, autocomplete: 'off',
        'aria-describedby': this.id(l.id, 'fault'),
        placeholder: name === 'document' ? t('claim_document_like') : null,
        oninput: (e: Event) => {
          this.change(l.id, { [name]: (e.target as HTMLInputElement).value });
          if (!faultOf(this.row(l.id))) this.sayFault(l.id); // what was missing is there now: not said any longer
        },
        // A date is changed with every figure that is typed: only when it is left is it meant.
        onblur: () => this.leave(l.id),
        onkeydown: (e: Event) => (e as KeyboardEvent).key === 'Enter' && this.leave(l.id),
      });
      input.value = row[name];
      return this.field(l.id, name, input);
    });
  }

  private fault(layer: string, row: ClaimRow): HTMLElement {
    const key = faultOf(row);
    const id = this.id(layer, 'fault');
    return h('p', { id, class: key ? 'note warn' : 'muted', role: key ? 'alert' : null, 'data-testid': id, hidden: key === '' && row.document !== '' },
      key ? t(key) : t('claim_without_paper'));
  }

  /** The fields of a row were left: what it lacks is said in its place, without drawing the form again under the user's hands. */
  private leave(layer: string): void {
    const row = this.row(layer);
    this.sayFault(layer);
    if (row.class && !faultOf(row)) this.changed();
  }

  private sayFault(layer: string): void {
    document.getElementById(this.id(layer, 'fault'))?.replaceWith(this.fault(layer, this.row(layer)));
  }

  private settled(layer: string): void {
    this.render();
    if (!faultOf(this.row(layer))) this.changed();
  }
}
