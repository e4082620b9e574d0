/** The record: what was kept, opened and verified, and an officer's verdict beside the machine's. Nothing here can change
 * a row; the server only ever adds. */

import { me } from '../access';
import { ApiError } from '../api';
import { getRecords, verifyChain, type ChainFinding, type RecordRow, type RecordSearch, type WholeRecord } from '../api-records';
import { badgeElement } from '../badge';
import { controlLayers, layerTitle } from '../control';
import { fill, h } from '../dom';
import { onLang, pick, t } from '../i18n';
import { dayAndTime } from '../moment';
import { sentenceOf } from '../sentence';
import { record } from '../state';
import { verdictOf } from '../verdict';
import { RecordCard } from './record-card';
import { VerifyCard } from './verify';

const STEP = 30;

export interface RecordsPanelOptions {
  className: (id: string | undefined) => string;
  layerName: (id: string) => string;
  onLook: (record: WholeRecord) => Promise<void>;
}

type ListState = { kind: 'none' } | { kind: 'rows'; rows: RecordRow[] } | { kind: 'failed'; error: unknown };
type ChainState = { kind: 'none' } | { kind: 'running' } | { kind: 'done'; chain: ChainFinding } | { kind: 'failed'; error: unknown };

export class RecordsPanel {
  readonly el = h('div', { class: 'records', 'data-testid': 'records-panel' });
  private readonly form = h('div', {});
  private readonly chainBox = h('div', {});
  private readonly body = h('div', {});
  private readonly verify = new VerifyCard();
  private readonly card: RecordCard;
  private keeps = true;
  private list: ListState = { kind: 'none' };
  private chain: ChainState = { kind: 'none' };
  private expect = '';
  private paper = '';
  private expectOpen = false;
  private search = '';
  private readonly wanted: RecordSearch = { project: '', layer: '', class: '', document: '' };
  private asked = false; // the list is what was found of it
  private searchOpen = false;
  private shown = STEP;
  private opened_ = 0;

  constructor(private readonly options: RecordsPanelOptions) {
    this.card = new RecordCard({
      className: options.className,
      layerName: options.layerName,
      onLook: options.onLook,
      onBack: () => this.close(),
      onAdded: () => void this.load(),
    });
    this.el.append(this.form, this.verify.el, this.chainBox, this.body);
    onLang(() => this.render());
    this.render();
  }

  /** The server keeps records; and who sits here may override. */
  setKeeps(keeps: boolean, mayOverride: boolean): void {
    this.keeps = keeps;
    this.card.setKeeps(mayOverride);
    this.render();
  }

  opened(): void {
    void this.load();
  }

  /** A report, perhaps with the file that was checked. */
  takeFiles(files: FileList | File[] | null | undefined): void {
    const list = [...(files ?? [])];
    const paper = list.find((f) => /\.(pdf|xlsx)$/i.test(f.name));
    if (paper) return void this.verify.startPaper(paper, paper.name);
    const report = list.find((f) => /\.json$/i.test(f.name)) ?? (list.length === 1 ? list[0] : undefined);
    if (!report) return this.verify.fail(t('verify_no_report'));
    void this.verify.start(report, report.name, list.find((f) => f !== report) ?? null);
  }

  private takeText(): void {
    const text = this.paper.trim();
    if (!text) return this.verify.fail(t('paper_nothing'));
    void this.verify.startPaper(new Blob([text], { type: 'text/plain' }), text.length > 40 ? `${text.slice(0, 40)}…` : text);
  }

  private async load(): Promise<void> {
    try {
      this.list = { kind: 'rows', rows: (await getRecords(this.asked ? this.wanted : {})).reverse() };
    } catch (error) {
      this.list = { kind: 'failed', error };
    }
    this.renderBody();
  }

  private open(row: RecordRow): void {
    this.openNo(row.kind === 'override' ? row.refers_to ?? row.id : row.id);
  }

  /** As an address has it; 0: the list. */
  openNo(id: number): void {
    if (id === this.opened_) return;
    if (id === 0) return this.close();
    this.opened_ = record.value = id;
    this.render();
    this.card.open(id);
  }

  private close(): void {
    const id = this.opened_;
    this.opened_ = record.value = 0;
    this.card.close();
    this.render();
    document.getElementById(`record-${id}`)?.focus();
  }

  private async runChain(): Promise<void> {
    const expect = this.expect.trim().toLowerCase();
    if (expect && !/^[0-9a-f]{64}$/.test(expect)) {
      this.chain = { kind: 'failed', error: new ApiError(t('chain_bad_seal'), t('chain_bad_seal'), 'INPUT', 0) };
      return this.renderChain();
    }
    this.chain = { kind: 'running' };
    this.renderChain();
    try {
      this.chain = { kind: 'done', chain: await verifyChain(expect) };
    } catch (error) {
      this.chain = { kind: 'failed', error };
    }
    this.renderChain();
  }

