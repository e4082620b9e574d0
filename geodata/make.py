#!/usr/bin/env python3
"""Makes everything in geodata/ that a server loads. Needs Debian's python3-{gdal,numpy,scipy,shapely,contourpy} and npm.
Run with the system's Python: /usr/bin/python3 geodata/make.py. Seeded: a rerun writes the same bytes."""
import os
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'make'))
import time
import admin
import lines
import planted
import shapes
from common import log, path, write_gpkg
t=time.time()
outline = admin.region()
prefs = admin.prefectures(outline)
units = admin.counties(prefs)
parts = shapes.partition(outline, prefs)
log(time.time()-t)
towns = lines.urban(units, prefs, parts)
log(time.time()-t)
sites = lines.farm_sites(outline, towns)
field = lines.ecology(units, sites)
log(time.time()-t)
red, level = lines.redline(units, prefs, parts, outline, field)
log(time.time()-t)
plots = lines.farm_plots(sites, [g for g, *_ in red], towns)
log(time.time()-t)
rows = {'STBHHX': lines.red_rows(red), 'YJJBNTBHTB': lines.farm_rows(plots, sites, units, prefs, parts), 'CZKFBJ': lines.urban_rows(towns)}
planter = planted.plant(rows, units)
planted.prove(planter)
planted.write_list(planter)
for code, r in rows.items():
    write_gpkg(path('lines', code + '.gpkg'), code, lines.TITLES[code], lines.FIELDS[code], r)
import zones
zones.make(outline, prefs, parts, field, level, rows, plots)
