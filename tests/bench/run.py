#!/usr/bin/python3
"""Runs the bench programs side by side, in rounds, and says what came of it; script/bench prepares and starts this.

Each round runs every program once, so that a machine that slows down slows all of them down. Figures are medians over the
rounds, and a ratio is one median of this run by another of the same run. Correctness comes first: overlaps are compared
with GEOS pair by pair, and totals with PostGIS."""
import argparse
import csv
import datetime
import glob
import json
import math
import os
import platform
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
LAYERS = ['redline', 'farmland', 'urban']
LAYER_IDS = ['ecological_red_line', 'permanent_basic_farmland', 'urban_development_boundary']
LAYERS_ZH = ['生态红线', '基本农田', '城镇边界']
# Red lines as they are take PostGIS hours: twelve thousand seconds by extrapolation.
VARIANTS = {'redline': ['s128', 's256'], 'farmland': ['raw', 's128', 's256'], 'urban': ['raw', 's128', 's256']}
VARIANT_NAMES = {'raw': 'as is', 's128': 'ST_Subdivide 128', 's256': 'ST_Subdivide 256'}
WORKERS = [1, 2]
COUNTY_VERTICES = 20000


def say(text):
    print(text, flush=True)


def run(*command, **options):
    return subprocess.run([str(c) for c in command], check=True, stdout=subprocess.PIPE, text=True, **options).stdout


class Figures:
    """Every value that was measured, by name; a figure is the median of its values."""
    def __init__(self):
        self.values = {}

    def add(self, name, value):
        self.values.setdefault(name, []).append(value)

    def get(self, name):
        return statistics.median(self.values[name]) if name in self.values else None

    def names(self, prefix):
        return [n for n in self.values if n.startswith(prefix)]


