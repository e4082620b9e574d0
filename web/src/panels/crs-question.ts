/** The CRS that a file does not state: the officer names it, and the same bytes are sent again with it. */

import { ZONES_3, epsgOfZone } from '../crs';
import { h } from '../dom';
import { t } from '../i18n';

/** `code` is the refusal's; `epsg` what was named before. */
export function crsQuestion(id: string, code: string, epsg: number | undefined, send: (epsg: number) => void): HTMLElement {
  const plain = h('optgroup', { label: t('crs_plain') }, ZONES_3.map((z) => crsOption(z, false)));
  const prefixed = h('optgroup', { label: t('crs_prefixed') }, ZONES_3.map((z) => crsOption(z, true)));
  const select = h(
    'select',
    { id: `${id}-select`, 'data-testid': `${id}-select`, onchange: () => (button.disabled = select.value === '') },
    h('option', { value: '' }, t('crs_choose')),
    h('option', { value: 4490 }, t('crs_degrees')),
    // 缺带号 means that the eastings have no prefix.
    code.endsWith('zone-missing') || code === 'geojson-crs-missing' ? [plain, prefixed] : [prefixed, plain],
  );
  const button = h('button', {
    type: 'button', id: `${id}-send`, 'data-testid': `${id}-send`, onclick: () => send(Number(select.value)),
  }, t('crs_send'));
  if (epsg) select.value = String(epsg);
  button.disabled = select.value === '';
  return h('div', { class: 'field' }, h('label', { for: `${id}-select`, class: 'visually-hidden' }, t('crs_label')), select, button);
}

function crsOption(zone: number, prefix: boolean): HTMLElement {
  const epsg = epsgOfZone(zone, prefix);
  return h('option', { value: epsg }, t('crs_zone', { zone, meridian: zone * 3, epsg }));
}
