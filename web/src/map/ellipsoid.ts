/** What the map says of a place without asking the server: the plane coordinates of a 3-degree zone, the length of a line and the area
 * of a polygon on the ellipsoid of CGCS2000. For looking and measuring by hand; what counts is what a check answers.
 *
 * Lengths are geodesics (Vincenty); areas have edges straight in longitude and latitude and are integrated as geo/area.c does. */

const A = 6378137;
const F = 1 / 298.257222101;
const E2 = F * (2 - F);
const E = Math.sqrt(E2);
const RAD = Math.PI / 180;

export type LonLat = readonly [number, number];

/** The 3-degree zone of a longitude: 111.7 → 37. */
export function zoneOfLon(lon: number): number {
  return Math.floor((lon + 1.5) / 3);
}

const N = F / (2 - F);
const RADIUS = (A / (1 + N)) * (1 + N ** 2 / 4 + N ** 4 / 64);
const ALPHA = [
  N / 2 - (2 * N ** 2) / 3 + (5 * N ** 3) / 16 + (41 * N ** 4) / 180,
  (13 * N ** 2) / 48 - (3 * N ** 3) / 5 + (557 * N ** 4) / 1440,
  (61 * N ** 3) / 240 - (103 * N ** 4) / 140,
  (49561 * N ** 4) / 161280,
];

/** Easting, with the zone before it, and northing (Krüger's series). */
export function toZone([lon, lat]: LonLat): { zone: number; east: number; north: number } {
  const zone = zoneOfLon(lon);
  const dl = (lon - 3 * zone) * RAD;
  const s = Math.sin(lat * RAD);
  const t = Math.sinh(Math.atanh(s) - E * Math.atanh(E * s));
  const xi = Math.atan2(t, Math.cos(dl));
  const eta = Math.atanh(Math.sin(dl) / Math.hypot(1, t));
  const sum = (f: (k: number) => number) => ALPHA.reduce((total, a, i) => total + a * f(2 * (i + 1)), 0);
  const north = RADIUS * (xi + sum((k) => Math.sin(k * xi) * Math.cosh(k * eta)));
  const east = RADIUS * (eta + sum((k) => Math.cos(k * xi) * Math.sinh(k * eta)));
  return { zone, east: zone * 1e6 + 5e5 + east, north };
}

/** Metres between two points; NaN where the iteration does not end (almost opposite points of the globe). */
export function distance([lon1, lat1]: LonLat, [lon2, lat2]: LonLat): number {
  const b = A * (1 - F);
  const u1 = Math.atan((1 - F) * Math.tan(lat1 * RAD));
  const u2 = Math.atan((1 - F) * Math.tan(lat2 * RAD));
  const [s1, c1, s2, c2] = [Math.sin(u1), Math.cos(u1), Math.sin(u2), Math.cos(u2)];
  const dl = (lon2 - lon1) * RAD;
  let lambda = dl;
  for (let i = 0; i < 100; i++) {
    const [sl, cl] = [Math.sin(lambda), Math.cos(lambda)];
    const sinSigma = Math.hypot(c2 * sl, c1 * s2 - s1 * c2 * cl);
    if (sinSigma === 0) return 0;
    const cosSigma = s1 * s2 + c1 * c2 * cl;
    const sigma = Math.atan2(sinSigma, cosSigma);
    const sinAlpha = (c1 * c2 * sl) / sinSigma;
    const cos2Alpha = 1 - sinAlpha ** 2;
    const cos2m = cos2Alpha ? cosSigma - (2 * s1 * s2) / cos2Alpha : 0;
    const c = (F / 16) * cos2Alpha * (4 + F * (4 - 3 * cos2Alpha));
    const before = lambda;
    lambda = dl + (1 - c) * F * sinAlpha * (sigma + c * sinSigma * (cos2m + c * cosSigma * (2 * cos2m ** 2 - 1)));
    if (Math.abs(lambda - before) > 1e-13) continue;
    const k = (cos2Alpha * (A ** 2 - b ** 2)) / b ** 2;
    const bigA = 1 + (k / 16384) * (4096 + k * (k * (320 - 175 * k) - 768));
    const bigB = (k / 1024) * (256 + k * (k * (74 - 47 * k) - 128));
    const correction = bigB * sinSigma * (cos2m + (bigB / 4) * (cosSigma * (2 * cos2m ** 2 - 1) - (bigB / 6) * cos2m * (4 * sinSigma ** 2 - 3) * (4 * cos2m ** 2 - 3)));
    return b * bigA * (sigma - correction);
  }
  return NaN;
}

export function lengthOf(line: readonly LonLat[]): number {
  return line.slice(1).reduce((sum, p, i) => sum + distance(line[i] as LonLat, p), 0);
}

/** Square metres per radian of longitude between the equator and a latitude. */
function beltTo(lat: number): number {
  const s = Math.sin(lat);
  return ((A * A * (1 - E2)) / 2) * (s / (1 - E2 * s * s) + Math.atanh(E * s) / E);
}

// Gauss-Legendre, six nodes.
const NODES = [0.2386191860831969, 0.6612093864662645, 0.9324695142031521];
const WEIGHTS = [0.467913934572691, 0.3607615730481386, 0.1713244923791704];

/** Square metres within a ring, open or closed; relative to its first latitude, so that a small one far from the equator keeps its digits. */
export function areaOf(ring: readonly LonLat[]): number {
  const first = ring[0];
  if (!first || ring.length < 3) return 0;
  const zero = beltTo(first[1] * RAD);
  const total = ring.reduce((sum, [lon, lat], i) => {
    const [lon2, lat2] = ring[(i + 1) % ring.length] as LonLat;
    const [mid, half] = [((lat + lat2) / 2) * RAD, ((lat2 - lat) / 2) * RAD];
    const mean = NODES.reduce((m, x, k) => m + ((WEIGHTS[k] ?? 0) * (beltTo(mid + half * x) + beltTo(mid - half * x) - 2 * zero)) / 2, 0);
    return sum + (lon2 - lon) * RAD * mean;
  }, 0);
  return Math.abs(total);
}