class Bench:
    def __init__(self, options):
        self.o = options
        self.figures = Figures()
        self.totals = {}        # program/layer → (pairs over 0.01 m2, area)
        self.kernels = []       # the first is the one that the processor would choose
        self.program = os.path.join(options.build, 'src/cli/hongxian')
        self.postgis = None     # the connection, when there is one
        self.findings = None    # what the checks said
        self.versions = {}

    def tool(self, name):
        return os.path.join(self.o.build, 'tests/bench', name)

    def folder(self, name):
        path = os.path.join(self.o.work, name)
        os.makedirs(path, exist_ok=True)
        return path

    # ---- what is made once ----

    def store(self):
        return os.path.join(self.folder('store'), 'store.sqlite')

    def make_store(self):
        """A store of the three layers, imported as an officer would, with everything around them covered."""
        folder = self.folder('store')
        for path in glob.glob(os.path.join(folder, '**'), recursive=True):
            if os.path.isfile(path):
                os.remove(path)
        coverage = os.path.join(self.o.work, 'coverage.geojson')
        with open(coverage, 'w', encoding='utf-8') as f:
            json.dump({'type': 'Polygon', 'coordinates': [[[90, 30], [135, 30], [135, 60], [90, 60], [90, 30]]]}, f)
        run(self.program, 'init', self.store())
        for layer, layer_id in zip(LAYERS, LAYER_IDS):
            started = os.times().elapsed
            run(self.program, 'import', os.path.join(self.o.data, layer + '.gpkg'), '--store', self.store(), '--layer', layer_id,
                '--coverage', coverage, '--title-zh', layer, '--title-en', layer, '--document', 'bench',
                '--effective-from', '2024-01-01', '--synthetic')
            self.figures.add(f'import/{layer}/seconds', os.times().elapsed - started)

    def start_postgis(self):
        if not self.o.postgis:
            return
        if not os.path.exists(self.tool('bench_postgis')):
            say('没有 libpq，跳过 PostGIS。 PostGIS is left out: no libpq.')
            return
        say('PostGIS: 启动；首次载入要几分钟 starting; loading takes minutes the first time')
        self.postgis = self.ask_postgis('up', self.o.data, self.o.work).strip()
        self.versions['postgis'] = self.ask_postgis('versions', self.o.work).strip()

    def ask_postgis(self, *arguments):
        return run(os.path.join(HERE, 'postgis.sh'), *arguments)

    # ---- one round ----

    def core(self, kernel, first):
        command = [self.tool('bench_core'), self.o.data, self.folder('index'), '--repeat', 5]
        if kernel:
            command += ['--kernel', kernel]
        if first and not kernel:
            command += ['--pairs', self.folder('pairs-core')]
        got = json.loads(run(*command))
        name = got['kernel']
        for layer in got['index']:
            for key in ('read_s', 'build_s', 'build_to_read', 'bytes_to_raw', 'open_ms', 'verify_ms'):
                self.figures.add(f'index/{layer["layer"]}/{key}', layer[key])
        self.add_batch(f'core-{name}', got)
        self.add_latency(f'core-{name}', got)
        for size in got['border_parcel_by_polygon_size']:
            self.figures.add(f'core-{name}/border/{size["vertices"]}', size['median_us'])
        for threads, key in ((1, 'seconds_1_thread'), (2, 'seconds_2_threads')):
            self.figures.add(f'core-{name}/one pass/{threads}', got['batch_three_layers'][key])
        for county in got['county_outline']:
            self.figures.add(f'core-{name}/county/{county["parcel_vertices"]}', county['redline_ms'])
            self.totals[f'core-{name}/county/{county["parcel_vertices"]}'] = county['area_m2']
        return name

    def add_batch(self, name, got):
        for layer in got['batch']:
            self.figures.add(f'{name}/{layer["layer"]}/1', layer['seconds_1_thread'])
            self.figures.add(f'{name}/{layer["layer"]}/2', layer['seconds_2_threads'])
            self.totals[f'{name}/{layer["layer"]}'] = layer['pairs_over_0.01_m2'], layer['area_m2']

    def add_latency(self, name, got, key='latency_three_layers_us'):
        for percentile in ('p50', 'p90', 'p99'):
            self.figures.add(f'{name}/latency/{percentile}', got[key][percentile])

    def geos(self, first):
        command = [self.tool('bench_geos'), self.o.data, self.folder('pieces')]
        if first:
            command += ['--pairs', self.folder('pairs-geos')]
        got = json.loads(run(*command))
        self.versions['geos'] = got['geos']
        self.add_batch('geos', got)
        self.add_latency('geos', got)
        self.figures.add('geos/county/clip', got['county_outline']['clip_ms'])
        self.figures.add('geos/county/intersection', got['county_outline']['intersection_ms'])
        self.totals['geos/county'] = got['county_outline']['area_m2']

    def postgis_batch(self, layer):
        for variant in VARIANTS[layer]:
            for workers in WORKERS:
                seconds, pairs, area = self.ask_postgis('query', self.o.work, variant, layer, workers).split()
                self.figures.add(f'postgis/{layer}/{variant}/{workers}', float(seconds))
                self.totals[f'postgis-{variant}/{layer}'] = int(pairs), float(area)

    def postgis_latency(self):
        tables = [layer if v == 'raw' else f'{layer}_{v}' for layer in LAYERS for v in [self.best_variant(layer, 1)]]
        self.add_latency('postgis', json.loads(run(self.tool('bench_postgis'), self.postgis, self.o.data, *tables)))

    def best_variant(self, layer, workers):
        return min(VARIANTS[layer], key=lambda v: self.figures.get(f'postgis/{layer}/{v}/{workers}'))

    def check(self):
        got = json.loads(run(self.tool('bench_check'), self.store(), self.o.data))
        self.add_latency('check', got, 'check_us')
        self.add_latency('check-in-full', got, 'check_in_full_us')
        self.findings = got['findings']
        self.figures.add('areas', got['areas_three_lines']['seconds_1_thread'])
        with open(os.path.join(self.o.work, 'bench_http.log'), 'w') as log:  # one line for each request
            doors = json.loads(run(self.tool('bench_http'), self.store(), '--rounds', 1, stderr=log))
        for name in ('bare_us', 'json_us', 'http_us', 'pdf_ms'):
            self.figures.add(f'doors/{name}', doors[name])

    def round(self, first):
        chosen = self.core(None, first)
        names = [chosen] + [self.core(k, first) for k in ('avx2', 'baseline') if k != chosen and self.has(k)]
        self.kernels = names
        self.geos(first)
        if self.postgis:
            for layer in LAYERS:
                self.postgis_batch(layer)
            self.postgis_latency()
        self.check()

    def reading(self):
        """What reading 国土TXT costs, in the words of its own program."""
        program = self.tool('bench_txt')
        return run(program).splitlines() if os.path.exists(program) else None

    def has(self, kernel):
        return kernel == 'baseline' or kernel in cpu_flags()


# ---- correctness ----

def read_pairs(path):
    with open(path, encoding='ascii', newline='') as f:
        return {(int(p), int(q)): float(a) for p, q, a in csv.reader(f)}


