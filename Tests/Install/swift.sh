#!/bin/bash
# scripts/install-swift.sh, with a curl that hands out our own files instead of swift.org's: what is not signed by
# a key that it knows is not run. That swift.org still has these files is not tested here.
set -u
# shellcheck source=Tests/report.sh
source "$(dirname "$0")/../report.sh"
cd "$scratch" || exit 2

need "install-swift.sh" gpg tar || { finish; exit; }

# A swiftly that writes down how it is called, and then counts as installed.
mkdir served bin home
cat >swiftly <<'SWIFTLY'
#!/bin/bash
echo "swiftly $*" >>"$HOME/calls"
mkdir -p "$HOME/.local/share/swiftly/bin"
if [ "$1" = init ]; then
  cp "$0" "$HOME/.local/share/swiftly/bin/swiftly"
  echo 'PATH=$HOME/.local/share/swiftly/bin:$PATH' >"$HOME/.local/share/swiftly/env.sh"
else
  printf '#!/bin/sh\necho "Swift version 6.3.1"\n' >"$HOME/.local/share/swiftly/bin/swiftc"
  chmod +x "$HOME/.local/share/swiftly/bin/swiftc"
fi
SWIFTLY
chmod +x swiftly
archive=swiftly-$(uname -m).tar.gz
tar -czf "served/$archive" swiftly
cat >bin/curl <<'CURL'
#!/bin/bash
while [ $# -gt 1 ]; do [ "$1" = -o ] && out=$2; shift; done
cp "$SERVED/${1##*/}" "$out" 2>/dev/null
CURL
chmod +x bin/curl
export SERVED=$scratch/served GNUPGHOME=$scratch/keys
mkdir -m 700 keys
key() { gpg --batch --quiet --passphrase '' --quick-generate-key "$1" ed25519 sign never 2>/dev/null; }
key known && key stranger || { failed "install-swift.sh" "gpg makes no key"; finish; exit; }
gpg --batch --quiet --export --armor >served/all-keys.asc
fingerprint=$(gpg --batch --with-colons --list-keys known | awk -F: '$1 == "fpr" { print $10; exit }')
sign() { gpg --batch --quiet --yes --local-user "$1" --detach-sign --output "served/$archive.sig" "served/$archive"; }
sed "s/^signers=.*/signers=\"$fingerprint\"/" "$root/scripts/install-swift.sh" >ours.sh

run() { rm -rf home && mkdir home && HOME=$scratch/home PATH=$scratch/bin:$PATH bash "$1"; }
nothing_ran() { [ -z "$(ls -A home)" ] || { ls -A home; false; }; }

refused "install-swift.sh stops without a signature" 'sig cannot be fetched' run ours.sh
check "nothing was run without a signature" nothing_ran
sign stranger
refused "install-swift.sh refuses a stranger's signature" 'none of swift.org' run ours.sh
check "nothing was run of the stranger" nothing_ran
sign known
refused "install-swift.sh as it ships takes none but swift.org's keys" 'none of swift.org' run "$root/scripts/install-swift.sh"
check "install-swift.sh installs what is signed" run ours.sh
called_as() { grep -qx 'swiftly install --assume-yes --use 6.3.1' home/calls || { cat home/calls; false; }; }
check "install-swift.sh asks for the Swift that builds Isolde" called_as
echo more >>"served/$archive"
refused "install-swift.sh refuses an archive that was changed" 'does not fit it' run ours.sh
check "nothing was run of the changed archive" nothing_ran

# Without Swift, make says in two lines how to get it.
no_swift() { (cd "$root" && PATH=/usr/bin:/bin make --no-print-directory B="$scratch/build" 2>&1 | grep -v '^mkdir' | tee "$scratch/said"); }
if PATH=/usr/bin:/bin command -v swiftc >/dev/null; then
  skipped "make tells how to get Swift" "there is one in /usr/bin"
else
  no_swift >/dev/null
  told() { grep -q 'scripts/install-swift.sh' said && [ "$(wc -l <said)" = 2 ] || { cat said; false; }; }
  check "make tells in two lines how to get Swift" told
fi
finish