  // ---- what it looks like

  private render(): void {
    this.renderForm();
    this.renderChain();
    this.renderBody();
  }

  private renderForm(): void {
    if (this.opened_) return fill(this.form);
    const file = h('input', {
      type: 'file', multiple: true, class: 'visually-hidden', tabindex: -1, 'data-testid': 'verify-file', 'aria-label': t('verify_run'),
      onchange: (e: Event) => {
        const input = e.target as HTMLInputElement;
        this.takeFiles(input.files);
        input.value = '';
      },
    });
    const paper = h('input', {
      type: 'text', id: 'paper-text', maxlength: 4000, autocomplete: 'off', spellcheck: 'false', 'data-testid': 'paper-text', class: 'code',
      oninput: (e: Event) => (this.paper = (e.target as HTMLInputElement).value),
      onkeydown: (e: KeyboardEvent) => { if (e.key === 'Enter') this.takeText(); },
    });
    paper.value = this.paper;
    const seal = h('input', {
      type: 'text', id: 'chain-expect', maxlength: 64, autocomplete: 'off', spellcheck: 'false', 'data-testid': 'chain-expect', class: 'code',
      'aria-label': t('chain_expect'), oninput: (e: Event) => (this.expect = (e.target as HTMLInputElement).value),
    });
    seal.value = this.expect;
    const details = h('details', { ontoggle: (e: Event) => (this.expectOpen = (e.target as HTMLDetailsElement).open), 'data-testid': 'chain-more' },
      h('summary', {}, t('chain_expect')), h('div', { class: 'field' }, seal));
    details.open = this.expectOpen;
    fill(
      this.form,
      h('p', { class: 'muted' }, t('records_intro')),
      this.keeps ? null : h('p', { class: 'note', 'data-testid': 'records-off' }, t('records_off')),
      h('div', { class: 'button-row' }, file,
        h('button', { type: 'button', id: 'verify-run', class: 'primary', onclick: () => file.click() }, t('verify_run')),
        me()?.person && !me()?.person?.whole ? null : h('button', { type: 'button', id: 'chain-run', 'data-testid': 'chain-run', onclick: () => void this.runChain() }, t('chain_run'))),
      h('div', { class: 'field' }, h('label', { for: 'paper-text' }, t('paper_text')), paper,
        h('button', { type: 'button', id: 'paper-run', 'data-testid': 'paper-run', onclick: () => this.takeText() }, t('paper_run'))),
      details,
      this.searchForm(),
    );
  }

  /** By what stands in the kept reports: the server looks there. */
  private searchForm(): HTMLElement {
    const classes = [...new Set(controlLayers().flatMap((l) => l.classes ?? []))];
    const layers = controlLayers().filter((l) => (l.classes?.length ?? 0) > 0);
    const field = (key: keyof RecordSearch, input: HTMLInputElement | HTMLSelectElement) => {
      input.value = this.wanted[key];
      input.addEventListener('input', () => (this.wanted[key] = input.value));
      return h('div', { class: 'field' }, h('label', { for: `search-${key}` }, t(`search_${key}`)), input);
    };
    const text = (key: keyof RecordSearch) => field(key, h('input', { type: 'text', id: `search-${key}`, 'data-testid': `search-${key}`, maxlength: 80, autocomplete: 'off' }));
    const choice = (key: keyof RecordSearch, rows: [string, { text: string; lang: string }][]) => field(key, h('select', { id: `search-${key}`, 'data-testid': `search-${key}` },
      h('option', { value: '' }, t('search_any')), rows.map(([value, title]) => h('option', { value, lang: title.lang }, title.text))));
    const run = (all: boolean) => {
      if (all) Object.assign(this.wanted, { project: '', layer: '', class: '', document: '' });
      this.asked = !all;
      this.search = ''; // what was typed for another list
      this.shown = STEP;
      void this.load();
      this.renderForm();
    };
    const form = h('form', { class: 'check-form', onsubmit: (e: Event) => {
      e.preventDefault();
      run(false);
    } },
      text('project'), choice('layer', layers.map((l) => [l.id, layerTitle(l.id)])),
      choice('class', classes.map((c) => [c, pick(this.options.className(c), this.options.className(c))])), text('document'),
      h('div', { class: 'button-row' }, h('button', { type: 'submit', id: 'search-run', 'data-testid': 'search-run' }, t('search_run')),
        h('button', { type: 'button', id: 'search-clear', 'data-testid': 'search-clear', class: 'small', onclick: () => run(true) }, t('search_clear'))));
    const details = h('details', { 'data-testid': 'record-search', ontoggle: (e: Event) => (this.searchOpen = (e.target as HTMLDetailsElement).open) },
      h('summary', {}, t('search_title')), form);
    details.open = this.searchOpen;
    return details;
  }

