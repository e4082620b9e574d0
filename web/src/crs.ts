/** Which CRS an officer can name for a file that states none, and when to ask. */

/** The 3-degree zones in question here, Inner Mongolia with room on either side: central meridians 96° to 126°. */
export const ZONES_3: readonly number[] = Array.from({ length: 11 }, (_, i) => 32 + i);

/** CGCS2000 3-degree Gauss-Kruger: eastings with the zone number in front (4513…) or without (4534…). */
export function epsgOfZone(zone: number, prefix: boolean): number {
  return (prefix ? 4513 : 4534) + zone - 25;
}

/** Refusals that a named CRS answers. A file that contradicts itself, or states a wrong CRS, must be corrected instead. */
const MISSING = new Set(['crs-missing', 'source-crs-missing', 'zone-missing', 'txt-zone-missing', 'geojson-crs-missing']);
/** Refusals of the CRS that was named: choose again. */
const WRONG_CHOICE = new Set(['crs-conflict', 'source-crs-conflict', 'zone-conflict', 'point-outside-crs', 'crs-option', 'crs-unsupported']);

export function asksForCrs(code: string, chosen: number | undefined): boolean {
  return MISSING.has(code) || (chosen !== undefined && WRONG_CHOICE.has(code));
}

/** Can the officer simply name another zone? Only where he named one before, and the eastings carry none themselves: what the file
 * states must be corrected in the file. */
export function mayRename(chosen: number | undefined, other: number): boolean {
  const plain = (other >= 4534 && other <= 4554) || (other >= 4502 && other <= 4512);
  return chosen !== undefined && plain;
}
