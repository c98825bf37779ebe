#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Prove "two commands on a fresh machine":  scripts/chroot-proof.sh DIR SUITE [COMMAND...]
#
# Makes a minimal Debian (SUITE: bookworm or trixie) in DIR with git, make and
# ca-certificates and no more, clones this repository's HEAD into it and runs
# COMMAND there; without COMMAND, `make run` and then `make test`, both </dev/null.
# BASE=FILE.tar: start from that tarball, or make it first when it is not there.
# A DIR an earlier run made is replaced. Needs root and debootstrap.
#
# Everything runs in mount and process namespaces of its own: what is mounted and
# what is started is gone when the script ends, however it ends.
# shellcheck disable=SC2016 # apt's own $(FIELD)s
set -euo pipefail
export LC_ALL=C

die() { printf 'chroot-proof: %s\n' "$*" >&2; exit 1; }
timed() { # NAME COMMAND...
	local name=$1 start=$SECONDS status=0
	"${@:2}" || status=$?
	printf 'chroot-proof: %s: exit %d after %d s\n' "$name" "$status" "$((SECONDS - start))"
	return "$status"
}

# The machine's own mirror, so that no host name stands here: bookworm and
# bookworm-security become trixie and trixie-security under the same URI.
sources() { # SUITE: one-line sources for what this machine has: main, updates, security
	apt-get indextargets --format 'deb $(REPO_URI) $(CODENAME) main' \
		'Created-By: Packages' 'Origin: Debian' 'Component: main' |
		awk -v suite="$1" 'sub(/^[a-z]+/, suite, $3) && !seen[$0]++'
}

make_base() { # DIR SUITE
	local uri
	command -v debootstrap >/dev/null || die "debootstrap is not installed"
	uri=$(sources "$2" | awk -v suite="$2" '$3 == suite { print $2; exit }')
	[ -n "$uri" ] || die "no Debian archive among this machine's apt sources (apt-get update?)"
	debootstrap --variant=minbase --include=git,make,ca-certificates "$2" "$1" "$uri" \
		>"$1/.debootstrap.log" || die "debootstrap failed: see $1/.debootstrap.log"
}

fresh() { # DIR SUITE: an untouched base system in DIR
	if [ -e "$1" ]; then
		[ -e "$1/.chroot-proof" ] || [ -z "$(ls -A "$1")" ] || die "$1 is not a directory of mine"
		grep -q " $1/" /proc/self/mountinfo && die "something is mounted in $1"
		rm -rf --one-file-system "$1"
	fi
	mkdir -p "$1"
	touch "$1/.chroot-proof"
	if [ -n "${BASE:-}" ] && [ -e "$BASE" ]; then
		timed "unpack $BASE" tar -C "$1" -xpf "$BASE"
	else
		timed "debootstrap $2" make_base "$1" "$2"
		[ -z "${BASE:-}" ] || tar -C "$1" -cf "$BASE" .
	fi
}

prepare() { # DIR SUITE: sources without lists, as a fresh machine has them; the clone
	local top
	top=$(git -C "$(dirname "${BASH_SOURCE[0]}")" rev-parse --show-toplevel)
	[ -z "$(git -C "$top" status --porcelain)" ] ||
		echo "chroot-proof: HEAD is proved; something in the tree is not committed"
	sources "$2" >"$1/etc/apt/sources.list"
	rm -rf "$1"/var/lib/apt/lists/* "$1/srv/cairn"
	cp -L /etc/resolv.conf "$1/etc/resolv.conf"
	git clone -q --no-local "$top" "$1/srv/cairn"
}

mount_all() { # DIR
	local node
	mount -t proc proc "$1/proc"
	mount -t tmpfs -o mode=755 dev "$1/dev"
	for node in null zero full random urandom tty; do
		touch "$1/dev/$node"
		mount --bind "/dev/$node" "$1/dev/$node"
	done
	mkdir "$1/dev/pts" "$1/dev/shm"
	mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts "$1/dev/pts"
	mount -t tmpfs -o mode=1777 shm "$1/dev/shm"
	ln -s pts/ptmx "$1/dev/ptmx"
	ln -s /proc/self/fd "$1/dev/fd"
}

inside() { # COMMAND...: with the environment of a fresh login and nothing of ours
	timed "$*" chroot "$dir" /usr/bin/env -i CI=true HOME=/root \
		PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		sh -c 'cd /srv/cairn && exec "$@"' sh "$@"
}

[ $# -ge 2 ] || die "usage: scripts/chroot-proof.sh DIR SUITE [COMMAND...]"
[ "$(id -u)" = 0 ] || die "needs root"
if [ -z "${CHROOT_PROOF_INSIDE:-}" ]; then
	# Killing unshare kills the rest; as process 1 in there, bash heeds no signal.
	trap 'kill -KILL $!' HUP INT TERM
	CHROOT_PROOF_INSIDE=1 unshare --mount --propagation private --pid --fork --kill-child \
		bash "$0" "$@" <&0 &
	wait $!
	exit
fi
mount -t proc proc /proc # the one of the new process namespace

dir=$(realpath -m "$1")
fresh "$dir" "$2"
prepare "$dir" "$2"
mount_all "$dir"
if [ $# -gt 2 ]; then
	inside "${@:3}"
else
	inside make run CMDLINE='run="mode; poweroff"' </dev/null # nobody is there to leave the prompt
	inside make test </dev/null
fi