def compare_pairs(bench):
    """Ours with GEOS, pair by pair: what only one of the two has counts with its whole area."""
    found = []
    for layer in LAYERS:
        ours = read_pairs(os.path.join(bench.folder('pairs-core'), layer + '-pairs.csv'))
        theirs = read_pairs(os.path.join(bench.folder('pairs-geos'), layer + '-pairs.csv'))
        found.append({
            'layer': layer,
            'pairs_over_0.01_m2': sum(a > 0.01 for a in ours.values()),
            'geos_pairs_over_0.01_m2': sum(a > 0.01 for a in theirs.values()),
            'max_difference_m2': max((abs(ours.get(k, 0) - theirs.get(k, 0)) for k in ours.keys() | theirs.keys()), default=0)})
    return found


def compare_totals(bench):
    """With PostGIS, whose edges are geodesics: 4e-7 of the total by design."""
    found = []
    for layer in LAYERS:
        for variant in VARIANTS[layer]:
            theirs = bench.totals.get(f'postgis-{variant}/{layer}')
            if theirs:
                ours = bench.totals[f'core-{bench.kernels[0]}/{layer}']
                found.append({'layer': layer, 'variant': variant, 'pairs': ours[0], 'postgis_pairs': theirs[0],
                              'relative_difference': abs(ours[1] - theirs[1]) / max(theirs[1], 1)})
    return found


def correctness(bench):
    """What was compared, and sentences on what is wrong."""
    pairs, totals, wrong = compare_pairs(bench), compare_totals(bench), []
    for p in pairs:
        if p['max_difference_m2'] > 0.01 or p['pairs_over_0.01_m2'] != p['geos_pairs_over_0.01_m2']:
            wrong.append(f'{p["layer"]}: differs from GEOS by {p["max_difference_m2"]:.3g} m2')
    for t in totals:
        if t['relative_difference'] > 2e-6 or t['pairs'] != t['postgis_pairs']:
            wrong.append(f'{t["layer"]}: total differs from PostGIS ({t["variant"]}) by {t["relative_difference"]:.3g}')
    for kernel in bench.kernels[1:]:
        for layer in LAYERS:
            if bench.totals[f'core-{kernel}/{layer}'] != bench.totals[f'core-{bench.kernels[0]}/{layer}']:
                wrong.append(f'{layer}: {kernel} differs from {bench.kernels[0]}')
    county = bench.totals[f'core-{bench.kernels[0]}/county/{COUNTY_VERTICES}'], bench.totals['geos/county']
    if abs(county[0] - county[1]) > max(0.01, 1e-9 * county[1]):
        wrong.append(f'county outline: {county[0]} m2, GEOS {county[1]} m2')
    return {'pairs_with_geos': pairs, 'totals_with_postgis': totals,
            'county_outline_m2': {'ours': county[0], 'geos': county[1]}, 'wrong': wrong}


# ---- the targets ----

class Row:
    """One line of the table: our figure, the peer's, the ratio or value that has a target."""
    def __init__(self, what, ours, peer='', value=None, target='', met=None):
        self.what, self.ours, self.peer, self.value, self.target, self.met = what, ours, peer, value, target, met

    def verdict(self):
        return '' if self.met is None else '达到' if self.met else '**未达到**'

    def cells(self):
        return [self.what, self.ours, self.peer, self.value or '', self.target, self.verdict()]


def seconds(value):
    return f'{value:.4f} s' if value < 0.1 else f'{value:.3f} s' if value < 1 else f'{value:.2f} s'


def micro(value):
    return f'{value:.3g} µs' if value < 1000 else f'{value:.0f} µs'


def at_least(value, target):
    return {'value': f'{value:.1f} ×' if value < 10 else f'{value:.0f} ×', 'target': f'≥ {target:g} ×', 'met': value >= target}


def at_most(value, target, unit='', digits=2):
    return {'value': f'{value:.{digits}f}{unit}', 'target': f'≤ {target:g}{unit}', 'met': value <= target}


