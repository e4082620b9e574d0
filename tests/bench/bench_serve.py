#!/usr/bin/env python3
"""The server beside its peers, in one run, as a table and JSON:
  bench_serve.py PROGRAM DATA WORK --tools DIR --results FILE [--rounds N] [--scale S] [--seed N] [--postgis WORK_OF_POSTGIS_SH] [--readme]

DATA holds {redline,farmland,urban,parcels}.gpkg of the bench workload; WORK is a scratch folder that keeps the store
between runs. Each round runs every part once (serve_parts.py); figures are medians, and ratios are of one run.
  tiles     z0 to z14 over HTTP, not kept and kept, beside ST_AsMVT(ST_AsMVTGeom()) of ready-made tables in EPSG:3857 with a GiST index,
            which answers over a Unix socket, without HTTP and with its pages in memory
  bare      /health, kept tiles, checks, items and /collections beside a bare libmicrohttpd that has the same bytes ready
  reading   100,000 features (or all) by GDAL and QGIS from our items and from pg_features.py, the stand-in for pg_featureserv;
            and the same pages merely fetched
  beside    a check beside eight clients of tiles and a job
Limits are those of issue 14. Exit code 0 whether they are met or not: what is not met stands in the table."""
import argparse
import datetime
import json
import os
import pathlib
import subprocess
import sys
import time

import run
from bench_audit import LAYERS, make_store
from run import Row, at_least, at_most
from serve_parts import CONNECTIONS, KEPT_ZOOM, PAGE, ZOOMS, Bare, Beside, Place, Reading, Tiles

LAYER_ZH = dict(zip(run.LAYERS, run.LAYERS_ZH))


def percent(value, least):
    return {'value': f'{100 * value:.0f} %', 'target': f'≥ {least} %', 'met': 100 * value >= least}


def milliseconds(value):
    return f'{value:.2f} ms' if value < 10 else f'{value:.0f} ms'


# ---- rows of the table ----

def worst_row(tiles, side, name, zooms, target, words):
    ratios = {z: r for z, r in tiles.ratios(side, name).items() if z in zooms}
    if not ratios:
        return []
    z = min(ratios, key=ratios.get)
    return [Row(f'{LAYER_ZH[name]} {name} 瓦片 tiles，{words}，最差的一级 the worst zoom z{z}', milliseconds(tiles.zoom_ms(side, name, z)),
                f'ST_AsMVT {milliseconds(tiles.zoom_ms("postgis", name, z))}', **at_least(ratios[z], target))]


def tile_rows(tiles):
    every, rows = range(ZOOMS), []
    for name in LAYERS:
        rows += worst_row(tiles, 'new', name, every, 1, 'z0–z14，首次 not kept')
        if name == 'redline':
            rows += worst_row(tiles, 'new', name, range(5, ZOOMS), 10, 'z5–z14，首次 not kept')
            rows += worst_row(tiles, 'again', name, range(5, KEPT_ZOOM + 1), 10, f'z5–z{KEPT_ZOOM}，已存 kept')
        rows += worst_row(tiles, 'again', name, range(KEPT_ZOOM + 1), 1, f'z0–z{KEPT_ZOOM}，已存 kept')
    return rows


def bare_rows(f):
    rows = [Row('已存的瓦片 a kept tile，p99', milliseconds(f.get('kept tile/p99 ms')),
                f'{CONNECTIONS} 个连接时 with {CONNECTIONS} connections {milliseconds(f.get("tile/ours/p99_ms"))}',
                **at_most(f.get('kept tile/p99 ms'), 5, ' ms'))]
    for name, words, least in (('health', '/health', 70), ('tile', '已存的瓦片 kept tiles', 60), ('check', '/check JSON', 40),
                               ('items', 'items（bbox，50 个）', 30)):
        ours, bare = f.get(f'{name}/ours/per_second'), f.get(f'{name}/bare/per_second')
        used, least_used = f.get(f'{name}/ours/processor_us'), f.get(f'{name}/bare/processor_us')
        rows.append(Row(f'{words}，{f.get(f"{name}/ours/bytes"):.0f} B', f'{ours:.0f}/s，处理器时间 processor {used:.0f} µs',
                        f'libmicrohttpd {bare:.0f}/s，{least_used:.0f} µs',
                        **percent(ours / bare, least)))
    ours, bare = (f.get(f'collections/{side}/per_second') for side in ('ours', 'bare'))
    rows.append(Row(f'/collections，{f.get("collections/ours/bytes"):.0f} B', f'{ours:.0f}/s',
                    f'libmicrohttpd {bare:.0f}/s（{100 * ours / bare:.0f} %）', f'{ours:.0f}/s', '≥ 10000/s', ours >= 10000))
    return rows


