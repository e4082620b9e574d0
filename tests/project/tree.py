"""What the project tests share: where the project is, and which files belong to it."""
import os
import subprocess
import sys

sys.dont_write_bytecode = True
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
NOT_OURS = {'.git', 'build', 'data', 'node_modules', 'dist', 'out', '__pycache__', '.cache'}


def _tracked():
    """What git tracks, or None where there is no git or no repository (an unpacked archive)."""
    if not os.path.exists(os.path.join(ROOT, '.git')):
        return None
    try:
        r = subprocess.run(['git', '-c', 'safe.directory=*', '-C', ROOT, 'ls-files', '-z'], capture_output=True)
    except FileNotFoundError:
        return None
    return r.stdout.decode().split('\0')[:-1] if r.returncode == 0 else None


def _walked():
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [f for f in folders if f not in NOT_OURS]
        for name in names:
            yield os.path.relpath(os.path.join(folder, name), ROOT)


def files(*under, ends=()):
    """The project's files, relative to its root, sorted; only below `under` and with one of `ends`, where given."""
    names = _tracked()
    names = sorted(_walked() if names is None else names)
    return [n for n in names
            if os.path.isfile(os.path.join(ROOT, n))
            and (not under or n.split('/')[0] in under or any(n.startswith(u + '/') for u in under))
            and (not ends or n.endswith(tuple(ends)))]


def path(*parts):
    return os.path.join(ROOT, *parts)


def text(name):
    """The file's text, or None for bytes that are none."""
    with open(path(name), 'rb') as f:
        data = f.read()
    try:
        return None if b'\0' in data else data.decode('utf-8')
    except UnicodeDecodeError:
        return None
