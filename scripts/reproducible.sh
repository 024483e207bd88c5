#!/bin/bash
# reproducible.sh FOLDER: builds the sources twice, in folders below FOLDER whose names differ in length, in
# another order, language and time zone, and compares all that is installed, the archive and the Debian package, byte for byte.
set -eu
folder=${1:?usage: reproducible.sh FOLDER}
root=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)

epoch=$(git -C "$root" log -1 --format=%ct)

# What git knows, as it stands in the working tree, and the packages that SwiftPM has fetched.
copy() { # NAME
  local copy=$folder/$1
  rm -rf "$copy"
  mkdir -p "$copy"
  (cd "$root" && git ls-files -z | xargs -0 cp --parents -t "$copy")
  if [ -d "$root/.build/checkouts" ]; then
    mkdir "$copy/.build"
    cp -r "$root"/.build/{checkouts,repositories,workspace-state.json} "$copy/.build"
  fi
}

build() { # NAME ENVIRONMENT...
  local copy=$folder/$1
  shift
  if ! env "$@" SOURCE_DATE_EPOCH="$epoch" make -C "$copy" -j2 install dist deb PREFIX=/usr DESTDIR="$copy/installed" \
    >"$copy/make.log" 2>&1; then
    tail -n 20 "$copy/make.log" >&2
    exit 1
  fi
  cp "$copy"/build/dist/*.{tar.xz,deb} "$copy/installed"
}

first=first second=second-and-with-a-longer-name
copy $first
copy $second
build $first LC_ALL=C TZ=UTC
build $second LC_ALL=C.UTF-8 TZ=Asia/Kathmandu

status=0
same() { # NAME of a file below installed/
  if cmp -s "$folder/$first/installed/$1" "$folder/$second/installed/$1"; then
    printf '%s  %s\n' "$(sha256sum <"$folder/$first/installed/$1" | cut -c1-16)" "$1"
  else
    printf 'differs           %s\n' "$1"
    status=1
  fi
}
list() { (cd "$folder/$1/installed" && find . -type f -printf '%P\n' | sort); }
[ "$(list $first)" = "$(list $second)" ] || { echo "other files are installed" && exit 1; }
while read -r file; do same "$file"; done < <(list $first)
[ $status = 0 ] && echo "all $(list $first | wc -l) files, archive and package among them, are the same"
exit $status
