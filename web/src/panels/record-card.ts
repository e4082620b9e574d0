/** One kept check, opened: what was found, by which data, what officers said of it, and its verification. */

import { ownTitle, whyNot } from '../access';
import { ApiError } from '../api';
import { addOverride, getRecord, recordInputHref, recordReport, recordReportHref, type RecordRow, type WholeRecord } from '../api-records';
import { badgeElement } from '../badge';
import { fill, h } from '../dom';
import { drawn } from '../component';
import { onLang, pick, t } from '../i18n';
import { dayAndTime } from '../moment';
import { sentenceOf } from '../sentence';
import { VERDICTS, VERDICT_SIGN, examinedIn, isComplete, shownVerdict, verdictOf, worstFirst } from '../verdict';
import { layerTitle } from '../control';
import { claimWords, linesTable } from './report-layer';
import { VerifyCard } from './verify';

const PARCELS_SHOWN = 20;

export interface RecordCardOptions {
  className: (id: string | undefined) => string;
  /** The title of a layer, by its id. */
  layerName: (id: string) => string;
  onBack: () => void;
  /** An override was added. */
  onAdded: () => void;
  /** Shows the parcels of the kept file on the map. */
  onLook: (record: WholeRecord) => Promise<void>;
}

type Message = { ok: boolean; title?: string; text: string; lang: string } | null;

export class RecordCard {
  readonly el = h('div', { class: 'record-card', 'data-testid': 'record-card' });
  private readonly verify = new VerifyCard();
  private id = 0;
  private whole: WholeRecord | null = null;
  private keeps = true;
  private formOpen = false;
  private draft = { verdict: '', reason: '', officer: '' };
  private busy = false;
  private message: Message = null;

  constructor(private readonly options: RecordCardOptions) {
    onLang(() => this.render());
  }

  setKeeps(keeps: boolean): void {
    this.keeps = keeps;
    this.render();
  }

  open(id: number): void {
    this.id = id;
    this.draft = { ...this.draft, verdict: '', reason: '' }; // nobody's reason must end up beside another check
    this.message = null;
    this.formOpen = false;
    this.verify.clear();
    void this.load();
  }

  close(): void {
    this.id = 0;
    this.whole = null;
    this.verify.clear();
  }

  private async load(): Promise<void> {
    const { id } = this;
    this.whole = null;
    fill(this.el, this.back(), h('p', { class: 'muted' }, t('loading')));
    document.getElementById('record-back')?.focus();
    try {
      const whole = await getRecord(id);
      if (id !== this.id) return;
      this.whole = whole;
      this.render();
    } catch (error) {
      if (id !== this.id) return;
      const sentence = sentenceOf(error);
      fill(this.el, this.back(), h('p', { class: 'note error', role: 'alert' }, t('records_failed'), h('span', { lang: sentence.lang }, sentence.text)));
    }
  }

  private back(): HTMLElement {
    return h('button', { type: 'button', id: 'record-back', class: 'small', 'data-testid': 'record-back', onclick: this.options.onBack }, `← ${t('record_back')}`);
  }

  private async runVerify(): Promise<void> {
    const { id } = this;
    try {
      const report = await recordReport(id); // the kept bytes
      if (id === this.id) await this.verify.start(report, t('record_no', { id }), null);
    } catch (error) {
      if (id === this.id) this.say(false, error, t('verify_failed'));
    }
  }

  private async look(w: WholeRecord): Promise<void> {
    try {
      await this.options.onLook(w);
    } catch (error) {
      if (w.record.id === this.id) this.say(false, error, t('record_look_failed'));
    }
  }

  private say(ok: boolean, error: unknown, title = t('override_failed')): void {
    const sentence = typeof error === 'string' ? pick(error, error) : sentenceOf(error);
    this.message = { ok, title, ...sentence };
    this.render();
  }

