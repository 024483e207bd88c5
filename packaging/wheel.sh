#!/bin/bash
# wheel.sh STAGE OUT-FOLDER: makes a wheel of python/ with the library and the models of what stage.sh has laid out.
# SOURCE_DATE_EPOCH dates it.
set -eu
stage=${1:?usage: wheel.sh STAGE OUT-FOLDER}
out=${2:?usage: wheel.sh STAGE OUT-FOLDER}
: "${SOURCE_DATE_EPOCH:?}"
root=$(cd "$(dirname "$0")/.." && pwd)
umask 022
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r "$root"/python/{isolde,pyproject.toml} "$work"
find "$work" -name __pycache__ -prune -exec rm -r {} +
sed -n 's/^Version: //p' "$stage/lib/pkgconfig/isolde.pc" >"$work/VERSION"
cp "$stage"/share/doc/isolde/{LICENSE,copyright} "$work"
cp "$stage"/lib/libisolde.so.?.* "$work/isolde/libisolde.so.0"
strip --strip-unneeded "$work/isolde/libisolde.so.0"
cp -r "$stage/lib/lv2/isolde.lv2/models" "$work/isolde/models"

# The library needs GLIBC 2.29 alone, and no version of Python.
printf '[bdist_wheel]\nplat_name = manylinux_2_29_x86_64\npython_tag = py3\n' >"$work/setup.cfg"
mkdir -p "$out"
"${PYTHON:-/usr/bin/python3}" -m pip wheel --quiet --disable-pip-version-check --no-build-isolation --no-deps --no-index \
  --wheel-dir "$out" "$work"
