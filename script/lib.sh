# What the scripts share; sourced, never run. Sets the project's folders, moves to its root, defines functions only.
# shellcheck shell=bash disable=SC2034

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build
logs=$build/logs
cd "$root" || exit 1
export LC_ALL=C.UTF-8
export CMAKE_GENERATOR=Ninja # also for projects that tests build; make is not installed
# Debian's own Python, the one that its python3-* packages are for, whatever else is on PATH.
python=/usr/bin/python3

# Each argument on a line of its own.
say() { printf '%s\n' "$@"; }
complain() { printf '%s\n' "$@" >&2; }
die() {
    complain "$@"
    exit 1
}

# ---- steps that write to a log ----

# run_logged NAME COMMAND...: quiet unless it fails; then the last lines and where the rest is.
run_logged() {
    local name=$1 log=$logs/$1.log
    shift
    mkdir -p "$logs"
    "$@" >"$log" 2>&1 </dev/null && return 0
    complain "" "--- ${name}：最后 40 行 / the last 40 lines ---"
    tail -n 40 "$log" >&2
    complain "--- 失败 failed: ${name}；完整日志 the whole log: ${log#"$root"/} ---"
    return 1
}

# ---- packages ----

# packages_in LIST...: the names in script/packages-LIST.txt.
packages_in() {
    local list
    for list; do
        sed -E 's/[[:space:]]*#.*//; /^$/d' "$root/script/packages-$list.txt"
    done
}

# why_package NAME: the reason in the list.
why_package() {
    sed -nE "s/^$1[[:space:]]+# *//p" "$root"/script/packages-*.txt | head -n 1
}

node_version_ok() {
    local v
    v=$(node --version 2>/dev/null) || return 1
    v=${v#v}
    [ "${v%%.*}" -ge 18 ]
}

# Node.js and npm count by what is on PATH: other sources package them under other names, some in one package.
provided_otherwise() {
    case $1 in
    nodejs) node_version_ok ;;
    npm) node_version_ok && command -v npm >/dev/null ;;
    *) false ;;
    esac
}

# packages_missing LIST...: what is not installed yet. Asks dpkg only: quick, and needs no network.
packages_missing() {
    local wanted installed name
    wanted=$(packages_in "$@")
    # dpkg-query fails when it does not know a name, which is no failure here.
    # shellcheck disable=SC2086
    installed=$({ dpkg-query -W -f='${db:Status-Abbrev} ${Package}\n' $wanted 2>/dev/null || true; } | sed -n 's/^ii  *//p')
    for name in $wanted; do
        grep -qxF "$name" <<<"$installed" || provided_otherwise "$name" || printf '%s\n' "$name"
    done
}

# ---- what was built from what ----

# digest PATH...: one hash over names and contents of the files below; equal inputs, equal hash.
digest() {
    find "$@" -type f -not -path '*/node_modules/*' -not -path '*/dist/*' -print0 2>/dev/null | sort -z |
        xargs -0 -r sha256sum | sha256sum | cut -d' ' -f1
}

# up_to_date STAMP VALUE
up_to_date() { [ "$(cat "$1" 2>/dev/null)" = "$2" ]; }

stamp() {
    mkdir -p "$(dirname "$1")"
    printf '%s\n' "$2" >"$1"
}

# ---- building ----

# cmake_build PRESET [CMAKE_ARGUMENT...]: configures when needed, then builds: everything, or what build_target names.
cmake_build() {
    local preset=$1
    shift
    local arguments=("$@")
    if command -v ccache >/dev/null; then
        arguments+=(-DCMAKE_C_COMPILER_LAUNCHER=ccache)
    fi
    cmake --preset "$preset" "${arguments[@]}" && cmake --build --preset "$preset" ${build_target:+--target "$build_target"}
}

# The page's libraries, exactly as locked, unless they are there already.
web_install() {
    local want
    want=$(digest web/package.json web/package-lock.json)-$(node --version)
    up_to_date web/node_modules/.hongxian-stamp "$want" && return 0
    (cd web && npm ci --no-audit --no-fund --no-update-notifier) && stamp web/node_modules/.hongxian-stamp "$want"
}

web_build() {
    local want
    want=$(digest web)-$(node --version)
    [ -e web/dist/index.html ] && up_to_date "$build/web.stamp" "$want" && return 0
    web_install && (cd web && npm run build) && stamp "$build/web.stamp" "$want"
}

# ---- the store ----

# official_layers PROGRAM STORE: what is loaded that is neither sample data nor for reference only.
official_layers() {
    "$1" layers --store "$2" --lang en 2>/dev/null | grep -vE '\[(sample data|reference only)\]$' | cut -f1
}

# store_prepare PROGRAM STORE: makes the store if it is missing and loads geodata/; what is loaded already stays, and
# sample data never takes the place of official data.
store_prepare() {
    local program=$1 store=$2 official
    mkdir -p "$(dirname "$store")"
    if [ ! -e "$store" ]; then
        "$program" init "$store" || return
    fi
    official=$(official_layers "$program" "$store" | tr "\n" " ") || true
    if [ -n "$official" ]; then
        say "已有正式数据，不载入示例数据 official data is there, sample data is not loaded: $official"
        return 0
    fi
    "$program" import --store "$store" --geodata geodata
}

port_busy() { (exec 3<>"/dev/tcp/$1/$2") 2>/dev/null; }