  private async runOverride(): Promise<void> {
    const { id } = this;
    const { verdict, reason, officer } = this.draft;
    if (!verdict || !reason.trim() || !officer.trim()) return this.say(false, new ApiError(t('override_need'), t('override_need'), 'INPUT', 0));
    this.busy = true;
    this.render();
    try {
      const row = await addOverride(id, { verdict, reason: reason.trim(), officer: officer.trim() });
      this.busy = false;
      this.draft = { ...this.draft, verdict: '', reason: '' };
      this.options.onAdded();
      if (id !== this.id) return;
      this.formOpen = false;
      this.whole = await getRecord(id);
      this.message = { ok: true, ...pick(t('override_done', { id: row.id }), t('override_done', { id: row.id })) };
      this.render();
    } catch (error) {
      this.busy = false;
      if (id === this.id) this.say(false, error);
    }
  }

  // ---- what it looks like

  private render(): void {
    const w = this.whole;
    if (!w || !this.id) return;
    const focused = this.el.contains(document.activeElement) ? document.activeElement?.id : '';
    const r = w.record;
    fill(
      this.el,
      this.back(),
      h('h3', { class: 'audit-title' }, t('record_no', { id: r.id }), ' · ', r.project_name || r.input_name || t('record_unnamed')),
      this.verdictLine(t('record_machine'), r.verdict, w.report?.summary_zh ?? null, 'machine-verdict'),
      w.overrides.map((o) => this.override(o)),
      w.report?.synthetic ? h('p', { class: 'sample-line' }, t('synthetic_notice')) : null,
      this.message ? h('p', { class: `note ${this.message.ok ? 'kept' : 'error'}`, role: this.message.ok ? 'status' : 'alert', 'data-testid': 'override-state' },
        this.message.ok ? null : this.message.title, h('span', { lang: this.message.lang }, this.message.text)) : null,
      h('div', { class: 'actions' },
        h('button', { type: 'button', id: 'record-verify', 'data-testid': 'record-verify', onclick: () => void this.runVerify() }, t('record_verify')),
        h('button', { type: 'button', id: 'record-look', 'data-testid': 'record-look', onclick: () => void this.look(w) }, t('r_zoom')),
        h('a', { class: 'button', href: recordReportHref(r.id), download: true, 'data-testid': 'record-report' }, t('record_report')),
        h('a', { class: 'button', href: recordInputHref(r.id), download: r.input_name || true, 'data-testid': 'record-input' }, t('record_input'))),
      this.verify.el,
      this.facts(w),
      this.parcels(w),
      this.keeps ? this.form() : whyNot('override'),
    );
    if (focused) document.getElementById(focused)?.focus();
  }

  private verdictLine(who: string, verdict: string | undefined, text: string | null, testid: string): HTMLElement {
    const v = verdictOf(verdict);
    return h(
      'div',
      { class: `verdict v-${v}`, 'data-testid': testid, 'data-verdict': v },
      h('div', { class: 'verdict-line' },
        h('span', { class: 'muted' }, who),
        h('strong', { class: 'badge' }, h('span', { 'aria-hidden': 'true' }, VERDICT_SIGN[v]), t(`v_${v}`))),
      text ? h('p', { lang: 'zh-CN' }, text) : null,
    );
  }

  private override(o: RecordRow): HTMLElement {
    const el = this.verdictLine(`${t('record_officer_says')} · ${o.officer ?? ''}`, o.verdict, null, `override-${o.id}`);
    el.append(
      h('p', {}, h('span', { class: 'muted' }, `${t('record_reason')}${t('colon')}`), h('span', { lang: 'zh-CN' }, o.reason ?? '')),
      h('p', { class: 'muted' }, `${t('record_no', { id: o.id })} · ${dayAndTime(o.kept_at)}`),
    );
    return el;
  }