def postgis_rows(bench, kernel, target, each_layer):
    """Against PostGIS's best choice per layer and number of workers."""
    rows, worst = [], None
    for workers in WORKERS:
        for layer, zh in zip(LAYERS, LAYERS_ZH):
            ours = bench.figures.get(f'core-{kernel}/{layer}/{workers}')
            variant = bench.best_variant(layer, workers)
            theirs = bench.figures.get(f'postgis/{layer}/{variant}/{workers}')
            row = Row(f'{zh} {layer}，{workers} 线程 thread{"s" * (workers > 1)}，{kernel}', seconds(ours),
                      f'PostGIS {seconds(theirs)}（{VARIANT_NAMES[variant]}）', **at_least(theirs / ours, target))
            rows.append(row)
            if worst is None or theirs / ours < worst[0]:
                worst = theirs / ours, row
    if each_layer:
        return rows
    worst[1].what = '其中最差 worst of them: ' + worst[1].what
    return [worst[1]]


def one_pass_rows(bench, kernel):
    """All three lines: PostGIS by its best choice for each, one query after the other."""
    f, rows = bench.figures, []
    theirs = {w: sum(f.get(f'postgis/{layer}/{bench.best_variant(layer, w)}/{w}') for layer in LAYERS) for w in WORKERS}
    for workers in WORKERS:
        ours = f.get(f'core-{kernel}/one pass/{workers}')
        rows.append(Row(f'三层一次算完 all three in one pass，{workers} 线程 thread{"s" * (workers > 1)}', seconds(ours),
                        f'PostGIS {seconds(theirs[workers])}', f'{theirs[workers] / ours:.0f} ×'))
    ours = f.get('areas')
    rows.append(Row('— 经 C 库，连同图形校验、地块面积和覆盖 through hx_areas, with validity, own areas and coverage，1 线程 thread',
                    seconds(ours), f'PostGIS {seconds(theirs[1])}', f'{theirs[1] / ours:.0f} ×'))
    return rows


def batch_rows(bench):
    f, kernel, rows = bench.figures, bench.kernels[0], []
    if bench.postgis:
        rows += postgis_rows(bench, kernel, 50 if kernel != 'baseline' else 20, True)
        for other in bench.kernels[1:]:
            rows += postgis_rows(bench, other, 50 if other != 'baseline' else 20, False)
    for workers in WORKERS:
        ours = sum(f.get(f'core-{kernel}/{layer}/{workers}') for layer in LAYERS)
        theirs = sum(f.get(f'geos/{layer}/{workers}') for layer in LAYERS)
        rows.append(Row(f'三层合计 all three，{workers} 线程 thread{"s" * (workers > 1)}，{kernel}', seconds(ours),
                        f'GEOS {seconds(theirs)}', f'{theirs / ours:.0f} ×'))
    if bench.postgis:
        rows += one_pass_rows(bench, kernel)
    one, two = (sum(f.get(f'core-{kernel}/{layer}/{w}') for layer in LAYERS) for w in WORKERS)
    rows.append(Row('2 线程比 1 线程 two threads against one', seconds(two), seconds(one), **at_least(one / two, 1.8)))
    return rows


def latency_rows(bench):
    f, kernel, rows = bench.figures, bench.kernels[0], []
    for p, limit, ratio in (('p50', 1, 100), ('p99', 20, 30)):
        ours = f.get(f'core-{kernel}/latency/{p}')
        rows.append(Row(f'单个地块对三条线 one parcel, three lines, {p}', micro(ours), **at_most(ours, limit, ' µs')))
        if bench.postgis:
            theirs = f.get(f'postgis/latency/{p}')
            rows.append(Row(f'— 同上 the same, {p}', micro(ours), f'PostGIS {micro(theirs)}', **at_least(theirs / ours, ratio)))
        theirs = f.get(f'geos/latency/{p}')
        rows.append(Row(f'— 同上 the same, {p}', micro(ours), f'GEOS {micro(theirs)}', f'{theirs / ours:.1f} ×'))
    check = f.get('check/latency/p50')
    rows.append(Row('整个检查（只要数字） the whole check, figures only, p50', micro(check), **at_most(check, 5, ' µs', 1)))
    full = f.get('check-in-full/latency/p50')
    rows.append(Row('整个检查（含结论文字） the whole check with its sentences, p50', micro(full)))
    bare, http, pdf = (f.get(f'doors/{name}') for name in ('bare_us', 'http_us', 'pdf_ms'))
    rows.append(Row('检查并取 JSON 报告，经 HTTP，同一处理器 a check with its JSON report over HTTP, one processor, p50', micro(http),
                    f'裸检查 the bare check {micro(bare)}', **at_most(http / bare, 3, ' ×')))
    rows.append(Row('PDF 报告，一个地块 a report in PDF, one parcel', f'{pdf:.0f} ms', **at_most(pdf, 300, ' ms', 0)))
    return rows


