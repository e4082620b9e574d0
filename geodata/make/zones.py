"""The three spaces 城镇空间 / 农业空间 / 生态空间: coarse, SYNTHETIC, together the whole region, never overlapping."""
import numpy as np
from scipy.ndimage import gaussian_filter
from shapely.geometry import LineString, MultiPoint, Point, Polygon
from shapely.ops import unary_union
from shapely.prepared import prep

import contourpy
from common import SYNTHETIC, area_m2, as_multi, log, path, polygons, rounded, write_gpkg
from lines import _contour
from shapes import Lookup, boundary_lines, faces

FIELDS = [('BSM', 18), ('XZQDM', 12), ('XZQMC', 100), ('KJLX', 20), ('MJ', None), ('BZ', 255)]
KINDS = [('CZKJ', '城镇空间'), ('NYKJ', '农业空间'), ('STKJ', '生态空间')]
COARSE = 12                # field cells to one cell of the coarse grid


def _hulls(rows, key, widen):
    groups = {}
    for g, v in rows:
        groups.setdefault(key(g, v), []).append(g)
    hulls = [unary_union(gs).convex_hull.buffer(widen, 3) for gs in groups.values()]
    return [p for p in polygons(unary_union(hulls))]


def make(outline, prefs, parts, field, level, rows, plots):
    """One feature per prefecture and space. Urban: hulls about the boundaries; agricultural: hulls about the clusters of
    plots and the low ground of the smoothed ecology field; ecological: the rest."""
    x, y, f = field
    soft = gaussian_filter(f, COARSE * 0.8)[::COARSE, ::COARSE]
    low = [Polygon(p[0], p[1:]) for p in _contour(x[::COARSE], y[::COARSE], -soft, -(level - 0.75))]
    town = _hulls(rows['CZKFBJ'][:len(rows['CZKFBJ'])], lambda g, v: v['XZQDM'], 0.004)
    farm = _hulls([(g, k) for g, k in plots], lambda g, k: k, 0.006)
    rim = boundary_lines([outline])
    cuts = [l.simplify(0.01) for l in boundary_lines(parts)]
    inside, which = prep(outline), Lookup(parts)
    in_town, in_farm, in_low = Lookup(town), Lookup(farm), Lookup(low)
    groups = {}
    for face in faces(rim + cuts + boundary_lines(town + farm + low)):
        p = face.representative_point()
        if not inside.contains(p):
            continue
        i = which.containing(p)
        if i is None:
            i = min(range(len(parts)), key=lambda j: parts[j].distance(p))
        k = 0 if in_town.containing(p) is not None else 1 if in_farm.containing(p) is not None or in_low.containing(p) is not None else 2
        groups.setdefault((k, i), []).append(face)
    out = {code: [] for code, _ in KINDS}
    for (k, i), group in sorted(groups.items()):
        g, v = rounded(unary_union(group)), prefs[i][1]
        assert g.is_valid
        code, name = KINDS[k]
        out[code].append((g, {'BSM': '%s901%d%08d' % (v['XZQDM'], k, len(out[code]) + 1), 'XZQDM': v['XZQDM'],
                              'XZQMC': v['XZQMC'], 'KJLX': name, 'MJ': round(area_m2(g), 2), 'BZ': SYNTHETIC}))
    whole = area_m2(outline)
    share = {c: sum(v['MJ'] for _, v in r) / whole * 100 for c, r in out.items()}
    assert abs(sum(share.values()) - 100) < 1e-6, share
    flat = [g for code, _ in KINDS for g, _ in out[code]]
    for a in range(len(flat)):
        for b in range(a):
            if flat[a].intersects(flat[b]):
                m2 = area_m2(flat[a].intersection(flat[b]))
                assert m2 < 1e-3, (a, b, m2)
    red = [g for g, _ in rows['STBHHX']]
    eco = unary_union([g for g, _ in out['STKJ']])
    held = sum(area_m2(g.intersection(eco)) for g in red) / sum(area_m2(g) for g in red)
    log('zones: %s %% of the region; ecological space holds %.1f %% of the red line' % (
        ', '.join('%s %.2f' % t for t in share.items()), held * 100))
    for code, name in KINDS:
        write_gpkg(path('zones', code + '.gpkg'), code, name + '（示例）', FIELDS, out[code])
    return out
