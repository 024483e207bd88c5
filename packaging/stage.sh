#!/bin/bash
# stage.sh BUILD FOLDER VERSION: lays out in FOLDER all that is installed, as it lies below a prefix, with the
# script that installs it. `make install`, `make dist` and `make deb` all start from here. SOURCE_DATE_EPOCH dates
# the manual.
set -eu
build=${1:?usage: stage.sh BUILD FOLDER VERSION}
stage=${2:?usage: stage.sh BUILD FOLDER VERSION}
version=${3:?usage: stage.sh BUILD FOLDER VERSION}
root=$(cd "$(dirname "$0")/.." && pwd)
soname=libisolde.so.${version%%.*}

rm -rf "$stage"
put() { # MODE FOLDER FILE...
  local mode=$1 folder=$stage/$2
  shift 2
  install -d -m 755 "$folder"
  install -m "$mode" "$@" "$folder"
}

# The bundle, whatever it holds.
while IFS= read -r file; do
  mode=644
  [ "${file%.so}" = "$file" ] || mode=755
  put $mode "lib/lv2/isolde.lv2/$(dirname "$file")" "$build/isolde.lv2/$file"
done < <(cd "$build/isolde.lv2" && find . -type f | LC_ALL=C sort)

put 755 bin "$build/isolde"

# The manual and the completions are what the command line says of itself.
install -d -m 755 "$stage"/share/{man/man1,bash-completion/completions,zsh/site-functions,fish/vendor_completions.d}
date=$(date -u -d "@${SOURCE_DATE_EPOCH:?}" +%F)
manual=$stage/share/man/man1
"$build/generate-manual" "$build/isolde" --multi-page --date "$date" --authors "The Isolde authors" --output-directory "$manual"
# Names that whatis can read, as git has them: isolde-clean(1) for `isolde clean`. `help` needs no page.
rm "$manual/isolde.help.1"
for page in "$manual"/isolde*.1; do
  name=$(basename "$page" .1)
  sed -i -e "s/^\.Nm \"isolde .*/.Nm ${name/./-}/" -e "s/^\.Nm\$/.Nm \"${name/./ }\"/" -e 's/^\.Nd "\(.*[^.]\)\.\?"$/.Nd \1/' \
    -e 's/^\(\.Dt ISOLDE\)\./\1-/' -e '/^\.Xr isolde\.help/d' -e 's/^\.Xr isolde\./.Xr isolde-/' "$page"
  [ "$name" = isolde ] || mv "$page" "$manual/${name/./-}.1"
done
LC_ALL=C sed "s/@DATE@/$(LC_ALL=C date -u -d "@$SOURCE_DATE_EPOCH" '+%B %-d, %Y')/" "$root/packaging/isolde-demo.1.in" >"$manual/isolde-demo.1"
completions() { "$build/isolde" --generate-completion-script "$1" | sed '1{/^#!/d}'; }
completions bash >"$stage/share/bash-completion/completions/isolde"
completions zsh >"$stage/share/zsh/site-functions/_isolde"
completions fish >"$stage/share/fish/vendor_completions.d/isolde.fish"

put 644 lib "$build/libisolde.a"
install -m 755 "$build/libisolde.so" "$stage/lib/libisolde.so.$version"
ln -s "libisolde.so.$version" "$stage/lib/$soname"
ln -s "$soname" "$stage/lib/libisolde.so"
put 644 include "$root"/Sources/IsoldeLibrary/isolde.h "$root"/Sources/Modules/CInterface/isolde_*.h
install -d -m 755 "$stage/lib/pkgconfig"
sed "s|@VERSION@|$version|" "$root/packaging/isolde.pc.in" >"$stage/lib/pkgconfig/isolde.pc"

put 755 lib/isolde "$build/told-latency.so" "$root"/scripts/{demo,noisy-recording}.sh
put 755 bin "$root/packaging/isolde-demo"

put 644 share/doc/isolde "$root"/{LICENSE,CHANGELOG.md} "$root/packaging/copyright"
put 644 share/doc/isolde/examples "$root"/examples/{*.c,pipewire/*.conf}
install -D -m 644 "$root/.build/checkouts/swift-argument-parser/LICENSE.txt" "$stage/share/doc/isolde/licences/Swift.txt"

put 755 . "$root/packaging/install.sh"
put 644 . "$root/packaging/README.txt"
chmod -R u+rwX,go+rX,go-w "$stage"
