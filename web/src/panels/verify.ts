/** Verifying a report: the server recomputes it from the versions that it names; this shows what came of it. */

import { ApiError } from '../api';
import { verifyPaper, verifyReport, type PaperAnswer, type Verification } from '../api-records';
import { fill, h } from '../dom';
import { onLang, pick, t, type TextKey } from '../i18n';
import { sentenceOf } from '../sentence';
import { controlLayers, layerTitle } from '../control';
import { dayAndTime } from '../moment';
import { verdictOf } from '../verdict';

const FINDINGS: Record<string, { key: TextKey; tone: string; sign: string }> = {
  identical: { key: 'verify_identical', tone: 'allowed', sign: '✔' },
  differs: { key: 'verify_differs', tone: 'prohibited', sign: '✖' },
};
const CANNOT = { key: 'verify_cannot_recompute', tone: 'unknown', sign: '？' } as const;
const PAPER: Record<string, { key: TextKey; tone: string; sign: string }> = {
  genuine: { key: 'paper_genuine', tone: 'allowed', sign: '✔' },
  altered: { key: 'paper_altered', tone: 'prohibited', sign: '✖' },
};
const PAPER_UNKNOWN = { key: 'paper_unknown', tone: 'unknown', sign: '？' } as const;
const DIFFERENCES_SHOWN = 50;

/** The code has the prefix of a line's columns, because a code is small. */
function lineOf(prefix: string): string {
  const line = controlLayers().find((l) => l.prefix === prefix);
  return line ? layerTitle(line.id).text : prefix;
}

type State =
  | { kind: 'idle' }
  | { kind: 'running' }
  | { kind: 'failed'; error: unknown }
  | { kind: 'done'; finding: Verification }
  | { kind: 'paper'; answer: PaperAnswer };

export class VerifyCard {
  readonly el = h('div', { class: 'verify', 'data-testid': 'verify' });
  private state: State = { kind: 'idle' };
  private report: Blob | null = null;
  private input: File | null = null;
  private name = '';
  private turn = 0;
  /** The layers of the report's first parcel, in its order: all its parcels have the same. */
  private layers: string[] = [];

  constructor() {
    onLang(() => this.render());
  }

  clear(): void {
    this.turn += 1;
    this.state = { kind: 'idle' };
    this.render();
  }

  fail(text: string): void {
    this.turn += 1;
    this.set({ kind: 'failed', error: new ApiError(text, text, 'INPUT', 0) });
  }

  async start(report: Blob, name: string, input: File | null): Promise<void> {
    const turn = ++this.turn;
    this.report = report;
    this.name = name;
    this.input = input;
    this.set({ kind: 'running' });
    try {
      this.layers = await layersOf(report);
      const finding = await verifyReport(report, input);
      if (turn === this.turn) this.set({ kind: 'done', finding });
    } catch (error) {
      if (turn === this.turn) this.set({ kind: 'failed', error });
    }
  }

  /** A PDF or a workbook as it was given out; the text of a code, or a number. */
  async startPaper(paper: Blob, name: string): Promise<void> {
    const turn = ++this.turn;
    this.name = name;
    this.input = null;
    this.set({ kind: 'running' });
    try {
      const answer = await verifyPaper(paper);
      if (turn === this.turn) this.set({ kind: 'paper', answer });
    } catch (error) {
      if (turn === this.turn) this.set({ kind: 'failed', error });
    }
  }

  private set(state: State): void {
    this.state = state;
    this.render();
  }

  private render(): void {
    const s = this.state;
    if (s.kind === 'idle') fill(this.el);
    else if (s.kind === 'running') fill(this.el, h('p', { class: 'note running', role: 'status' }, t('verify_running')));
    else if (s.kind === 'failed') {
      const sentence = sentenceOf(s.error);
      fill(this.el, h('p', { class: 'note error', role: 'alert', 'data-testid': 'verify-error' }, t('verify_failed'), h('span', { lang: sentence.lang }, sentence.text)));
    } else fill(this.el, s.kind === 'paper' ? this.paper(s.answer) : this.finding(s.finding));
  }

