#!/bin/bash
# The kernels for AVX-512, on a machine that need not have it: Bochs emulates a Skylake-X, on which Debian's
# kernel starts one program. Every golden vector is compared with PyTorch and, bit for bit, with AVX2;
# the shipped models with AVX2. A minute or more; build/libisolde.a must be there.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=Tests/report.sh
source "$here/../../report.sh"

name="AVX-512, emulated"
need "$name" bochs script xorriso cpio || exit 0
out=$build/tests/processors/avx512
mkdir -p "$out"

# The kernel is unpacked, not installed.
if ! ls "$out"/kernel/boot/vmlinuz-* >/dev/null 2>&1; then
  kernel=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/^ *Depends: \(linux-image-[^ ]*\)$/\1/p' | head -n 1)
  (cd "$scratch" && apt-get download -qq "$kernel" 2>/dev/null && dpkg -x linux-image-*.deb "$out/kernel") || {
    skipped "$name" "linux-image-cloud-amd64 cannot be downloaded"
    finish
    exit
  }
fi

# A disc that starts the kernel with the vectors and their program in memory.
mkdir -p "$scratch/root" "$scratch/disc"
compile() { # SOURCE PROGRAM
  clang -std=gnu17 -O2 -Wall -Wextra -Werror -static -I "$root/Sources/IsoldeLibrary" -I "$root/Sources/Modules/CInterface" "$1" \
    "$build/libisolde.a" -lfftw3f -lm -o "$scratch/root/$2" || exit 1
}
compile "$here/init.c" init
compile "$here/../vectors.c" vectors
compile "$here/same_bits.c" same_bits
mkdir "$scratch/root/models"
cp "$root"/Bundle/models/*.isolde "$scratch/root/models"
cp -r "$root/Tests/Vectors" "$scratch/root"
(cd "$scratch/root" && find . | cpio -o -H newc --quiet | gzip -1) >"$scratch/disc/initrd"
cp "$out"/kernel/boot/vmlinuz-* "$scratch/disc/vmlinuz"
cp /usr/lib/ISOLINUX/isolinux.bin /usr/lib/syslinux/modules/bios/ldlinux.c32 "$scratch/disc"
# Bochs 2.7 tells a wrong size for compacted XSAVE, and Linux would then do without AVX.
cat >"$scratch/disc/isolinux.cfg" <<'END'
default linux
label linux
  kernel vmlinuz
  append initrd=initrd console=ttyS0 quiet mitigations=off clearcpuid=xsaves,xsavec
END
xorriso -as mkisofs -quiet -o "$scratch/disc.iso" -b isolinux.bin -c boot.cat -no-emul-boot \
  -boot-load-size 4 -boot-info-table "$scratch/disc" 2>"$out/xorriso.log" || exit 1

# Debian's Bochs has its debugger built in, which waits for a command.
cat >"$scratch/bochsrc" <<END
display_library: term
sound: waveoutdrv=dummy
cpu: model=corei7_skylake_x, count=1, ips=50000000, reset_on_triple_fault=0
memory: guest=256, host=256
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest
ata0-master: type=cdrom, path=$scratch/disc.iso, status=inserted
boot: cdrom
com1: enabled=1, mode=file, dev=$scratch/serial
log: $out/bochs.log
panic: action=fatal
END
echo continue >"$scratch/commands"
TERM=vt100 timeout 840 script -qec "bochs -f $scratch/bochsrc -rc $scratch/commands" /dev/null \
  </dev/null >"$out/screen" 2>&1
tr -d '\r' <"$scratch/serial" >"$out/serial"

for flag in f bw cd dq vl; do
  check "$name: the kernel lets programs use avx512$flag" grep -qx "has avx512$flag" "$out/serial"
done
while read -r verdict line; do
  case $verdict in
    ok) ok "$name: $line" ;;
    FAILED) failed "$name: ${line%%:*}" "${line#*: }" ;;
  esac
done <"$out/serial"
check "$name: all have run" grep -qx "all done" "$out/serial"
check "$name: every program ended well" test -z "$(grep '^end ' "$out/serial" | grep -v '^end 0$')"

# The comparison of bits, on two levels that round differently.
if need "$name: other bits are seen" qemu-x86_64; then
  refused "$name: other bits are seen" "values differ" \
    qemu-x86_64 -cpu max "$scratch/root/vectors" "$root/Tests/Vectors" 1 0
fi
finish