  private renderChain(): void {
    const c = this.chain;
    if (c.kind === 'none' || this.opened_) return fill(this.chainBox);
    if (c.kind === 'running') return fill(this.chainBox, h('p', { class: 'note running', role: 'status' }, t('chain_running')));
    if (c.kind === 'failed') return fill(this.chainBox, this.problem(t('records_failed'), c.error));
    const { chain } = c;
    const why = pick(chain.zh, chain.en);
    if (!chain.sound) {
      return fill(this.chainBox, h('div', { class: 'note error', role: 'alert', 'data-testid': 'chain-broken' },
        h('strong', {}, t('chain_broken', { id: chain.broken_id ?? '?' })), h('p', { lang: why.lang }, why.text)));
    }
    fill(this.chainBox, h('div', { class: 'note kept', role: 'status', 'data-testid': 'chain-sound' },
      h('strong', {}, chain.n_rows ? t('chain_sound', { n: chain.n_rows }) : t('chain_empty')),
      chain.head_sha256 ? [h('p', {}, t('chain_head'), ' ', h('span', { class: 'code', 'data-testid': 'chain-head' }, chain.head_sha256)), h('p', { class: 'muted' }, t('chain_head_hint'))] : null));
  }

  private problem(title: string, error: unknown): HTMLElement {
    const sentence = sentenceOf(error);
    return h('p', { class: 'note error', role: 'alert' }, title, h('span', { lang: sentence.lang }, sentence.text));
  }

  private renderBody(): void {
    if (this.opened_) return fill(this.body, this.card.el);
    const s = this.list;
    if (s.kind === 'none') return fill(this.body, h('p', { class: 'muted' }, t('loading')));
    if (s.kind === 'failed') return fill(this.body, this.problem(t('records_failed'), s.error));
    if (s.rows.length === 0) return fill(this.body, h('p', { class: 'muted', 'data-testid': 'records-none' }, t(this.asked ? 'records_no_match' : 'records_none')));
    const focused = this.body.contains(document.activeElement) ? document.activeElement?.id : '';
    const wanted = this.search.trim().toLowerCase();
    const rows = s.rows.filter((r) => !wanted || [r.project_name, r.officer, r.input_name, String(r.id)].some((x) => x?.toLowerCase().includes(wanted)));
    const left = rows.length - this.shown;
    const search = h('input', {
      type: 'search', id: 'records-search', 'data-testid': 'records-search', 'aria-label': t('records_search'), placeholder: t('records_search'),
      oninput: (e: Event) => {
        this.search = (e.target as HTMLInputElement).value;
        this.shown = STEP;
        this.renderBody();
      },
    });
    search.value = this.search;
    fill(
      this.body,
      h('h4', { class: 'list-title', id: 'records-title' }, t(this.asked ? 'search_found' : 'records_list', { n: s.rows.length })),
      h('div', { class: 'field' }, search),
      rows.length === 0 ? h('p', { class: 'muted' }, t('records_no_match')) : null,
      rows.length ? h('ul', { class: 'rows', 'aria-labelledby': 'records-title', 'data-testid': 'records' }, rows.slice(0, this.shown).map((r) => this.row(r))) : null,
      left > 0 ? h('button', { type: 'button', id: 'records-more', class: 'small', onclick: () => {
        this.shown += STEP;
        this.renderBody();
      } }, t('records_more', { n: left })) : null,
    );
    if (focused) document.getElementById(focused)?.focus();
  }

  private row(r: RecordRow): HTMLElement {
    const v = verdictOf(r.verdict);
    const override = r.kind === 'override';
    return h(
      'li',
      {},
      h(
        'button',
        { type: 'button', class: 'row-button record', id: `record-${r.id}`, 'data-testid': `record-${r.id}`, onclick: () => this.open(r) },
        badgeElement(v),
        h('span', { class: 'row-name' }, override ? t('record_of', { id: r.refers_to ?? '?' }) : r.project_name || r.input_name || t('record_unnamed')),
        override ? h('span', { class: 'tag' }, t('record_override')) : null,
        h('span', { class: 'muted record-when' }, t('record_no', { id: r.id }), ' · ', r.officer, ' · ', dayAndTime(r.kept_at)),
      ),
    );
  }
}
