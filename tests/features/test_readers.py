#!/usr/bin/env python3
"""What the sandboxed child makes of files: every record, every ring, every digit, or a sentence with the numbers.

test_readers.py PRINT_STREAM"""
import math
import os
import shutil
import sqlite3
import struct
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
import make_files as make
import runs
import stream_test

from osgeo import ogr

PROGRAM = sys.argv.pop(1)
X, Y = 36462000.0, 4534800.0


def bytes_of(path):
    with open(path, 'rb') as f:
        return f.read()


def stat_of(pid):
    """State, parent, ...: the fields behind the name; none when there is no such process."""
    try:
        with open(f'/proc/{pid}/stat', encoding='ascii', errors='replace') as f:
            return f.read().rsplit(')', 1)[1].split()
    except OSError:
        return []


def database(path):
    """With what the triggers of a GeoPackage call."""
    db = sqlite3.connect(path)
    for name in ('ST_IsEmpty', 'ST_MinX', 'ST_MinY', 'ST_MaxX', 'ST_MaxY'):
        db.create_function(name, 1, lambda g: 0)
    return db


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()

    def tearDown(self):
        shutil.rmtree(self.folder)

    def at(self, name):
        return os.path.join(self.folder, name)

    def read(self, path, *options):
        s = stream_test.read(PROGRAM, path, *options)
        if s.error:
            self.assertTrue(s.error['zh'] and s.error['en'])
            self.assertNotIn(self.folder, s.error['zh'] + s.error['en'])
        return s

    def text(self, name, data, *options):
        return self.read(make.write(self.at(name), data), *options)

    def area(self, record):
        return ogr.CreateGeometryFromWkb(bytes.fromhex(record['wkb'])).GetArea()

    def geometry(self, record):
        return ogr.CreateGeometryFromWkb(bytes.fromhex(record['wkb']))


class EveryFormat(Case):
    @classmethod
    def setUpClass(cls):
        """The same files for every test, and what each gives when it is read whole."""
        cls.files_folder = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.files_folder)
        cls.files = make.make_all(cls.files_folder)
        cls.whole = {name: stream_test.read(PROGRAM, path) for name, path in cls.files.items()}

    def test_three_plots_in_all_of_them_and_by_both_doors(self):
        for name, path in self.files.items():
            doors = [()] if name in ('shapefile', 'filegdb', 'mif', 'tab') else [(), ('--bytes',)]
            for options in doors:
                with self.subTest(name, options=options):
                    s = self.read(path, *options) if options else self.whole[name]
                    self.assertIsNone(s.error)
                    self.assertEqual(3, len(s.records))
                    self.assertEqual([], s.faults())
                    self.assertEqual([1, 2, 3], [r['position'] for r in s.records])
                    if name != 'dxf':
                        self.assertEqual(1, sum('示例乙' in r['values'].values() for r in s.records))

    def test_a_stream_goes_on_behind_a_record(self):
        for name, path in self.files.items():
            with self.subTest(name):
                whole = self.whole[name]
                second = whole.records[1]
                rest = self.read(path, '--skip', str(second['position']), str(second['fid']))
                self.assertEqual(whole.records[2:], rest.records)

    def test_attributes_alone(self):
        """A pass that asks for no geometry gets the same records; where the format lets it, none is read."""
        for name, path in self.files.items():
            with self.subTest(name):
                whole, bare = self.whole[name], self.read(path, '--attributes')
                self.assertIsNone(bare.error)
                self.assertEqual([(r['fid'], r['values']) for r in whole.records], [(r['fid'], r['values']) for r in bare.records])
                self.assertEqual(name in ('kml', 'kmz', 'dxf'), 'wkb' in bare.records[0])

    def test_a_list_of_layers_says_what_each_is(self):
        for name, path in self.files.items():
            with self.subTest(name):
                layer = self.read(path, '--list').info
                plots = name not in ('dxf', 'kml', 'kmz')
                typed = plots and name not in ('mif', 'tab')
                self.assertIn(layer['geometry'].upper(), ('POLYGON', 'MULTI POLYGON') if typed else ('',))
                self.assertEqual(name != 'dxf', len(layer['crs']) > 5)
                self.assertEqual(name not in ('kml', 'kmz', 'mif'), 'box' in layer)
                if plots and name != 'mif':
                    west, south, east, north = layer['box']
                    for got, want in ((west, 107.5488), (south, 40.9479), (east, 107.5698), (north, 40.9489)):
                        self.assertAlmostEqual(want, got, places=6)

    def test_layers_can_be_listed(self):
        path = make.with_gdal('GPKG', self.at('two.gpkg'), layers=('甲', '乙'))
        lines = stream_test.read(PROGRAM, path, '--list')
        self.assertEqual('甲', lines.info['layer'])
        s = self.read(path)
        self.assertEqual('source-layer-ambiguous', s.code)
        self.assertIn('--layer', s.error['zh'])
        self.assertIn('甲', s.error['zh'])
        self.assertEqual('乙', self.read(path, '--layer', '乙').info['layer'])
        self.assertEqual('source-layer-not-found', self.read(path, '--layer', '丙').code)

    def test_a_network_address_is_no_file(self):
        self.assertEqual('source-remote', self.read('/vsicurl/http://127.0.0.1/a.shp').code)
        self.assertEqual('source-remote', self.read('http://127.0.0.1/a.kml').code)


