#!/bin/bash
# deb.sh STAGE REVISION OUT.deb: makes a Debian package of what stage.sh has laid out. SOURCE_DATE_EPOCH dates it.
#
# Not by debhelper, which would build from sources: Swift is no package of Debian.
set -eu
stage=${1:?usage: deb.sh STAGE REVISION OUT.deb}
revision=${2:?usage: deb.sh STAGE REVISION OUT.deb}
out=${3:?usage: deb.sh STAGE REVISION OUT.deb}
: "${SOURCE_DATE_EPOCH:?}"
here=$(cd "$(dirname "$0")" && pwd)
version=$(sed -n 's/^Version: //p' "$stage/lib/pkgconfig/isolde.pc")
umask 022
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/debian/isolde
mkdir -p "$tree/DEBIAN" "$tree/usr"
cp -a "$stage"/{bin,include,lib,share} "$tree/usr"

# ---- Where Debian has things
doc=$tree/usr/share/doc/isolde
sed -i 's|^prefix=.*|prefix=/usr|' "$tree/usr/lib/pkgconfig/isolde.pc"
rm "$doc/LICENSE"
mv "$doc/CHANGELOG.md" "$doc/changelog"
printf 'isolde (%s-%s) unstable; urgency=medium\n\n  * See changelog.gz.\n\n -- Isolde developers <developers@isolde.invalid>  %s\n' \
  "$version" "$revision" "$(LC_ALL=C date -u -R -d "@$SOURCE_DATE_EPOCH")" >"$doc/changelog.Debian"
gzip -9n "$doc"/changelog "$doc"/changelog.Debian
find "$tree/usr/share/man" -type f -exec gzip -9n {} + 2>/dev/null || true
if [ -d "$tree/usr/share/zsh/site-functions" ]; then
  mv "$tree/usr/share/zsh/site-functions" "$tree/usr/share/zsh/vendor-completions"
fi
find "$tree" -name '*.so*' -type f -exec strip --strip-unneeded {} + -exec chmod 644 {} +
strip -g "$tree/usr/lib/libisolde.a" --enable-deterministic-archives

# ---- What it needs: the binaries say
mapfile -t binaries < <(find "$tree/usr/bin/isolde" "$tree/usr/lib" -type f \( -name isolde -o -name '*.so*' \))
touch "$work/debian/control"
needs=$(cd "$work" && dpkg-shlibdeps -O --ignore-missing-info "${binaries[@]}" 2>"$work/complaints" |
  sed -n 's/^shlibs:Depends=//p')
[ -n "$needs" ] || { cat "$work/complaints" >&2; exit 1; }

sed -e "s|@VERSION@|$version-$revision|" -e "s|@SIZE@|$(du -sk --apparent-size "$tree/usr" | cut -f1)|" \
  -e "s|@NEEDS@|$needs|" "$here/control.in" >"$tree/DEBIAN/control"
echo "libisolde ${version%%.*} isolde (>= $version)" >"$tree/DEBIAN/shlibs"
echo "activate-noawait ldconfig" >"$tree/DEBIAN/triggers"
(cd "$tree" && find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum) >"$tree/DEBIAN/md5sums"
chmod -R u+rwX,go+rX,go-w "$tree"
mkdir -p "$(dirname "$out")"
dpkg-deb --root-owner-group --threads-max=1 -Zxz --build "$tree" "$out" >/dev/null
