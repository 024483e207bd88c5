#!/bin/sh
# install.sh: installs Isolde out of the folder in which this script lies, or removes it again. usage() tells how.
#
# PREFIX/share/isolde/installed-files names what was installed. The next install removes from it what the new
# version lacks, and --uninstall all of it; nothing else is ever removed. DESTDIR goes before every path.
set -eu

usage() {
  cat <<'USAGE'
usage: install.sh [--prefix FOLDER] [--uninstall]

  install.sh                      for you alone: the plug-ins into ~/.lv2, all else below ~/.local
  install.sh --prefix /usr/local  for everybody, as root
  install.sh --uninstall          removes what install.sh has installed there, and nothing else
USAGE
}

fail() {
  echo "install.sh: $1" >&2
  exit 1
}

prefix=
action=install
while [ $# -gt 0 ]; do
  case $1 in
    --prefix) [ $# -gt 1 ] || fail "--prefix needs a folder"
      prefix=$2
      shift ;;
    --prefix=*) prefix=${1#*=} ;;
    --uninstall) action=uninstall ;;
    -h | --help) usage
      exit 0 ;;
    *) usage >&2
      exit 64 ;;
  esac
  shift
done

if [ -n "$prefix" ]; then
  case $prefix in
    /*) ;;
    *) prefix=$PWD/$prefix ;;
  esac
  prefix=${prefix%/}
  bundles=$prefix/lib/lv2
else
  [ -n "${HOME:-}" ] || fail "HOME is not set; name a folder by --prefix"
  prefix=$HOME/.local
  bundles=$HOME/.lv2
fi
root=${DESTDIR:-}
case $root in
  "" | /*) ;;
  *) root=$PWD/$root ;;
esac
here=$(cd "$(dirname "$0")" && pwd)
list=$prefix/share/isolde/installed-files

# Removes the files that are named on standard input, and the folders that are empty then.
remove() {
  while IFS= read -r file; do
    rm -f -- "$root$file"
    folder=${file%/*}
    # Not the prefix itself, nor a folder above it.
    while [ -n "$folder" ] && [ "$folder" != "$prefix" ] && [ "$folder" != "${HOME:-}" ] &&
      rmdir -- "$root$folder" 2>/dev/null; do
      folder=${folder%/*}
    done
  done
}

# The loader's list of libraries, where it may be written and the library is for everybody.
refresh_libraries() {
  if [ -z "$root" ] && [ "$bundles" = "$prefix/lib/lv2" ] && [ "$(id -u)" = 0 ] && command -v ldconfig >/dev/null; then
    ldconfig
  fi
}

if [ $action = uninstall ]; then
  [ -f "$root$list" ] || fail "nothing of Isolde is installed in $root$prefix; --prefix names another place"
  files=$(cat "$root$list")
  printf '%s\n%s\n' "$files" "$list" | remove
  refresh_libraries
  echo "removed Isolde from $root$prefix"
  exit 0
fi

[ -f "$here/lib/lv2/isolde.lv2/manifest.ttl" ] || fail "there is nothing to install beside $0; unpack the whole archive"
mkdir -p "$root$prefix/share/isolde" 2>/dev/null && [ -w "$root$prefix/share/isolde" ] ||
  fail "$root$prefix cannot be written; run it as root, or without --prefix for yourself"

old=
[ ! -f "$root$list" ] || old=$(cat "$root$list")

# Where a file of the archive goes.
target() {
  case $1 in
    lib/lv2/*) printf '%s\n' "$bundles/${1#lib/lv2/}" ;;
    *) printf '%s\n' "$prefix/$1" ;;
  esac
}

copy() { # FROM TO
  if [ "$1" = lib/pkgconfig/isolde.pc ]; then
    sed -e "s|^prefix=.*|prefix=$prefix|" -e "s|^modeldir=.*|modeldir=$bundles/isolde.lv2/models|" "$1" >"$2" && chmod 644 "$2"
  elif [ -L "$1" ]; then
    cp -P "$1" "$2"
  else
    cp "$1" "$2" && chmod "$(stat -c %a "$1")" "$2"
  fi
}

cd "$here"
new=$(find bin include lib share \( -type f -o -type l \) ! -name installed-files | LC_ALL=C sort | while IFS= read -r file; do
  place=$(target "$file")
  # Written aside and renamed: a program that runs, or a host that has the plug-in open, keeps the old file.
  aside=$root${place%/*}/.isolde-install.$$
  mkdir -p "$root${place%/*}" && copy "$file" "$aside" && mv -fT "$aside" "$root$place" || {
    rm -f "$aside"
    exit 1
  }
  printf '%s\n' "$place"
done) || fail "not all files could be written below $root$prefix; what was there works as before, or run it again"
printf '%s\n' "$new" >"$root$list"
chmod 644 "$root$list"

# What an older version had and this one lacks.
[ -z "$old" ] || printf '%s\n' "$old" | while IFS= read -r file; do
  printf '%s\n' "$new" | grep -qxF -e "$file" || printf '%s\n' "$file"
done | remove

[ -z "$root" ] || exit 0
refresh_libraries
echo "Isolde is installed: the plug-ins in $bundles/isolde.lv2, the command line as $prefix/bin/isolde"
case :${PATH:-}: in
  *:"$prefix/bin":*) ;;
  *) echo "$prefix/bin is not in your PATH; call isolde by its path, or add the folder" ;;
esac
# The plug-ins need less than the command line does.
"$prefix/bin/isolde" --version >/dev/null 2>&1 || {
  missing=$(ldd "$prefix/bin/isolde" 2>&1 | sed -n 's/^[[:space:]]*\(lib[^ ]*\) => not found.*/\1/p' | tr '\n' ' ')
  if [ -n "$missing" ]; then
    echo "The command line needs $missing(on Debian and Ubuntu: libsndfile1 libcairo2); the plug-ins work without"
  else
    echo "The command line does not run on this system: it needs GLIBC 2.34 or later (Debian 12, Ubuntu 22.04); the plug-ins do"
  fi
}
