# shellcheck shell=bash disable=SC2086  # lists of package names are split on purpose
# What the entries of this folder share; to be sourced. Everything that is said goes to stderr: stdout belongs to the
# program that is set up.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# quietly WHAT COMMAND...: shows one changing line on a terminal, and the command's output only if it fails.
quietly() {
  local what=$1 log line status
  shift
  log=$(mktemp)
  "$@" </dev/null 2>&1 | tee "$log" | while IFS= read -r line; do
    [ ! -t 2 ] || printf '\r\033[K%s: %.60s' "$what" "$line" >&2
  done
  status=${PIPESTATUS[0]}
  [ ! -t 2 ] || printf '\r\033[K' >&2
  if [ "$status" -ne 0 ]; then
    cat "$log" >&2
    echo "$what: failed" >&2
  fi
  rm -f "$log"
  return "$status"
}

# install_packages GROUP...: those of packages.txt that are not there yet.
install_packages() {
  local wanted missing
  wanted=$(awk -v groups=" $* " '!/^#/ && NF && index(groups, " " $2 " ") {print $1}' "$root/tools/packages.txt")
  missing=$(comm -23 <(sort <<<"$wanted") \
    <(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' $wanted 2>/dev/null | awk '$1 == "ii" {print $2}' | sort -u))
  [ -n "$missing" ] || return 0
  quietly "installing packages" apt_install $missing
}

apt_install() {
  local as_root=() policy=/usr/sbin/policy-rc.d made_policy="" status=0
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  # Some packages bring a service, which Debian would start at once; the tests start their own.
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
    "${as_root[@]}" chmod 755 "$policy"
    made_policy=yes
  fi
  "${as_root[@]}" apt-get update &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" || status=$?
  [ -z "$made_policy" ] || "${as_root[@]}" rm -f "$policy"
  return "$status"
}

# build_tree PRESET: the folder to build in. Somebody else's checkout is left as it is: what has to be built there goes
# to the user's own cache.
build_tree() {
  local builds=$root/build
  if [ ! -w "$root" ] || { [ -e "$builds/$1" ] && [ ! -w "$builds/$1" ]; }; then
    builds=${XDG_CACHE_HOME:-$HOME/.cache}/rtmpscope/$(cksum <<<"$root" | tr ' ' -)
  fi
  echo "$builds/$1"
}

# is_current PROGRAM: it is there, and no source is newer.
is_current() {
  [ -x "$1" ] &&
    [ -z "$(find "$root"/{analyzer,cmake,CMakeLists.txt,CMakePresets.json} -newer "$1" -print -quit 2>/dev/null)" ]
}

# build PRESET GROUP... -- TARGET...: configures on the first run, then builds what has changed.
build() {
  local preset=$1 groups=() tree
  tree=$(build_tree "$1")
  shift
  while [ "$1" != -- ]; do groups+=("$1"); shift; done
  shift
  mkdir -p "$tree"
  exec {lock}>"$tree/.lock"
  flock "$lock"
  if [ ! "$tree/.packages" -nt "$root/tools/packages.txt" ]; then
    install_packages "${groups[@]}" && touch "$tree/.packages" || return
  fi
  [ -e "$tree/build.ninja" ] || quietly "configuring $preset" cmake -S "$root" --preset "$preset" -B "$tree" || return
  quietly "building $preset" ninja -C "$tree" "$@" || return
  exec {lock}>&-
}
