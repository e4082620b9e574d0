#!/usr/bin/env python3
"""Makes everything in geodata/ that a server loads. Needs Debian's python3-{gdal,numpy,scipy,shapely,contourpy} and npm.
Run with the system's Python: /usr/bin/python3 geodata/make.py. Seeded: a rerun writes the same bytes."""
import os
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'make'))
import admin

outline = admin.region()
prefs = admin.prefectures(outline)
units = admin.counties(prefs)