def reading_rows(f, reading):
    rows = []
    for how, words, target in (('qgis', 'QGIS', 3), ('gdal', 'GDAL OAPIF', 3), ('fetch', '只取不读 merely fetched', None)):
        ours, theirs = f.get(f'read/{how}/ours'), f.get(f'read/{how}/postgis')
        peer = '' if theirs is None else f'{"PostGIS" if how == "fetch" else "pg_features.py"} {run.seconds(theirs)}'
        if ours is None:
            continue
        verdict = {} if theirs is None else at_least(theirs / ours, target or 1)
        if target is None:
            verdict = {k: v for k, v in verdict.items() if k == 'value'}
        rows.append(Row(f'读 {reading.n} 个要素 reading features，{words}', run.seconds(ours), peer, **verdict))
    return rows


def beside_rows(f):
    alone, rows = f.get('beside/nothing/p99'), []
    for zoom, words in (('z0', '8 个 z0 瓦片客户和一个任务 eight clients of z0 tiles and a job'),
                        ('z9', '同上，z9（每次现做） the same, z9, each made anew')):
        p99 = f.get(f'beside/{zoom}/p99')
        rows.append(Row(f'/check p99，{words}', f'{milliseconds(p99)}（p50 {milliseconds(f.get(f"beside/{zoom}/p50"))}）',
                        f'无人时 alone {milliseconds(alone)}', **at_most(p99, 20, ' ms', 1)))
    return rows


def table_of(parts, figures):
    tiles, reading = parts['tiles'], parts['reading']
    return tile_rows(tiles) + bare_rows(figures) + reading_rows(figures, reading) + beside_rows(figures)


# ---- the account ----

def zoom_lines(tiles):
    """How many times faster than ST_AsMVT, by zoom; and what the encoder alone takes of a tile."""
    lines = ['| 瓦片，各级 tiles by zoom | ' + ' | '.join(f'z{z}' for z in range(ZOOMS)) + ' |', '|---' * (ZOOMS + 1) + '|']

    def cell(value, form):
        return form.format(value) if value else ''

    for name in LAYERS:
        for side, words in (('new', '首次 not kept, ×'), ('again', '已存 kept, ×')):
            ratios = tiles.ratios(side, name)
            values = [cell(ratios.get(z) if side == 'new' or z <= KEPT_ZOOM else None, '{:.3g}') for z in range(ZOOMS)]
            if any(values):
                lines.append(f'| {name}，{words} | ' + ' | '.join(values) + ' |')
        each = [tiles.zoom_ms('alone', name, z) for z in range(ZOOMS)]
        many = [sum(int(t[0]) == z for t in tiles.lists[name]) for z in range(ZOOMS)]
        lines.append(f'| {name}，编码一块 the encoder alone, ms a tile | ' +
                     ' | '.join(cell(e / m if e and m else None, '{:.2g}') for e, m in zip(each, many)) + ' |')
    return lines