class Processes(Case):
    """A named pipe is a file whose reading takes as long as the test wants."""

    def setUp(self):
        super().setUp()
        os.mkfifo(self.at('long.kml'))

    def child_of(self, pid):
        for each in filter(str.isdigit, os.listdir('/proc')):
            if stat_of(each)[1:2] == [str(pid)]:
                return each
        return None

    def test_a_killed_parent_leaves_no_child(self):
        parent = subprocess.Popen([PROGRAM, self.at('long.kml')], stdout=subprocess.DEVNULL)
        writer = open(self.at('long.kml'), 'wb', buffering=0)  # until the child has opened its end
        child = runs.wait_until(lambda: self.child_of(parent.pid))
        parent.kill()
        parent.wait()
        try:
            runs.wait_until(lambda: stat_of(child)[:1] in ([], ['Z'], ['X']))
        finally:
            writer.close()

    def test_a_child_whose_parent_is_gone_does_not_begin(self):
        theirs, ours = os.pipe()
        os.close(theirs)
        arguments = ['--read-in-sandbox', 'file', self.at('long.kml'), '', '0', '0', '0', '0', 'all', 'as-permitted']
        child = subprocess.Popen([PROGRAM, *arguments], stdout=ours)
        os.close(ours)
        self.assertEqual(1, child.wait())


class Texts(Case):
    def test_records_of_many_kinds(self):
        """Fields of further kinds live as long as their record: the next one's may lie where they lay."""
        shape = '{"type":"Polygon","coordinates":[[[107,40],[107.1,40],[107.1,40.1],[107,40]]]}'
        kinds = [i % 150 for i in range(450)]
        lines = [f'{{"type":"Feature","properties":{{"f{k}":"v{i}","g":{k}}},"geometry":{shape}}}' for i, k in enumerate(kinds)]
        s = self.text('a.geojsonl', '\n'.join(lines), '--any')
        self.assertEqual([{f'f{k}': f'v{i}', 'g': str(k)} for i, k in enumerate(kinds)], [r['values'] for r in s.records])


    def test_a_text_that_is_read_whole_is_called_what_it_is(self):
        """A pasted table is not called a survey TXT, which has a head that says its system."""
        s = self.text('a.txt', '1 107.1 40.1\n2 107.2 40.1\n3 107.2 40.2\n1 107.1 40.1\n', '--any')
        self.assertEqual(('table', 1), (s.info['driver'], len(s.records)))


