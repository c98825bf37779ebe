#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Makes the archives that cpio_test reads, and beside each what `cpio -t` lists in it:
#   gen-cpios.sh OUTDIR
set -eu
export LC_ALL=C
out=$1
rm -rf "$out"
mkdir -p "$out/tree"
cd "$out/tree"

mkdir -p etc bin/deep/er empty
echo 'hello' >etc/motd
: >etc/nothing
for size in 1 2 3 4 5 4095 4096 65536; do
	head -c "$size" /dev/urandom >"bin/$size"
done
name=$(printf '%0200d' 0)
echo long >"bin/deep/er/$name"
echo 'with a blank' >'etc/a b'
ln -s motd etc/link
ln bin/4095 bin/hard
ln bin/4095 etc/hard
mkfifo etc/pipe
touch -d @1 etc/motd

archive() { # NAME FORMAT FIND-ARGUMENT...
	file=$out/$1.cpio format=$2
	shift 2
	find "$@" | sort | cpio -o -H "$format" --quiet >"$file"
	cpio -t --quiet <"$file" >"${file%.cpio}.list"
}
archive newc newc .
archive crc crc .
archive absolute newc "$out/tree/etc"
archive plain newc etc bin/4096
archive small newc etc/motd etc/link empty
archive smallcrc crc etc/motd etc/nothing
archive none newc etc -name no-such-name
archive odc odc etc
archive bin bin etc
rm etc/pipe # whoever copies the build folder would wait for what comes out of it