  private facts(w: WholeRecord): HTMLElement {
    const r = w.record;
    const claims = w.report?.claims ?? [];
    const row = (label: string, value: string | undefined, code = false) =>
      value ? [h('dt', {}, label), h('dd', { class: code ? 'code' : null }, value)] : null;
    const layers = (r.layers ?? []).map((l) => `${this.options.layerName(l.layer ?? '')} ${t('layer_version', { v: l.version ?? '?' })}${l.effective_from ? ` · ${l.effective_from}` : ''}`);
    return h(
      'dl',
      { class: 'facts' },
      row(t('keep_officer'), r.officer),
      r.person ? row(t('who_label'), r.person) : null,
      row(t('record_time'), dayAndTime(r.kept_at)),
      row(t('p_code'), w.report?.project?.code),
      row(t('p_builder'), w.report?.project?.builder),
      row(t('check_class'), this.options.className(r.project_class)),
      claims.length ? [h('dt', {}, t('claims_made')), h('dd', { 'data-testid': 'record-claims' }, claims.map((c) => h('div', {}, `${layerTitle(c.layer ?? '').text}${t('colon')}${claimWords(c).text}`)))] : null,
      row(t('record_file'), r.input_name),
      layers.length ? [h('dt', {}, t('record_layers')), h('dd', {}, layers.map((l) => h('div', {}, l)))] : null,
      row(t('record_rules'), r.rules_sha256?.slice(0, 16), true),
      row(t('record_seal'), r.sha256, true),
    );
  }

  private parcels(w: WholeRecord): HTMLElement | null {
    const parcels = w.report?.parcels ?? [];
    if (parcels.length === 0) return null;
    const examined = examinedIn(w.report ?? {});
    const order = worstFirst(parcels, examined);
    return h(
      'section',
      { class: 'record-parcels' },
      h('h4', {}, t('r_parcels', { n: parcels.length })),
      order.slice(0, PARCELS_SHOWN).map((i, at) => {
        const p = parcels[i] ?? {};
        const v = shownVerdict(p, examined);
        return h('details', { open: at === 0 },
          h('summary', {}, badgeElement(v), ' ', p.name || p.id || t('unnamed')),
          isComplete(p, examined) ? null : h('p', { class: 'incomplete' }, t('r_incomplete')),
          drawn(linesTable(p, examined)));
      }),
      order.length > PARCELS_SHOWN ? h('p', { class: 'muted' }, t('r_features_more', { n: order.length - PARCELS_SHOWN })) : null,
    );
  }

  private form(): HTMLElement {
    const officer = h('input', { type: 'text', id: 'override-officer', maxlength: 80, autocomplete: 'off', 'data-testid': 'override-officer',
      oninput: (e: Event) => (this.draft.officer = (e.target as HTMLInputElement).value) });
    this.draft.officer ||= ownTitle();
    officer.value = this.draft.officer;
    const select = h('select', { id: 'override-verdict', 'data-testid': 'override-verdict', onchange: (e: Event) => (this.draft.verdict = (e.target as HTMLSelectElement).value) },
      h('option', { value: '' }, t('override_choose')), VERDICTS.map((v) => h('option', { value: v }, t(`v_${v}`))));
    select.value = this.draft.verdict;
    const reason = h('textarea', { id: 'override-reason', rows: 3, maxlength: 1200, 'data-testid': 'override-reason',
      oninput: (e: Event) => (this.draft.reason = (e.target as HTMLTextAreaElement).value) });
    reason.value = this.draft.reason;
    const details = h(
      'details',
      { class: 'override', 'data-testid': 'override', ontoggle: (e: Event) => (this.formOpen = (e.target as HTMLDetailsElement).open) },
      h('summary', {}, t('override_title')),
      h('p', { class: 'muted' }, t('override_hint')),
      h('div', { class: 'field' }, h('label', { for: 'override-officer' }, t('keep_officer')), officer),
      h('div', { class: 'field' }, h('label', { for: 'override-verdict' }, t('override_verdict')), select),
      h('label', { for: 'override-reason' }, t('override_reason')),
      reason,
      h('button', { type: 'button', id: 'override-run', 'data-testid': 'override-run', disabled: this.busy, onclick: () => void this.runOverride() }, t('override_run')),
    );
    details.open = this.formOpen;
    return details;
  }
}
