/** A point inside a polygon, for its number. Display only. */

type Ring = readonly GeoJSON.Position[];

/** Where the rings cross a parallel, from west to east. */
function crossings(rings: readonly Ring[], y: number): number[] {
  const xs: number[] = [];
  for (const ring of rings) {
    for (let i = 0; i + 1 < ring.length; i++) {
      const [x0 = 0, y0 = 0] = ring[i] ?? [];
      const [x1 = 0, y1 = 0] = ring[i + 1] ?? [];
      if (y0 > y !== y1 > y) xs.push(x0 + ((y - y0) / (y1 - y0)) * (x1 - x0));
    }
  }
  return xs.sort((a, b) => a - b);
}

function height(polygon: readonly Ring[]): number {
  const ys = (polygon[0] ?? []).map(([, y = 0]) => y);
  return Math.max(...ys) - Math.min(...ys);
}

/** In the middle of the widest stretch inside, half-way up the tallest part; undefined: there is none. */
export function innerPoint(geometry: GeoJSON.Geometry | null): [number, number] | undefined {
  const parts = geometry?.type === 'MultiPolygon' ? geometry.coordinates : geometry?.type === 'Polygon' ? [geometry.coordinates] : [];
  const [part] = [...parts].sort((a, b) => height(b) - height(a));
  const ys = (part?.[0] ?? []).map(([, y = 0]) => y);
  if (!part || ys.length < 3) return undefined;
  const y = (Math.max(...ys) + Math.min(...ys)) / 2;
  const xs = crossings(part, y);
  let best: [number, number] | undefined;
  let width = -1;
  for (let i = 0; i + 1 < xs.length; i += 2) {
    const [west = 0, east = 0] = [xs[i], xs[i + 1]];
    if (east - west > width) [best, width] = [[(west + east) / 2, y], east - west];
  }
  return best;
}
