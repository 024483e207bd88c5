#!/bin/bash
# The packages in fresh systems: Debian 12 and 13 with package and archive, Debian 11 with the archive. As root;
# the systems come from Debian's mirror.
set -u
# What is mounted and started here goes with this process.
[ -n "${ISOLDE_MOUNTS:-}" ] || ISOLDE_MOUNTS=own exec unshare --mount --propagation private --pid --fork --kill-child --mount-proc "$0"
# shellcheck source=Tests/report.sh
source "$(dirname "$0")/../report.sh"
# shellcheck source=Tests/Packages/chroot.sh
source "$(dirname "$0")/chroot.sh"
cd "$root" || exit 2

version=$(sed -n 's/.*ISOLDE_VERSION "\(.*\)"/\1/p' Sources/IsoldeLibrary/isolde.h)
archive=$build/dist/isolde-$version-linux-x86_64.tar.xz
deb=$build/dist/isolde_$version-1_amd64.deb
voices=/usr/share/sounds/alsa
"$tools/sound" speech "$scratch/in.wav" 48000 1 0.02 0 $voices/Front_Center.wav $voices/Rear_Left.wav
"$tools/sound" speech "$scratch/late.wav" 48000 1 0.02 102400 $voices/Front_Center.wav
"$build/isolde" clean --quiet "$scratch/in.wav" -o "$scratch/expected.wav"
"$build/isolde" clean --quiet "$scratch/late.wav" -o "$scratch/late-expected.wav"

# A package of an older version, with a file that the new one lacks.
older_deb() {
  dpkg-deb -R "$deb" "$scratch/old" &&
    sed -i 's/^Version: .*/Version: 0.0.9-1/' "$scratch/old/DEBIAN/control" &&
    cp "$scratch/old/usr/lib/lv2/isolde.lv2/models/"{live,gone}.isolde &&
    dpkg-deb -Zgzip --root-owner-group -b "$scratch/old" "$scratch/older.deb" >/dev/null
}
check "an older package can be made" older_deb

check_lintian() {
  # Reasons: Isolde has no address to give, and is no upload to Debian. Users install one package: the library and its
  # header stand in it, and its files lie as they do below every prefix.
  local but="bogus-mail-host-in-debian-changelog,bogus-mail-host,mail-address-loops-or-bounces,maintainer-address-malformed"
  but="$but,initial-upload-closes-no-bugs,link-to-shared-library-in-wrong-package,package-name-doesnt-match-sonames"
  but="$but,pkg-config-unavailable-for-cross-compilation"
  lintian --suppress-tags "$but" --fail-on error,warning "$deb"
}
check "lintian finds nothing" check_lintian

# ---- What is done in each system ---------------------------------------------------------------------

ours() { find "$system" -xdev \( -iname '*isolde*' -o -path '*/packages/*' \) ! -path '*/packages*' ! -path '*/var/cache/*' ! -path '*/tmp/*'; }
nothing_left() {
  local left
  left=$(ours)
  [ -z "$left" ] || { echo "left: $left"; false; }
}

cleaned() { # COMMAND...: isolde, called so, gives what it gives here
  rm -f "$system/tmp/out.wav"
  "$@" clean --quiet /packages/in.wav -o /tmp/out.wav && "$tools/sound" same "$scratch/expected.wav" "$system/tmp/out.wav" 0 exact
}

all_listed() { # as_user|inside
  [ "$("$1" lv2ls | grep -cE '^urn:isolde:((dialogue|live|stems|extend)-(mono|stereo)|dialogue-5.1)$')" = 9 ] || { "$1" lv2ls; false; }
}

in_ffmpeg() { # as_user|inside
  rm -f "$system/tmp/ffmpeg.wav"
  "$1" ffmpeg -nostdin -v error -i /packages/in.wav -af 'lv2=p=urn\\:isolde\\:dialogue-mono' -c:a pcm_f32le /tmp/ffmpeg.wav &&
    "$tools/sound" same "$scratch/expected.wav" "$system/tmp/ffmpeg.wav" 4096 exact
}

# jalv between a player and a recorder. It plays before the recording begins, hence -45 dB.
in_jalv() { # as_user|inside
  rm -f "$system/tmp/jalv.wav"
  cat >"$system/packages/jalv.sh" <<'SCRIPT'
cd "$(mktemp -d)" && mkfifo keyboard && exec 9<>keyboard
jackd --no-realtime -n isolde-test -d dummy -r 48000 -p 512 >jackd.log 2>&1 &
jackd=$!
export JACK_DEFAULT_SERVER=isolde-test
/packages/jack_play --wait
jalv -n plug -x urn:isolde:dialogue-mono <&9 >jalv.log 2>&1 &
jalv=$!
timeout 120 /packages/jack_play plug /packages/late.wav /tmp/jalv.wav
status=$?
kill $jalv $jackd
wait
[ $status = 0 ] || cat jackd.log jalv.log
exit $status
SCRIPT
  "$1" bash /packages/jalv.sh >"$scratch/told" 2>&1 && grep -qx 'told 4096' "$scratch/told" || { cat "$scratch/told"; return 1; }
  "$tools/sound" same "$scratch/late-expected.wav" "$system/tmp/jalv.wav" 4096 -45
}

demonstrated() { # as_user|inside COMMAND
  "$1" sh -c "cd /tmp && rm -rf isolde-demo && $2" >"$scratch/demo.log" 2>&1 && grep -E 'dB removed' "$scratch/demo.log" &&
    [ -s "$system/tmp/isolde-demo/cleaned.wav" ] && [ -s "$system/tmp/isolde-demo/demo.png" ] || { tail -n 5 "$scratch/demo.log"; false; }
}

