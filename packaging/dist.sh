#!/bin/bash
# dist.sh STAGE OUT.tar.xz: packs what stage.sh has laid out. SOURCE_DATE_EPOCH dates it.
set -eu
stage=${1:?usage: dist.sh STAGE OUT.tar.xz}
out=${2:?usage: dist.sh STAGE OUT.tar.xz}
: "${SOURCE_DATE_EPOCH:?}"
tar -C "$(dirname "$stage")" --format=gnu --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" \
  -cf - "$(basename "$stage")" | xz -9 -T1 >"$out.part"
mv "$out.part" "$out"
