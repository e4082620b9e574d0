"""What the project tests share: where the project is, and which files belong to it."""
import os
import subprocess
import sys

sys.dont_write_bytecode = True
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
NOT_OURS = {'.git', 'build', 'data', 'node_modules', 'dist', 'out', '__pycache__', '.cache'}


CODE = ('src', 'include', 'web/src', 'schema')   # of which new files are looked at before they are added


def _listed(*arguments):
    return subprocess.run(['git', '-c', 'safe.directory=*', '-C', ROOT, 'ls-files', '-z', *arguments], capture_output=True, check=True) \
        .stdout.decode().split('\0')[:-1]


def _tracked():
    """What git tracks, and new sources that it does not ignore. None where there is no git or no repository (an unpacked archive)."""
    if not os.path.exists(os.path.join(ROOT, '.git')):
        return None
    try:
        return _listed() + _listed('--others', '--exclude-standard', '--', *CODE)
    except (FileNotFoundError, subprocess.CalledProcessError):
        return None


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