def size_rows(bench):
    f, kernel = bench.figures, bench.kernels[0]
    border = [f.get(n) for n in f.names(f'core-{kernel}/border/')]
    ours = f.get(f'core-{kernel}/county/{COUNTY_VERTICES}')
    clip, whole = f.get('geos/county/clip'), f.get('geos/county/intersection')
    sizes = sorted(int(n.rsplit('/', 1)[1]) for n in f.names(f'core-{kernel}/county/'))
    small, large = sizes[0], sizes[-1]
    growth = f.get(f'core-{kernel}/county/{large}') / f.get(f'core-{kernel}/county/{small}')
    n_log_n = large * math.log(large) / (small * math.log(small))
    return [
        Row('地块在 10³…10⁶ 顶点面的边界上：最慢比最快 parcel on the border of 10³…10⁶ vertices, slowest to fastest',
            f'{min(border):.3f}…{max(border):.3f} µs', **at_most(max(border) / min(border), 1.5, ' ×')),
        Row(f'{COUNTY_VERTICES} 顶点的县界对红线 county outline against the red lines', f'{ours:.1f} ms',
            f'GEOS 仅裁到外接矩形 clip to its box only {clip:.0f} ms', **at_least(clip / ours, 1)),
        Row('— 同上 the same', f'{ours:.1f} ms', f'GEOS 求交 intersection {whole:.0f} ms', f'{whole / ours:.0f} ×'),
        Row(f'县界 {small}→{large} 顶点，用时增长 county outline, growth of time', f'{growth:.1f} ×', f'n log n: {n_log_n:.1f} ×',
            f'{growth / n_log_n:.2f}', '≤ n log n', growth <= n_log_n)]


def index_rows(bench):
    f = bench.figures

    def worst(key):
        return max(f.get(f'index/{layer}/{key}') for layer in LAYERS)

    build, read = (sum(f.get(f'index/{layer}/{key}') for layer in LAYERS) for key in ('build_s', 'read_s'))
    return [
        Row('建索引比读要素，最差一层 index build to reading, worst layer', f'{seconds(build)} in all',
            f'读 reading {seconds(read)}', **at_most(worst('build_to_read'), 2, ' ×')),
        Row('索引文件比原始坐标 index file to raw coordinates', '', **at_most(worst('bytes_to_raw'), 1.25, ' ×', 3)),
        Row('打开索引（校验所有表与环界） opening, every table and ring validated', '', **at_most(worst('open_ms'), 20, ' ms'))]


def table_of(bench):
    return batch_rows(bench) + latency_rows(bench) + size_rows(bench) + index_rows(bench)


# ---- the account ----

def cpu_flags():
    with open('/proc/cpuinfo', encoding='utf-8') as f:
        return next((line.split(':')[1].split() for line in f if line.startswith('flags')), [])


def cpu_name():
    with open('/proc/cpuinfo', encoding='utf-8') as f:
        return next((line.split(':')[1].strip() for line in f if line.startswith('model name')), platform.machine())


def machine():
    with open('/proc/meminfo', encoding='ascii') as f:
        memory_mb = int(f.readline().split()[1]) // 1024
    with open('/etc/os-release', encoding='utf-8') as f:
        system = dict(line.rstrip().split('=', 1) for line in f if '=' in line).get('PRETTY_NAME', '').strip('"')
    return {'cpu': cpu_name(), 'cores': os.cpu_count(), 'memory_mb': memory_mb, 'system': system,
            'kernel': platform.release(), 'cpu_flags': cpu_flags()}


def first_line(*command):
    try:
        return run(*command, stderr=subprocess.STDOUT).splitlines()[0]
    except (OSError, subprocess.CalledProcessError, IndexError):
        return None


def versions(bench):
    return {**bench.versions, 'hongxian': first_line(bench.program, 'version'), 'compiler': first_line('cc', '--version'),
            'commit': first_line('git', '-C', ROOT, 'rev-parse', 'HEAD'), 'python': platform.python_version()}


def results_of(bench, loads):
    o = bench.o
    return {
        'date': datetime.datetime.now(datetime.timezone.utc).isoformat(timespec='seconds'),
        'machine': machine(), 'versions': versions(bench), 'seed': o.seed, 'scale': o.scale, 'rounds': len(loads) - 1,
        'load_average': loads, 'kernels': bench.kernels, 'correctness': correctness(bench), 'findings': bench.findings,
        'table': table_json(table_of(bench)),
        'figures': {name: {'median': bench.figures.get(name), 'values': v} for name, v in bench.figures.values.items()}}


