/** The versions of a layer: since when, by which document, from which file, and where each claims to be complete. */

import { getVersions, type LayerVersion } from '../api';
import { fill, h } from '../dom';
import { fixed, hectares } from '../format';
import { t, type TextKey } from '../i18n';
import { sentenceOf } from '../sentence';

const STATUS: Record<string, TextKey> = { current: 'version_current', retired: 'version_retired', draft: 'version_draft' };

export async function showVersions(collection: string, box: HTMLElement): Promise<void> {
  fill(box, t('loading'));
  try {
    fill(box, (await getVersions(collection)).map(version));
  } catch (error) {
    const sentence = sentenceOf(error);
    fill(box, h('p', { class: 'note error', lang: sentence.lang }, sentence.text));
  }
}

function version(v: LayerVersion): HTMLElement {
  const row = (label: TextKey, value: string | undefined) => (value ? [h('dt', {}, t(label)), h('dd', {}, value)] : null);
  const status = STATUS[v.status];
  return h(
    'section',
    { class: `version ${v.status === 'current' ? 'is-current' : ''}`, 'data-testid': 'version' },
    h('h4', {}, t('layer_version', { v: v.version }), ' ', status ? h('span', { class: 'tag' }, t(status)) : null, v.synthetic ? h('span', { class: 'tag sample' }, t('synthetic_label')) : null),
    h(
      'dl',
      {},
      row('version_effective', [v.effective_from || t('version_no_date'), v.effective_to ? t('version_until', { day: v.effective_to }) : ''].filter(Boolean).join(' ')),
      row('version_document', v.document_no || t('version_no_document')),
      row('version_source', v.source_name),
      row('version_imported', [v.imported_at?.slice(0, 10), v.imported_by].filter(Boolean).join(' ')),
      row('version_content', [t('layer_count', { n: fixed(v.n_features, 0) }), typeof v.area_m2 === 'number' ? `${hectares(v.area_m2)} ${t('r_ha')}` : ''].filter(Boolean).join(' · ')),
      row('version_coverage', v.coverage ? t('version_covers', { ha: hectares(v.coverage.area_m2) }) : t('version_no_coverage')),
    ),
    v.n_refused ? h('p', { class: 'note warn' }, t('version_refused', { n: fixed(v.n_refused, 0) })) : null,
  );
}