hosts="xz-utils ffmpeg lilv-utils jalv jackd2 alsa-utils"
bring() { # FILE...: into /packages of the system
  cp "$@" "$scratch"/{in,late}.wav "$tools/jack_play" "$system/packages" && inside useradd -m -u 1000 editor && chmod 755 "$system/packages"
}

debian_package() { # RELEASE NAME
  check "$2: the older package installs with what it depends on" apt_install /packages/older.deb
  check "$2: the command line works with nothing but its dependencies" cleaned inside isolde
  check "$2: the package upgrades" apt_install "/packages/${deb##*/}"
  upgraded() { inside isolde --version | grep -x "isolde $version" && [ ! -e "$system/usr/lib/lv2/isolde.lv2/models/gone.isolde" ]; }
  check "$2: the upgrade is the new version and leaves nothing of the old" upgraded
  # shellcheck disable=SC2086
  check "$2: hosts install" apt_install $hosts
  check "$2: hosts find the nine plug-ins" all_listed inside
  check "$2: the command line gives the samples of this machine" cleaned inside isolde
  check "$2: ffmpeg gives the command line's samples" in_ffmpeg inside
  check "$2: jalv is told the latency and cleans" in_jalv inside
  check "$2: the demo runs without a toolchain" demonstrated as_user isolde-demo
  check "$2: the package is removed" inside apt-get purge -qq -y isolde
  check "$2: nothing of it is left" nothing_left
}

# The archive for one user, again over itself with something old, for everybody; and away again.
installer() { as_user "isolde-$version-linux-x86_64/install.sh" "$@"; }
installed_for_one() {
  as_user tar -xJf "/packages/${archive##*/}" && installer
}
renewed() {
  local list=$system/home/editor/.local/share/isolde/installed-files gone=/home/editor/.lv2/isolde.lv2/models/gone.isolde
  as_user touch "$gone" /home/editor/.lv2/isolde.lv2/models/mine.isolde && echo "$gone" >>"$list" && installer || return
  [ ! -e "$system$gone" ] || { echo "the old file is still there"; return 1; }
  [ -e "$system/home/editor/.lv2/isolde.lv2/models/mine.isolde" ] || { echo "the user's model is gone"; return 1; }
}
# Of the folders ~/.local alone stays: it may be the user's.
removed_for_one() {
  local home=$system/home/editor
  rm -f "$home/.lv2/isolde.lv2/models/mine.isolde"
  installer --uninstall && as_user rm -r "isolde-$version-linux-x86_64" && nothing_left &&
    [ ! -e "$home/.lv2" ] && [ -z "$(ls -A "$home/.local")" ] || { ls -aR "$home"; false; }
}
for_everybody() {
  inside tar -xJf "/packages/${archive##*/}" -C /opt && inside "/opt/isolde-$version-linux-x86_64/install.sh" --prefix /usr/local
}
removed_for_everybody() {
  inside "/opt/isolde-$version-linux-x86_64/install.sh" --uninstall --prefix /usr/local && rm -r "$system/opt/isolde-$version-linux-x86_64" && nothing_left
}

archive_for_one() { # NAME
  check "$1: the archive installs for one user" installed_for_one
  check "$1: hosts of that user find the nine plug-ins" all_listed as_user
  check "$1: ffmpeg of that user gives the command line's samples" in_ffmpeg as_user
}

for release in bookworm:"Debian 12" trixie:"Debian 13"; do
  name=${release#*:} release=${release%%:*}
  check "$name: debootstrap" base "$release"
  [ -e "$bases/$release/ready" ] && open_root "$release" && bring "$deb" "$scratch/older.deb" "$archive" || { failed "$name" "no system"; continue; }
  debian_package "$release" "$name"

  archive_for_one "$name"
  check "$name: jalv of that user is told the latency and cleans" in_jalv as_user
  check "$name: the command line of that user finds its model" cleaned as_user .local/bin/isolde
  check "$name: the demo runs for that user" demonstrated as_user /home/editor/.local/bin/isolde-demo
  check "$name: the archive renews itself and leaves the user's model" renewed
  check "$name: the archive is removed from the user's home" removed_for_one
  refused "$name: one user cannot install for everybody" 'cannot be written; run it as root' \
    as_user sh -c "tar -xJf /packages/${archive##*/}; isolde-$version-linux-x86_64/install.sh --prefix /usr/local"
  rm -r "$system/home/editor/isolde-$version-linux-x86_64"
  check "$name: the archive installs for everybody" for_everybody
  check "$name: hosts of all users find the nine plug-ins" all_listed as_user
  check "$name: the command line is on the PATH" cleaned as_user isolde
  check "$name: the archive is removed from /usr/local" removed_for_everybody
  close_root
done

# Debian 11 has GLIBC 2.31: the plug-ins run, the command line does not, and both are said.
name="Debian 11"
check "$name: debootstrap" base bullseye
if [ -e "$bases/bullseye/ready" ] && open_root bullseye && bring "$deb" "$archive"; then
  refused "$name: apt refuses the package and says why" 'libc6 \(>= 2\.34\)' inside apt-get install -y "/packages/${deb##*/}"
  check "$name: hosts install" apt_install xz-utils ffmpeg lilv-utils jalv
  archive_for_one "$name"
  says_so() { installer | grep 'GLIBC 2.34'; }
  check "$name: the installer says that the command line does not run" says_so
  check "$name: the archive is removed" removed_for_one
  close_root
else
  failed "$name" "no system"
fi
finish