class Archives(Case):
    def test_names_in_gbk_and_folders(self):
        make.with_gdal('ESRI Shapefile', self.at('dk.shp'), layer_options=['ENCODING=UTF-8'])
        raw = '某项目/地块'.encode('gbk').decode('cp437')
        path = make.zip_of(self.at('a.zip'), [(raw + e, self.at('dk' + e)) for e in ('.shp', '.shx', '.dbf', '.prj')])
        data = bytes_of(path).replace(raw.encode('utf-8'), raw.encode('cp437'))
        s = self.read(path)
        self.assertEqual((3, '地块'), (len(s.records), s.info['layer']), len(data))

    def test_several_data_files_are_a_question_and_can_be_named(self):
        make.with_gdal('ESRI Shapefile', self.at('dk.shp'))
        files = [(stem + e, self.at('dk' + e)) for stem in ('甲', '乙') for e in ('.shp', '.shx', '.dbf', '.prj')]
        path = make.zip_of(self.at('a.zip'), files)
        s = self.read(path)
        self.assertEqual('source-zip-ambiguous', s.code)
        self.assertIn('甲', s.error['zh'])
        self.assertEqual('乙', self.read(path, '--layer', '乙').info['layer'])

    def test_a_geodatabase_in_an_archive(self):
        gdb = make.with_gdal('OpenFileGDB', self.at('a.gdb'))
        path = make.zip_of(self.at('a.gdb.zip'), [('a.gdb/' + n, os.path.join(gdb, n)) for n in os.listdir(gdb)])
        for options in ((), ('--bytes',)):
            self.assertEqual(3, len(self.read(path, *options).records))

    def test_a_geopackage_in_an_archive(self):
        path = make.zip_of(self.at('a.zip'), [('x/a.gpkg', make.with_gdal('GPKG', self.at('a.gpkg')))])
        self.assertEqual(self.read(self.at('a.gpkg')).shapes(), self.read(path).shapes())

    def test_more_files_than_are_looked_at_are_not_left_out(self):
        """Of twenty thousand names GDAL makes a list that it moves for each: a minute under a sanitizer, a second without."""
        kml = (make.KML % make.placemark('面', make.kml_polygon(107.5, 40.9))).encode()
        data, files = [f'{i}.kml' for i in range(201)], [f'{i}.txt' for i in range(20001)] + ['a.kml']
        for names in runs.some_under_sanitizers([data], [data, files]):
            path = make.zip_of(self.at('a.zip'), [(n, kml if n.endswith('.kml') else b'') for n in names])
            self.assertEqual('source-zip-many', self.read(path).code)

    def test_numbers_that_gdal_would_round(self):
        """GDAL makes 9223372036854775807 of every longer number, and a double of an id: two plots would be one."""
        for number, code in (('99999999999999999999', 'json-number-too-long'), ('15082100100000123.5', 'id-number-rounded')):
            for key in ('DKBH', 'id'):
                head = '"id":%s,' % number if key == 'id' else ''
                feature = ('{"type":"Feature",%s"properties":{%s},"geometry":{"type":"Polygon","coordinates":[[[107,40],[107.1,40],'
                           '[107.1,40.1],[107,40]]]}}' % (head, '' if head else '"DKBH":' + number))
                path = make.zip_of(self.at('a.zip'), [('a.geojson', ('{"type":"FeatureCollection","features":[%s]}' % feature).encode())])
                s = self.read(path)
                self.assertEqual([code], [s.code] if s.code else s.faults(), (number, key))

    def test_nothing_in_it(self):
        path = make.zip_of(self.at('a.zip'), [('readme.txt', b'x')])
        self.assertEqual('source-zip-empty', self.read(path).code)
        self.assertEqual('source-zip-broken', self.text('b.zip', bytes_of(path)[:40]).code)


