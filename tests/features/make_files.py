"""The same few plots in every format that the sandboxed child reads, made by GDAL and by hand."""
import os
import zipfile

from osgeo import gdal, ogr, osr

gdal.UseExceptions()
PLOTS = [('150821001001GB00001', '示例甲', 107.5488, 40.9479), ('150821001001GB00002', '示例乙', 107.5588, 40.9479),
         ('150821001001GB00003', '示例丙', 107.5688, 40.9479)]
KML = ('<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>示例</name>'
       '%s</Document></kml>')


def ring(west, south, size=0.001):
    return [(west, south), (west + size, south), (west + size, south + size), (west, south + size), (west, south)]


def polygon_wkt(west, south):
    return 'POLYGON((' + ','.join('%.7f %.7f' % p for p in ring(west, south)) + '))'


def coordinates(points, between=' '):
    return between.join('%.7f,%.7f,0' % p for p in points)


def placemark(name, body, data=''):
    return f'<Placemark><name>{name}</name>{data}{body}</Placemark>\n'


def kml_polygon(west, south, holes=''):
    return ('<Polygon><outerBoundaryIs><LinearRing><coordinates>' + coordinates(ring(west, south)) +
            f'</coordinates></LinearRing></outerBoundaryIs>{holes}</Polygon>')


def kml():
    return KML % ''.join(placemark(n, kml_polygon(w, s), f'<ExtendedData><Data name="宗地号"><value>{c}</value></Data>'
                                   '</ExtendedData>') for c, n, w, s in PLOTS)


def with_gdal(driver, path, options=(), layers=('dk',), layer_options=()):
    data = gdal.GetDriverByName(driver).Create(path, 0, 0, 0, gdal.GDT_Unknown, list(options))
    crs = osr.SpatialReference()
    crs.ImportFromEPSG(4490)
    crs.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    for name in layers:
        layer = data.CreateLayer(name, crs, ogr.wkbPolygon, list(layer_options))
        for field in ('DKBH', 'DKMC'):
            definition = ogr.FieldDefn(field, ogr.OFTString)
            definition.SetWidth(30)
            layer.CreateField(definition)
        for code, plot, west, south in PLOTS:
            feature = ogr.Feature(layer.GetLayerDefn())
            feature['DKBH'], feature['DKMC'] = code, plot
            feature.SetGeometry(ogr.CreateGeometryFromWkt(polygon_wkt(west, south)))
            layer.CreateFeature(feature)
    data = None
    return path


def entity(kind, layer, *pairs, handle=None):
    return [(0, kind)] + ([(5, handle)] if handle else []) + [(8, layer), *pairs]


def lwpolyline(layer, points, closed=True, handle=None, bulges=()):
    pairs = [(100, 'AcDbEntity'), (100, 'AcDbPolyline'), (90, len(points)), (70, int(closed))]
    for i, (x, y) in enumerate(points):
        pairs += [(10, x), (20, y)] + ([(42, bulges[i])] if bulges else [])
    return entity('LWPOLYLINE', layer, *pairs, handle=handle)


def square(x, y, size=50.0):
    return [(x, y), (x + size, y), (x + size, y + size), (x, y + size)]


def dxf(entities, blocks=(), version='AC1015', code_page='ANSI_936', encoding='gb18030'):
    pairs = [(0, 'SECTION'), (2, 'HEADER'), (9, '$ACADVER'), (1, version), (9, '$DWGCODEPAGE'), (3, code_page), (0, 'ENDSEC'),
             (0, 'SECTION'), (2, 'BLOCKS')]
    for name, inner in blocks:
        pairs += [(0, 'BLOCK'), (8, '0'), (2, name), (70, 0), (10, 0), (20, 0)] + [p for e in inner for p in e]
        pairs += [(0, 'ENDBLK'), (8, '0')]
    pairs += [(0, 'ENDSEC'), (0, 'SECTION'), (2, 'ENTITIES')] + [p for e in entities for p in e] + [(0, 'ENDSEC'), (0, 'EOF')]
    return ''.join(f'{code}\n{value}\n' for code, value in pairs).encode(encoding)


def dxf_plots():
    return dxf([lwpolyline('宗地', square(36462000.0 + 100 * i, 4534800.0), handle='2%d' % i) for i in range(3)])


def write(path, data):
    with open(path, 'wb') as f:
        f.write(data if isinstance(data, bytes) else data.encode())
    return path


def zip_of(path, members):
    """members: (name within, path) or (name within, bytes)"""
    with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED) as z:
        for name, what in members:
            z.writestr(name, what) if isinstance(what, bytes) else z.write(what, name)
    return path


def shapefile_zip(folder, stem='dk', within=''):
    return zip_of(os.path.join(folder, stem + '.zip'), [(within + stem + e, os.path.join(folder, stem + e))
                                                        for e in ('.shp', '.shx', '.dbf', '.prj')])


def make_all(folder):
    """{what it is: the file to open}, each with the same three plots"""
    at = lambda name: os.path.join(folder, name)
    files = {'shapefile': with_gdal('ESRI Shapefile', at('dk.shp'), layer_options=['ENCODING=UTF-8']),
             'zip': shapefile_zip(folder),
             'geopackage': with_gdal('GPKG', at('dk.gpkg')),
             'flatgeobuf': with_gdal('FlatGeobuf', at('dk.fgb')),
             'filegdb': with_gdal('OpenFileGDB', at('dk.gdb')),
             'spatialite': with_gdal('SQLite', at('dk.sqlite'), ['SPATIALITE=YES']),
             'mif': with_gdal('MapInfo File', at('dk.mif'), layer_options=['ENCODING=UTF-8']),
             'tab': with_gdal('MapInfo File', at('t/dk.tab'), layer_options=['ENCODING=UTF-8'])
             if not os.mkdir(at('t')) else None,
             'kml': write(at('dk.kml'), kml()),
             'kmz': zip_of(at('dk.kmz'), [('doc.kml', kml().encode())]),
             'dxf': write(at('dk.dxf'), dxf_plots())}
    return files