  private finding(v: Verification): HTMLElement {
    const f = FINDINGS[v.finding] ?? CANNOT; // whatever is not known is no confirmation
    const rows = differing(v);
    const more = rows.length - DIFFERENCES_SHOWN;
    return h(
      'div',
      { class: `verdict v-${f.tone}`, role: 'status', 'data-testid': 'verify-result', 'data-finding': v.finding },
      h('div', { class: 'verdict-line' },
        h('strong', { class: 'badge' }, h('span', { 'aria-hidden': 'true' }, f.sign), t(f.key)),
        h('span', { class: 'for' }, t('verify_of', { name: this.name }), this.input ? ` ${t('verify_with', { name: this.input.name })}` : '')),
      v.record_id ? h('p', { class: 'muted' }, t('verify_record', { id: v.record_id })) : null,
      this.sentences('verify_missing', v.missing),
      f === CANNOT && !this.input ? this.inputButton() : null,
      v.differences?.length ? h(
        'table',
        { class: 'mini differences', 'data-testid': 'verify-differences' },
        h('caption', {}, t('verify_differences', { n: v.n_differences ?? rows.length })),
        h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, t('verify_path')), h('th', { scope: 'col' }, t('verify_reported')), h('th', { scope: 'col' }, t('verify_found')))),
        h('tbody', {}, rows.slice(0, DIFFERENCES_SHOWN).map((d) => h('tr', {}, h('th', { scope: 'row', title: d.path }, pathWords(d.path, this.layers)), h('td', {}, d.reported), h('td', {}, d.found)))),
      ) : null,
      more > 0 ? h('p', { class: 'muted' }, t('verify_more', { n: more })) : null,
      this.sentences('verify_notes', v.notes),
    );
  }

  private paper(p: PaperAnswer): HTMLElement {
    const f = PAPER[p.finding] ?? PAPER_UNKNOWN; // whatever is not known is no confirmation
    const s = p.statement;
    const rows: [TextKey, string][] = [];
    if (s) {
      rows.push(['paper_number', s.number], ['paper_kept_at', dayAndTime(s.kept_at)], ['path_verdict', t(`v_${verdictOf(s.verdict)}`)], ['paper_area', s.parcel_m2]);
      rows.push(['paper_in_lines', Object.entries(s.areas_m2).map(([line, area]) => `${lineOf(line)} ${area}`).join('；')]);
    }
    if (p.record) {
      rows.push(['paper_record', String(p.record.id)], ['path_officer', p.record.officer], ['paper_project', p.record.project_name]);
      if (!s) rows.push(['paper_kept_at', dayAndTime(p.record.kept_at)], ['path_verdict', t(`v_${verdictOf(p.record.verdict)}`)]);
    }
    return h(
      'div',
      { class: `verdict v-${f.tone}`, role: 'status', 'data-testid': 'paper-result', 'data-finding': p.finding },
      h('div', { class: 'verdict-line' },
        h('strong', { class: 'badge' }, h('span', { 'aria-hidden': 'true' }, f.sign), t(f.key)),
        h('span', { class: 'for' }, t('verify_of', { name: this.name }))),
      this.sentences('verify_notes', p.notes),
      rows.length ? h('table', { class: 'mini differences', 'data-testid': 'paper-facts' }, h('caption', {}, t('paper_compare')),
        h('tbody', {}, rows.map(([key, value]) => h('tr', {}, h('th', { scope: 'row' }, t(key)), h('td', {}, value))))) : null,
    );
  }

  private sentences(title: TextKey, list: { zh: string; en: string }[] | undefined): HTMLElement | null {
    if (!list?.length) return null;
    return h('div', { class: 'sentences' }, h('strong', {}, t(title)), h('ul', {}, list.map((s) => {
      const text = pick(s.zh, s.en);
      return h('li', { lang: text.lang }, text.text);
    })));
  }

  private inputButton(): HTMLElement {
    const file = h('input', {
      type: 'file', class: 'visually-hidden', tabindex: -1, 'data-testid': 'verify-input', 'aria-label': t('verify_add_input'),
      onchange: (e: Event) => {
        const chosen = (e.target as HTMLInputElement).files?.[0];
        if (chosen && this.report) void this.start(this.report, this.name, chosen);
      },
    });
    return h('div', {}, file, h('button', { type: 'button', id: 'verify-input-button', onclick: () => file.click() }, t('verify_add_input')));
  }
}

/** The same place may differ from what was recomputed and from what was kept: with the same value it is said once. */
function differing(v: Verification): { path: string; reported: string; found: string }[] {
  const seen = new Set<string>();
  return (v.differences ?? []).filter((d) => {
    const key = JSON.stringify([d.path, d.reported, d.found]);
    return !seen.has(key) && seen.add(key);
  });
}

const WORDS: Record<string, TextKey> = {
  parcels: 'path_parcels', claims: 'claims_made', layers: 'path_layers', features: 'path_features', zones: 'path_zones', rules: 'path_rules', area_m2: 'path_area',
  share: 'path_share', verdict: 'path_verdict', status: 'path_status', name: 'path_name', version: 'path_version', officer: 'path_officer',
};

/** What is no report is the server's to refuse: here it only has no layers. */
async function layersOf(report: Blob): Promise<string[]> {
  try {
    const { parcels } = JSON.parse(await report.text()) as { parcels?: { layers?: { layer?: unknown }[] }[] };
    return (parcels?.[0]?.layers ?? []).map((l) => String(l.layer ?? ''));
  } catch {
    return [];
  }
}

/** "parcels[0].layers[1].area_m2" in words, given the layers of the report; what has none stays as it is. */
export function pathWords(path: string, layers: readonly string[]): string {
  return path
    .split('.')
    .map((part) => {
      const [, name = part, index] = /^(\w+)\[(\d+)\]$/.exec(part) ?? [];
      const layer = name === 'layers' && index !== undefined ? layers[Number(index)] : undefined;
      if (layer) return layerTitle(layer).text;
      const word = WORDS[name];
      return (word ? t(word) : name) + (index === undefined ? '' : ` ${Number(index) + 1}`);
    })
    .join(' · ');
}