class Shapefiles(Case):
    def setUp(self):
        super().setUp()
        self.path = make.with_gdal('ESRI Shapefile', self.at('dk.shp'), layer_options=['ENCODING=UTF-8'])

    def change(self, ending, change):
        name = self.at('dk' + ending)
        data = bytearray(bytes_of(name))
        make.write(name, bytes(change(data)))
        return self.read(self.path)

    def test_a_row_marked_as_deleted(self):
        def delete(data):
            data[struct.unpack('<H', data[8:10])[0]] = ord('*')
            return data
        s = self.change('.dbf', delete)
        self.assertEqual('shapefile-counts', s.code)
        self.assertIn('标为删除 1', s.error['zh'])

    def test_a_table_that_counts_one_less(self):
        def count(data):
            data[4] = 2
            return data
        self.assertEqual('shapefile-counts', self.change('.dbf', count).code)

    def test_an_index_one_short(self):
        def shorten(data):
            data[24:28] = struct.pack('>I', (len(data) - 8) // 2)
            return data[:-8]
        s = self.change('.shx', shorten)
        self.assertEqual('shapefile-counts', s.code)
        self.assertIn('.shp 有 3 个图形，.shx 记 2 个', s.error['zh'])

    def test_shapes_that_were_edited_in_place_leave_gaps(self):
        d = ogr.Open(self.path, 1)
        f = d.GetLayer(0).GetFeature(0)
        f.SetGeometry(ogr.CreateGeometryFromWkt('POLYGON((107 40,107.1 40,107.1 40.1,107.05 40.2,107 40.1,107 40))'))
        d.GetLayer(0).SetFeature(f)
        d = None
        self.assertEqual(3, len(self.read(self.path).records))

    def test_parts_that_are_not_there(self):
        os.unlink(self.at('dk.shx'))
        s = self.read(self.path)
        self.assertEqual('source-no-shx', s.code)

    def test_digits_as_written(self):
        d = ogr.GetDriverByName('ESRI Shapefile').CreateDataSource(self.at('n.shp'))
        layer = d.CreateLayer('n', None, ogr.wkbPolygon)
        for name, width, precision in (('BSM', 19, 0), ('MJ', 20, 5)):
            f = ogr.FieldDefn(name, ogr.OFTReal)
            f.SetWidth(width)
            f.SetPrecision(precision)
            layer.CreateField(f)
        f = ogr.Feature(layer.GetLayerDefn())
        f['BSM'], f['MJ'] = 1, 1
        f.SetGeometry(ogr.CreateGeometryFromWkt(make.polygon_wkt(107, 40)))
        layer.CreateFeature(f)
        d = f = layer = None
        data = bytearray(bytes_of(self.at('n.dbf')))
        start = struct.unpack('<H', data[8:10])[0] + 1
        data[start:start + 39] = b'1508210010000012345' + b'  123456789.12345678'[:20]
        make.write(self.at('n.dbf'), bytes(data))
        s = self.read(self.at('n.shp'))
        self.assertEqual({'BSM': '1508210010000012345', 'MJ': '123456789.12345678'}, s.records[0]['values'])

    def test_a_vote_on_the_bytes_against_the_cpg(self):
        make.with_gdal('ESRI Shapefile', self.at('g.shp'), layer_options=['ENCODING=GBK'])
        make.write(self.at('g.cpg'), 'UTF-8')
        s = self.read(self.at('g.shp'))
        self.assertEqual('示例甲', s.records[0]['values']['DKMC'])
        self.assertTrue(s.info['misdeclared'])
        self.assertEqual('GB18030', s.info['encoding'])

    def test_where_the_bytes_are_split_the_cpg_decides(self):
        """一 in GBK is valid UTF-8 for another letter: one value says UTF-8, one GBK, and what is stated counts."""
        make.with_gdal('ESRI Shapefile', self.at('g.shp'), layer_options=['ENCODING=GBK'])
        data = bytearray(bytes_of(self.at('g.dbf')))
        for plot, other in (('示例乙', '一'), ('示例丙', 'C')):
            at = data.index(plot.encode('gbk'))
            data[at:at + 6] = other.encode('gbk').ljust(6)
        make.write(self.at('g.dbf'), bytes(data))
        for stated in ('GBK', 'CP936'):
            make.write(self.at('g.cpg'), stated)
            s = self.read(self.at('g.shp'))
            self.assertEqual(['示例甲', '一', 'C'], [r['values']['DKMC'] for r in s.records])
            self.assertFalse(s.info['misdeclared'])

    def test_a_value_that_was_cut_within_a_character_says_so(self):
        def cut(data):
            at = data.index('示例甲'.encode())
            data[at:at + 30] = 'x示例甲乙丙丁戊己庚辛'.encode()[:30]
            return data
        s = self.change('.dbf', cut)
        self.assertEqual('x示例甲乙丙丁戊己庚', s.records[0]['values']['DKMC'])
        self.assertEqual(['value-cut'], [n['code'] for n in s.records[0]['notes']])

    def test_lines_are_not_polygons(self):
        d = ogr.GetDriverByName('ESRI Shapefile').CreateDataSource(self.at('l.shp'))
        d.CreateLayer('l', None, ogr.wkbLineString)
        d = None
        self.assertEqual('source-not-polygons', self.read(self.at('l.shp')).code)


class GeoPackages(Case):
    def setUp(self):
        super().setUp()
        self.path = make.with_gdal('GPKG', self.at('dk.gpkg'))

    def test_changes_beside_the_file_are_not_passed_over(self):
        db = database(self.path)
        db.execute('PRAGMA journal_mode=WAL')
        db.execute('PRAGMA wal_autocheckpoint=0')
        db.execute("UPDATE dk SET DKMC = 'x' WHERE fid = 1")
        db.commit()
        before = sorted(os.listdir(self.folder))
        s = self.read(self.path)
        self.assertEqual('gpkg-open-elsewhere', s.code)
        self.assertIn('-wal', s.error['zh'])
        self.assertEqual('gpkg-open-elsewhere', self.read(self.path, '--bytes').code)
        self.assertEqual(before, sorted(os.listdir(self.folder)), 'nothing is written beside the file')
        db.execute('PRAGMA wal_checkpoint(TRUNCATE)')
        db.close()
        self.assertEqual('x', self.read(self.path).records[0]['values']['DKMC'])
        self.assertEqual(['dk.gpkg'], sorted(os.listdir(self.folder)))

    def sql(self, *statements):
        db = database(self.path)
        for statement in statements:
            db.execute(statement)
        db.commit()
        db.close()
        return self.read(self.path)

    def test_a_contradicted_count(self):
        self.assertEqual('source-count', self.sql('UPDATE gpkg_ogr_contents SET feature_count = 7').code)

    def test_a_layer_whose_table_is_gone(self):
        s = self.sql("INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('gone', 'features', 'gone')")
        self.assertEqual('gpkg-contents', s.code)

    def test_empty_and_null_and_damaged_geometry(self):
        s = self.sql('UPDATE dk SET geom = NULL WHERE fid = 1', "UPDATE dk SET geom = x'00' WHERE fid = 2")
        self.assertEqual(['source-no-geometry', 'source-bad-geometry'], s.faults())
        self.assertEqual(3, len(s.records))

    def test_numbers_keep_their_digits(self):
        s = self.sql('ALTER TABLE dk ADD COLUMN n INTEGER', 'ALTER TABLE dk ADD COLUMN r DOUBLE',
                     'UPDATE dk SET n = 9223372036854775807, r = 0.1 + 0.2')
        self.assertEqual(('9223372036854775807', '0.30000000000000004'),
                         (s.records[0]['values']['n'], s.records[0]['values']['r']))

    def test_a_generated_column_is_a_column(self):
        """`SELECT *` has it and `PRAGMA table_info` has not: every value behind it went to the next field."""
        db = database(self.path)
        db.execute("ALTER TABLE dk ADD COLUMN made TEXT GENERATED ALWAYS AS ('m' || fid) VIRTUAL")
        db.execute('ALTER TABLE dk ADD COLUMN behind TEXT')
        db.execute("UPDATE dk SET behind = 'b' || fid")
        db.commit()
        db.close()
        v = self.read(self.path).records[0]['values']
        self.assertEqual(('m1', 'b1', '示例甲'), (v['made'], v['behind'], v['DKMC']))

    def test_more_tables_than_are_looked_at_are_not_left_out(self):
        """The layer that is left out might be the one of the parcels; what is chosen would look like the only one."""
        db = database(self.path)
        for i in range(1001):
            db.execute(f"CREATE VIEW v{i} AS SELECT * FROM dk")
            db.execute(f"INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('v{i}', 'features', 'v{i}')")
            db.execute(f"INSERT INTO gpkg_geometry_columns SELECT 'v{i}', column_name, geometry_type_name, srs_id, z, m "
                       "FROM gpkg_geometry_columns WHERE table_name = 'dk'")
        db.commit()
        db.close()
        self.assertEqual('source-layers', self.read(self.path, '--layer', 'dk').code)

    def test_curves_become_chords(self):
        d = ogr.GetDriverByName('GPKG').CreateDataSource(self.at('c.gpkg'))
        layer = d.CreateLayer('c', None, ogr.wkbCurvePolygon)
        f = ogr.Feature(layer.GetLayerDefn())
        f.SetGeometry(ogr.CreateGeometryFromWkt('CURVEPOLYGON(CIRCULARSTRING(100 0,0 100,-100 0,0 -100,100 0))'))
        layer.CreateFeature(f)
        d = f = layer = None
        r = self.read(self.at('c.gpkg')).records[0]
        self.assertTrue(r['curved'])
        self.assertAlmostEqual(math.pi * 1e4, self.area(r), delta=0.01)

    def test_a_layer_of_lines_beside_it_is_named(self):
        d = ogr.Open(self.path, 1)
        d.CreateLayer('道路', None, ogr.wkbLineString)
        d = None
        s = self.read(self.path)
        self.assertEqual((3, ['layers-not-read']), (len(s.records), s.notes()))


class Databases(Case):
    def test_more_layers_than_are_looked_at_are_not_left_out(self):
        db = sqlite3.connect(self.at('a.sqlite'))
        db.executescript('BEGIN;' + ''.join(f'CREATE TABLE t{i} (a INTEGER);' for i in range(4097)) + 'COMMIT;')
        db.close()
        self.assertEqual('source-layers', self.read(self.at('a.sqlite')).code)


class FlatGeobufs(Case):
    def test_cut_off_behind_a_feature(self):
        path = make.with_gdal('FlatGeobuf', self.at('a.fgb'), layer_options=['SPATIAL_INDEX=NO'])
        data = bytes_of(path)
        sizes, at = [], len(data)
        header = 8 + 4 + struct.unpack('<I', data[8:12])[0]
        while header < len(data):
            header += 4 + struct.unpack('<I', data[header:header + 4])[0]
            sizes.append(header)
        self.assertEqual(at, sizes[-1])
        s = self.text('b.fgb', data[:sizes[0]])
        self.assertIn(s.code, ('source-count', 'source-broken'))


class Kml(Case):
    def read_kml(self, body, encoding='utf-8', declared=None):
        text = make.KML % body
        if declared:
            text = text.replace('UTF-8', declared)
        return self.text('a.kml', text.encode(encoding))

    def test_all_rings_and_all_polygons(self):
        p = make.kml_polygon(107.5, 40.9)
        hole = lambda w: '<LinearRing><coordinates>' + make.coordinates(make.ring(w, 40.9002, 0.0001)) + '</coordinates></LinearRing>'
        two_holes = f'<innerBoundaryIs>{hole(107.5002)}{hole(107.5005)}</innerBoundaryIs>'
        outer = '<outerBoundaryIs><LinearRing><coordinates>%s</coordinates></LinearRing></outerBoundaryIs>'
        two_outer = '<Polygon>' + outer % make.coordinates(make.ring(107.5, 40.9)) + outer % make.coordinates(make.ring(107.6, 40.9)) + '</Polygon>'
        cases = [(p + make.kml_polygon(107.6, 40.9), 2e-6, 2), (make.kml_polygon(107.5, 40.9, two_holes), 0.98e-6, 3),
                 (two_outer, 2e-6, 2), (f'<MultiGeometry>{p}<MultiGeometry>{make.kml_polygon(107.6, 40.9)}</MultiGeometry></MultiGeometry>', 2e-6, 2)]
        for body, area, _ in cases:
            s = self.read_kml(make.placemark('甲', body))
            self.assertEqual([], s.faults())
            self.assertAlmostEqual(area, self.area(s.records[0]), delta=1e-10)

    def test_holes_of_two_outer_rings_are_a_riddle(self):
        ring = '<LinearRing><coordinates>' + make.coordinates(make.ring(107.5, 40.9)) + '</coordinates></LinearRing>'
        s = self.read_kml(make.placemark('甲', f'<Polygon><outerBoundaryIs>{ring}{ring}</outerBoundaryIs><innerBoundaryIs>{ring}</innerBoundaryIs></Polygon>'))
        self.assertEqual(['kml-rings'], s.faults())

    def test_coordinates_that_cannot_be_read(self):
        for bad in ('107.5 40.9 107.6 40.9', '107.5,40.9,0 107.6,40.9x,0', '107.5,40.9,0,0', 'nan,40', '107.5;40.9', '107.5,,40.9', ','):
            s = self.read_kml('\n' + make.placemark('好', make.kml_polygon(107.5, 40.9)) + make.placemark(
                '坏', '<Polygon><outerBoundaryIs><LinearRing><coordinates>\n' + bad + '</coordinates></LinearRing></outerBoundaryIs></Polygon>'))
            self.assertEqual(['kml-coordinates'], s.faults(), bad)
            self.assertIn('第4行', s.records[1]['fault']['zh'])
            self.assertEqual(2, len(s.records))

    def test_lines_and_tracks_are_faults_and_points_are_counted(self):
        line = '<LineString><coordinates>' + make.coordinates(make.ring(107.5, 40.9)) + '</coordinates></LineString>'
        track = '<gx:Track xmlns:gx="http://www.google.com/kml/ext/2.2"><gx:coord>107.5 40.9 0</gx:coord></gx:Track>'
        point = '<Point><coordinates>107.5,40.9</coordinates></Point>'
        s = self.read_kml(make.placemark('面', make.kml_polygon(107.5, 40.9)) + make.placemark('线', line) + make.placemark('轨迹', track) +
                          make.placemark('点', point) + make.placemark('空', '') +
                          '<GroundOverlay><name>图</name><LatLonBox><north>41</north><south>40</south><east>108</east><west>107</west></LatLonBox></GroundOverlay>')
        self.assertEqual(['source-not-polygon', 'source-not-polygon', 'source-no-geometry'], s.faults())
        self.assertEqual(['features-skipped'], s.notes())
        self.assertIn('1个点', s.end['notes'][0]['zh'])
        self.assertIn('叠加图片', s.end['notes'][0]['zh'])
        self.assertIn('线', s.records[1]['where'])

    def test_a_link_to_elsewhere_is_refused(self):
        s = self.read_kml(make.placemark('面', make.kml_polygon(107.5, 40.9)) + '<NetworkLink><Link><href>http://127.0.0.1/a.kml</href></Link></NetworkLink>')
        self.assertEqual('kml-network-link', s.code)

    def test_web_map_coordinates_are_told(self):
        s = self.read_kml(make.placemark('面', '<OvCoordType>GCJ-02</OvCoordType>' + make.kml_polygon(107.5, 40.9)))
        self.assertEqual('OvCoordType GCJ-02', s.info['crs'])
        s = self.read_kml(make.placemark('面', '<OvCoordType>WGS84</OvCoordType>' + make.kml_polygon(107.5, 40.9)))
        self.assertIn('EPSG","4326', s.info['crs'])

    def test_chinese_names_of_data_stay_apart(self):
        data = ''.join(f'<Data name="{n}"><value>{v}</value></Data>' for n, v in (('权利人', '甲村'), ('宗地号', '001')))
        simple = '<SchemaData schemaUrl="#a"><SimpleData name="面积">12.50</SimpleData></SchemaData>'
        s = self.read_kml('<Schema name="a" id="a"><SimpleField type="double" name="面积"/></Schema>' +
                          make.placemark('甲', make.kml_polygon(107.5, 40.9), f'<ExtendedData>{data}{simple}</ExtendedData>'))
        got = s.records[0]['values']
        self.assertEqual(('甲村', '001', '12.50'), (got['权利人'], got['宗地号'], got['面积']))
        self.assertIn(['面积', '', 2], s.info['fields'])

    def test_bytes_decide_the_encoding(self):
        body = make.placemark('示例地块', make.kml_polygon(107.5, 40.9))
        for encoding, declared in (('gbk', 'GB2312'), ('gbk', 'UTF-8'), ('utf-8', 'GB2312'), ('utf-8', 'UTF-8'), ('utf-16', 'UTF-16')):
            s = self.read_kml(body, encoding, declared)
            self.assertIsNone(s.error, (encoding, declared, s.error))
            self.assertEqual('示例地块', s.records[0]['values']['Name'], (encoding, declared))

    def test_a_list_of_very_many_folders_is_whole(self):
        body = ''.join(f'<Folder><name>{i}</name></Folder>' for i in range(5000))
        make.write(self.at('a.kml'), make.KML % (body + make.placemark('面', make.kml_polygon(107.5, 40.9))))
        lines = subprocess.run([PROGRAM, '--list', self.at('a.kml')], capture_output=True, check=True).stdout
        self.assertEqual(5001, lines.count(b'"layer"'))

    def test_folders_are_one_list_unless_one_is_asked_for(self):
        folder = lambda n, w: f'<Folder><name>{n}</name>' + make.placemark(n, make.kml_polygon(w, 40.9)) + '</Folder>'
        make.write(self.at('a.kml'), make.KML % (folder('甲村', 107.5) + folder('乙村', 107.6)))
        self.assertEqual(2, len(self.read(self.at('a.kml')).records))
        s = self.read(self.at('a.kml'), '--layer', '乙村')
        self.assertEqual(['乙村'], [r['values']['Name'] for r in s.records])
        self.assertEqual('source-layer-not-found', self.read(self.at('a.kml'), '--layer', '丙村').code)

    def test_entities_are_not_fetched_and_do_not_explode(self):
        head = '<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">%s]><kml><Document>'
        s = self.text('a.kml', head % '' + make.placemark('&x;', make.kml_polygon(107.5, 40.9)) + '</Document></kml>')
        self.assertTrue(s.error or 'root' not in s.records[0]['values'].get('Name', ''))
        bomb = '<!ENTITY a0 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa">' + ''.join(f'<!ENTITY a{i} "{("&a%d;" % (i - 1)) * 10}">' for i in range(1, 12))
        self.assertEqual('kml-malformed', self.text('b.kml', head % bomb + '<Placemark><name>&a11;</name></Placemark></Document></kml>').code)

    def test_other_xml_is_no_kml(self):
        self.assertEqual('kml-not', self.text('a.kml', '<?xml version="1.0"?><gpx></gpx>').code)


class Drawings(Case):
    def read_dxf(self, entities, blocks=(), **how):
        return self.text('a.dxf', make.dxf(entities, blocks, **how))

    def test_arcs_have_the_area_of_their_circle(self):
        semicircles = make.lwpolyline('宗地', [(X - 100, Y), (X + 100, Y)], handle='2A', bulges=(1.0, 1.0))
        circle = make.entity('CIRCLE', '宗地', (10, X), (20, Y), (40, 100.0), handle='2B')
        s = self.read_dxf([semicircles, circle])
        for r in s.records:
            self.assertTrue(r['curved'])
            self.assertAlmostEqual(math.pi * 1e4, self.area(r), delta=0.01)

    def test_every_entity_that_may_bound_an_area_is_given_or_a_fault(self):
        for handles in (True, False):
            h = (lambda v: v) if handles else (lambda v: None)
            at = [(10, X), (20, Y)]
            entities = [
                make.lwpolyline('宗地', make.square(X, Y), handle=h('20')),
                make.lwpolyline('宗地', make.square(X + 100, Y), closed=False, handle=h('21')),
                make.entity('LINE', '线', *at, (11, X + 9), (21, Y), handle=h('22')),
                make.entity('ARC', '线', *at, (40, 10), (50, 0), (51, 90), handle=h('23')),
                make.entity('REGION', '面域', (70, 1), (1, 'x'), handle=h('24')),
                make.entity('MLINE', '墙', (2, 'STANDARD'), *at, handle=h('25')),
                make.entity('ACAD_PROXY_ENTITY', '代理', (90, 1), handle=h('26')),
                make.entity('TEXT', '注记', *at, (40, 2.5), (1, '地块一'), handle=h('27')),
                make.entity('POINT', '点', *at, handle=h('28')),
                make.entity('3DSOLID', '体', (70, 1), (1, 'x'), handle=h('29')),
                make.lwpolyline('宗地', make.square(X + 300, Y), handle=h('2A'))]
            s = self.read_dxf(entities)
            self.assertIsNone(s.error, s.error)
            good = [r for r in s.records if 'wkb' in r]
            self.assertEqual(2, len(good))
            self.assertEqual(['source-open-line'] + ['dxf-not-read'] * 4 + ['dxf-lines'], s.faults())
            words = ' '.join(r['fault']['zh'] for r in s.records if 'fault' in r)
            for name in ('REGION 面域', 'MLINE', 'ACAD_PROXY_ENTITY', '3DSOLID', '“线”有2条'):
                self.assertIn(name, words)
            self.assertIn('TEXT 1, POINT 1', s.end['notes'][0]['zh'])
            if handles:
                self.assertIn('句柄24', s.records[3]['where'] + s.records[2]['where'])

    def test_what_is_in_blocks(self):
        small = [make.lwpolyline('0', make.square(0, 0, 10)), make.entity('LINE', '0', (10, 0), (20, 0), (11, 5), (21, 5)),
                 make.entity('TEXT', '0', (10, 0), (20, 0), (40, 1), (1, '字'))]
        blocks = [('SMALL', small), ('OUTER', [make.entity('INSERT', '0', (2, 'SMALL'), (10, 100), (20, 0))]),
                  ('SOLIDS', [make.entity('REGION', '0', (70, 1), (1, 'x'))])]
        insert = lambda name, x, *more: make.entity('INSERT', '插入', (2, name), (10, X + x), (20, Y), *more, handle='%X' % (48 + x // 100))
        s = self.read_dxf([insert('SMALL', 0), insert('SMALL', 100, (70, 3), (44, 20)), insert('OUTER', 200), insert('SOLIDS', 300),
                           insert('NONE', 400)], blocks)
        self.assertEqual(5, len([r for r in s.records if 'wkb' in r]))
        self.assertEqual(['dxf-not-read', 'dxf-not-read', 'dxf-lines'], s.faults())
        self.assertIn('有5条', s.records[-1]['fault']['zh'])

    def test_an_insert_with_attributes(self):
        """A title frame or a boundary mark has them; their tags and flags are theirs, not the block's name and copies."""
        blocks = [('SMALL', [make.lwpolyline('0', make.square(0, 0, 10))]), ('TAG', [make.lwpolyline('0', make.square(0, 0, 10))] * 3)]
        e = [make.entity('INSERT', '插入', (2, 'SMALL'), (66, 1), (10, X), (20, Y), handle='30'),
             make.entity('ATTRIB', '插入', (10, X), (20, Y), (40, 1), (1, '甲'), (2, 'TAG'), (70, 8), (71, 4), handle='31'),
             make.entity('ATTRIB', '插入', (10, X), (20, Y), (40, 1), (1, '乙'), (2, '图号'), (70, 8), handle='32'),
             [(0, 'SEQEND'), (8, '插入')], make.lwpolyline('宗地', make.square(X + 100, Y), handle='33')]
        s = self.read_dxf(e, blocks)
        self.assertEqual([], s.faults())
        self.assertEqual(2, len([r for r in s.records if 'wkb' in r]))

    def test_text_is_utf8_from_2007_on(self):
        e = [make.lwpolyline('宗地', make.square(X, Y), handle='20')]
        for version, encoding, page in (('AC1021', 'utf-8', 'ANSI_936'), ('AC1015', 'gbk', 'ANSI_936'), ('AC1015', 'utf-8', 'ANSI_936'),
                                        ('AC1027', 'gbk', 'ANSI_936'), ('AC1015', 'gbk', 'ANSI_1252')):
            s = self.read_dxf(e, version=version, encoding=encoding, code_page=page)
            self.assertEqual('宗地', s.records[0]['values']['Layer'], (version, encoding, page))

    def test_hatches_and_paper_space_are_no_areas(self):
        frame = make.lwpolyline('图框', make.square(0, 0), handle='21') + [(67, 1)]
        s = self.read_dxf([make.lwpolyline('宗地', make.square(X, Y), handle='20'), frame])
        self.assertEqual(1, len(s.records))
        self.assertIn('图纸空间', s.end['notes'][0]['zh'])

    def test_a_layer_can_be_asked_for(self):
        make.write(self.at('a.dxf'), make.dxf([make.lwpolyline('甲', make.square(X, Y), handle='20'),
                                               make.lwpolyline('乙', make.square(X + 100, Y), handle='21')]))
        self.assertEqual(2, len(self.read(self.at('a.dxf')).records))
        self.assertEqual(['乙'], [r['values']['Layer'] for r in self.read(self.at('a.dxf'), '--layer', '乙').records])

    def test_binary_and_cut_off_drawings_are_refused(self):
        self.assertEqual('dxf-binary', self.text('a.dxf', b'AutoCAD Binary DXF\r\n\x1a\x00' + bytes(200)).code)
        whole = make.dxf([make.lwpolyline('宗地', make.square(X, Y), handle='20')])
        self.assertEqual('dxf-cut', self.text('b.dxf', whole[:-10]).code)


if __name__ == '__main__':
    unittest.main()
