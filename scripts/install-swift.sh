#!/bin/bash
# install-swift.sh: installs the Swift that builds Isolde, for this user alone, by swift.org's own installer, swiftly.
#
# The archive of swiftly must bear the signature of one of the keys below, as https://www.swift.org/keys/active lists
# them; swiftly checks that of the toolchain. Nothing that is not signed is run. Needs curl, gpg and tar.
set -eu
swift=6.3.1
signers="E813C892820A6FA13755B268F167DF1ACF9CE069 A62AE125BBBFBB96A6E042EC925CC1CCED3D1561 52BB7E3DE28A71BE22EC05FFEF80A866B47A981F"

fail() {
  echo "install-swift.sh: $1" >&2
  exit 1
}

[ $# = 0 ] || { echo "usage: install-swift.sh" >&2; exit 64; }
for program in curl gpg tar; do
  command -v $program >/dev/null || fail "$program is missing; on Debian and Ubuntu: apt-get install curl gnupg tar"
done
machine=$(uname -m)
case $machine in
  x86_64 | aarch64) ;;
  *) fail "swift.org has no Swift for $machine; it has it for x86_64 and aarch64" ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export GNUPGHOME=$work/gnupg
mkdir -m 700 "$GNUPGHOME"
archive=swiftly-$machine.tar.gz

fetch() { # ADDRESS FILE
  curl -fsSL --proto '=https' --retry 3 -o "$work/$2" "$1" || fail "$1 cannot be fetched"
}
fetch "https://download.swift.org/swiftly/linux/$archive" "$archive"
fetch "https://download.swift.org/swiftly/linux/$archive.sig" "$archive.sig"
fetch https://www.swift.org/keys/all-keys.asc keys.asc

gpg --batch --quiet --import "$work/keys.asc" || fail "the keys of swift.org cannot be read"
# The last word of VALIDSIG is the fingerprint of the primary key.
signer=$(gpg --batch --status-fd 1 --verify "$work/$archive.sig" "$work/$archive" 2>/dev/null |
  awk '$2 == "VALIDSIG" { print $NF }')
[ -n "$signer" ] || fail "the signature of $archive does not fit it; nothing was run or installed"
case " $signers " in
  *" $signer "*) ;;
  *) fail "$archive is signed by $signer, which is none of swift.org's keys that this script knows; nothing was run or installed" ;;
esac
echo "swiftly is signed by $signer"
unset GNUPGHOME

tar -xzf "$work/$archive" -C "$work" swiftly
"$work/swiftly" init --assume-yes --skip-install --quiet-shell-followup
env=${SWIFTLY_HOME_DIR:-$HOME/.local/share/swiftly}/env.sh
# shellcheck source=/dev/null
. "$env"
swiftly install --assume-yes --use "$swift"
swiftc --version
echo "now: . $env && make"
