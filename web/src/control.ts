/** The control layers of this server (`/layers`): which there are, in which order, what each is and how it is drawn. The page
 * itself names none; whoever wants to know what a layer is asks its relation. */

import type { ControlLayer, ControlZone, LayerFinding, Quote, Relation, Screen } from './api';
import { pick, plainTitle } from './i18n';

let layers: readonly ControlLayer[] = [];

export function setControlLayers(list: readonly ControlLayer[]): void {
  layers = list;
}

/** In the order of reports and legends. */
export function controlLayers(): readonly ControlLayer[] {
  return layers;
}

export function controlLayer(id: string | undefined): ControlLayer | undefined {
  return layers.find((l) => l.id === id);
}

/** The layers without whose data no verdict is complete. */
export function mustLayers(): string[] {
  return layers.filter((l) => l.must).map((l) => l.id);
}

/** What a report says of itself comes first; what nobody knows is taken as pressed on, the stricter reading. */
export function relationOf(id: string | undefined, finding?: LayerFinding): Relation {
  const said = finding?.relation ?? controlLayer(id)?.relation;
  return said === 'contain' || said === 'classify' ? said : 'exclude';
}

export function layerTitle(id: string, finding?: LayerFinding): { text: string; lang: string } {
  const l = controlLayer(id);
  const title = plainTitle(pick(finding?.title_zh || l?.title_zh, finding?.title_en || l?.title_en));
  return title.text ? title : { text: id, lang: 'en' };
}

export function shortTitle(id: string): string {
  const l = controlLayer(id);
  return (l && pick(l.short_zh, l.short_en).text) || layerTitle(id).text;
}

/** The space that some layer belongs in, by the space's own layer. */
export function spaceOf(id: string): { screen?: Screen | null; quotes?: Quote[]; at: number } | undefined {
  const at = layers.findIndex((l) => l.space?.layer === id);
  const space = layers[at]?.space;
  return space ? { screen: space.screen ?? null, quotes: space.quotes ?? [], at } : undefined;
}

/** What published texts say of a layer or a space. */
export function quotesOf(id: string): Quote[] {
  return controlLayer(id)?.quotes ?? spaceOf(id)?.quotes ?? [];
}

/** The zone to which a feature belongs by the name or code of its own zone: the first that fits, as the server has it. */
export function zoneOf(id: string, zone: string): ControlZone | undefined {
  return controlLayer(id)?.zones?.find((z) => {
    if (z.zh === zone) return true;
    if (z.codes?.length) return z.codes.some((code) => zone.startsWith(code));
    return zone.includes(z.has ?? '') && !(z.has_not ?? []).some((no) => zone.includes(no));
  });
}

/** The name of a zone, or of what lies outside them all, in the page's language; what is not known stays as it is. */
export function zoneTitle(id: string, zone: string, zh?: string): { text: string; lang: string } {
  const l = controlLayer(id);
  if (zone && zone === l?.outside) return pick(zone, capital(l.outside_en));
  const known = l?.zones?.find((z) => z.zh === (zh || zone)) ?? zoneOf(id, zone);
  return pick(zh || zone, capital(known?.en));
}

function capital(text: string | undefined): string {
  return text ? text.charAt(0).toUpperCase() + text.slice(1) : '';
}