def busy_words(loads, cores):
    return [] if max(loads) <= cores + 1 else [
        '**当时机器上还有别的任务，各数仅供参考**：墙钟时间各轮相差可达数倍，比值会偏向任一方；达到与否，以空闲机器上重跑为准。',
        '*The machine was busy with other work: wall times differ severalfold between rounds and ratios err either way. '
        'Run it on an idle machine before believing a verdict.*']


def table_lines(rows):
    return ['| 项目 what | 红线 ours | 对照 peer | 比值或数值 | 目标 target | |', '|---|---|---|---|---|---|',
            *('| ' + ' | '.join(r.cells()) + ' |' for r in rows)]


def table_json(rows):
    return [dict(zip(('what', 'ours', 'peer', 'value', 'target', 'verdict'), r.cells())) for r in rows]


def markdown(bench, results):
    m, c = results['machine'], results['correctness']
    difference = max(p['max_difference_m2'] for p in c['pairs_with_geos'])
    pairs = sum(p['pairs_over_0.01_m2'] for p in c['pairs_with_geos'])
    lines = [
        '## 性能 Performance', '',
        f'`script/bench` 于 {results["date"][:10]} 测得：{m["cpu"]}，{m["cores"]} 核，{m["memory_mb"] // 1024} GiB，{m["system"]}；'
        f'{bench.versions.get("postgis") or "GEOS " + bench.versions["geos"]}。'
        f'种子 {results["seed"]}，规模 {results["scale"]:g}，{results["rounds"]} 轮交替进行，取中位数；当时系统负载 '
        f'{min(results["load_average"]):.1f}–{max(results["load_average"]):.1f}。'
        f'{pairs} 对压占面积与 GEOS 逐对比较，最大相差 {difference:.1g} m²。',
        '*Medians of interleaved rounds, both sides measured in this run; every figure is in `build/bench/results.json`.*', *busy_words(results['load_average'], m['cores']), '',
        *table_lines(table_of(bench))]
    return '\n'.join(lines)


def write_readme(text, mark='bench'):
    path, begin, end = os.path.join(ROOT, 'README.md'), f'<!-- {mark}:begin -->', f'<!-- {mark}:end -->'
    with open(path, encoding='utf-8') as f:
        readme = f.read()
    before, _, rest = readme.partition(begin)
    _, _, after = rest.partition(end)
    with open(path, 'w', encoding='utf-8') as f:
        f.write(f'{before}{begin}\n{text}\n{end}{after}')


def options_read():
    a = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    a.add_argument('--data', required=True)
    a.add_argument('--work', required=True)
    a.add_argument('--build', required=True)
    a.add_argument('--results', required=True)
    a.add_argument('--scale', type=float, required=True)
    a.add_argument('--seed', type=int, required=True)
    a.add_argument('--rounds', type=int, default=3)
    a.add_argument('--no-postgis', dest='postgis', action='store_false')
    a.add_argument('--readme', action='store_true')
    return a.parse_args()


def account(bench, loads, reading):
    """Writes what is known so far, after each round, so that a run that is stopped has not been for nothing."""
    results = results_of(bench, loads)
    results['reading_txt'] = reading
    with open(bench.o.results, 'w', encoding='utf-8') as f:
        json.dump(results, f, ensure_ascii=False, indent=1)
    text = markdown(bench, results)
    if bench.o.readme:
        write_readme(text)
    return results, text


def main():
    bench = Bench(options_read())
    os.makedirs(bench.o.work, exist_ok=True)
    loads = [os.getloadavg()[0]]
    bench.start_postgis()
    try:
        say('载入 importing')
        bench.make_store()
        reading = bench.reading()
        for i in range(bench.o.rounds):
            say(f'第 {i + 1} 轮，共 {bench.o.rounds} 轮 round {i + 1} of {bench.o.rounds}, load {loads[-1]:.1f}')
            bench.round(i == 0)
            loads.append(os.getloadavg()[0])
            results, text = account(bench, loads, reading)
    finally:
        if bench.postgis:
            bench.ask_postgis('down', bench.o.work)
    say('\n' + text + '\n')
    for sentence in results['correctness']['wrong']:
        say('结果有误 WRONG: ' + sentence)
    sys.exit(1 if results['correctness']['wrong'] else 0)


if __name__ == '__main__':
    main()
