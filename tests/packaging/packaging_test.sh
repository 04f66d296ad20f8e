#!/bin/bash
# Installs into a scratch folder, and builds the Debian package: packaging_test.sh BUILD_FOLDER
set -eu
build=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

DESTDIR=$scratch/root cmake --install "$build" --prefix /usr >/dev/null
cd "$scratch/root/usr"
test -x bin/rtmpscope
test -s share/man/man1/rtmpscope.1
bash -n share/bash-completion/completions/rtmpscope
zsh -n share/zsh/vendor-completions/_rtmpscope

# Below any prefix, and nowhere else; the Wireshark plugin, if there is one, where Wireshark looks for a user's plugins.
prefix=$scratch/any/.local
components=("")
[ ! -e "$build/dissector-plugin/rtmpscope.so" ] || components+=("--component wireshark")
for component in "${components[@]}"; do
  # shellcheck disable=SC2086 # two words
  cmake --install "$build" --prefix "$prefix" $component >"$scratch/install.log"
  grep -q "^-- Installing: $prefix/" "$scratch/install.log"
  if sed -n 's/^-- \(Installing\|Up-to-date\): //p' "$scratch/install.log" | grep -v "^$prefix/"; then
    echo "is outside the prefix $prefix"
    exit 1
  fi
done
if [ "${#components[@]}" -eq 2 ]; then
  series=$(sed -n 's/^RTMPSCOPE_WIRESHARK_SERIES:INTERNAL=//p' "$build/CMakeCache.txt")
  test -s "$prefix/lib/wireshark/plugins/$series/epan/rtmpscope.so"
fi
"$prefix/bin/rtmpscope" --version >/dev/null

cd "$scratch"
cpack -G DEB --config "$build/CPackConfig.cmake" -B "$scratch" >cpack.log 2>&1 || { cat cpack.log; exit 1; }
package=$(echo rtmpscope_*.deb)
dpkg-deb --field "$package" Package Version Architecture Depends Maintainer Description
dpkg-deb --field "$package" Depends | grep -q libpcap0.8
dpkg-deb --extract "$package" unpacked
unpacked/usr/bin/rtmpscope --version
dpkg-deb --contents "$package" | grep -q usr/share/doc/rtmpscope/copyright

# The service: its configuration is the administrator's once it is installed, and the sandbox of systemd is tight.
test -s unpacked/etc/rtmpscope.conf
test "$(dpkg-deb --ctrl-tarfile "$package" | tar -xO ./conffiles)" = /etc/rtmpscope.conf
unit=unpacked/usr/lib/systemd/system/rtmpscope.service
test -s "$unit"
if command -v systemd-analyze >/dev/null; then
  systemd-analyze security --offline=true --threshold=20 "$unit" | tail -n 1
fi

# The library: the shared one and what is needed to build with it, in packages of their own.
dpkg-deb --contents librtmpscope0_*.deb | grep -q 'librtmpscope\.so\.0$\|librtmpscope\.so\.0 ->'
dpkg-deb --field librtmpscope0_*.deb Depends | grep -q libpcap0.8
for file in include/rtmpscope/rtmpscope.hpp include/rtmpscope/version.hpp librtmpscope.a rtmpscope.pc \
    rtmpscopeConfig.cmake librtmpscope-dev/examples/count_key_frames.cpp; do
  dpkg-deb --contents librtmpscope-dev_*.deb | grep -q "$file\$"
done
dpkg-deb --field librtmpscope-dev_*.deb Depends | grep -q 'librtmpscope0 (= '