def markdown(parts, results, rows):
    m, loads = results['machine'], results['load_average']
    lines = [
        f'服务 The server（`script/bench --only serve --scale {results["scale"]:g}` 于 {results["date"][:10]} 测得：{m["cpu"]}，{m["cores"]} 核；'
        f'{results["postgis"] or "无 PostGIS without PostGIS"}；种子 {results["seed"]}，{results["rounds"]} 轮，取中位数；'
        f'系统负载 {min(loads):.1f}–{max(loads):.1f}）。瓦片为同一批瓦片依次取完的时间，对方经本机套接字、不经 HTTP；'
        f'裸 libmicrohttpd 由同一客户、{CONNECTIONS} 个连接取同样的字节；pg_featureserv 不在 Debian 中，由 `tests/bench/pg_features.py` '
        f'（PostGIS 的 `ST_AsGeoJSON`，`LIMIT`/`OFFSET`，每页 {PAGE} 个）代替。',
        f'*Medians of rounds, both sides in this run; `build/bench/serve.json` has every figure. PostGIS answers over its socket, without '
        f'HTTP; pg_featureserv is not in Debian, and `pg_features.py` stands in for it.*',
        # of what was there before: twelve clients of our own are load enough for the later ones
        *run.busy_words(loads[:1], m['cores']), '', *run.table_lines(rows), '']
    if results['postgis']:
        lines += ['各级瓦片比 ST_AsMVT 快几倍（HTTP 对套接字），及编码器单独所用的处理器时间：', '', *zoom_lines(parts['tiles'])]
    return '\n'.join(lines).rstrip()


def account(parts, place, a, loads):
    rows = table_of(parts, place.figures)
    results = {'date': datetime.datetime.now(datetime.timezone.utc).isoformat(timespec='seconds'), 'machine': run.machine(),
               'commit': run.first_line('git', '-C', run.ROOT, 'rev-parse', 'HEAD'), 'scale': a.scale, 'seed': a.seed,
               'rounds': len(loads) - 1, 'load_average': loads, 'postgis': place.versions, 'qgis': parts['reading'].qgis,
               'table': run.table_json(rows), 'by_zoom': {
                   side: {name: parts['tiles'].ratios(side, name) for name in LAYERS} for side in ('new', 'again', 'alone')},
               'figures': {name: {'median': place.figures.get(name), 'values': v} for name, v in place.figures.values.items()}}
    pathlib.Path(a.results).write_text(json.dumps(results, ensure_ascii=False, indent=1), encoding='utf-8')
    text = markdown(parts, results, rows)
    if a.readme:
        run.write_readme(text, 'serve')
    return text


def options_read():
    p = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    p.add_argument('program'), p.add_argument('data', type=pathlib.Path), p.add_argument('work', type=pathlib.Path)
    p.add_argument('--tools', required=True), p.add_argument('--results', required=True), p.add_argument('--postgis', type=pathlib.Path)
    p.add_argument('--scale', type=float, default=1), p.add_argument('--seed', type=int, default=20240601)
    p.add_argument('--rounds', type=int, default=3), p.add_argument('--readme', action='store_true')
    return p.parse_args()


def main():
    a = options_read()
    a.work.mkdir(parents=True, exist_ok=True)
    place = Place(a.program, a.tools, a.data, a.work / 'serve', make_store(a.program, a.data, a.work), run.Figures())
    sql = pathlib.Path(__file__).with_name('postgis.sh')
    if a.postgis and os.path.exists(place.tools / 'bench_postgis_ask'):
        run.say('PostGIS: 启动；首次载入要几分钟 starting; loading takes minutes the first time')
        place.postgis = run.run(sql, 'tiles', a.data, a.postgis).strip()
        place.versions = run.run(sql, 'versions', a.postgis).strip()
    tiles = Tiles(place)
    bare = Bare(place, tiles)
    parts = {'tiles': tiles, 'bare': bare, 'reading': Reading(place), 'beside': Beside(place, tiles, bare.bodies)}
    loads = [os.getloadavg()[0]]
    for i in range(a.rounds):
        run.say(f'第 {i + 1} 轮，共 {a.rounds} 轮 round {i + 1} of {a.rounds}, load {loads[-1]:.1f}')
        for name, part in parts.items():
            started = time.monotonic()
            part.round()
            run.say(f'  {name} {time.monotonic() - started:.0f} s')
        loads.append(os.getloadavg()[0])
        text = account(parts, place, a, loads)
    run.say('\n' + text + '\n')


if __name__ == '__main__':
    try:
        main()
    except subprocess.CalledProcessError as e:
        sys.exit(f'bench: {e}')
