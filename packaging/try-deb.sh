#!/bin/bash
# try-deb.sh PACKAGE [SUITE]: installs the Debian package in a fresh root file system and uses it there, as root.
# The root file system is made by debootstrap in a temporary folder, and removed.
set -Eeuo pipefail
trap 'echo "try-deb.sh: line $LINENO: exit code $? from: $BASH_COMMAND" >&2' ERR
package=$(realpath "$1") suite=${2:-bookworm} here=$(dirname "$(realpath "$0")")
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
debootstrap --variant=minbase "$suite" "$root" >"$root.log" 2>&1 || { tail -5 "$root.log" >&2; exit 1; }
rm -f "$root.log"
cp "$package" "$root/tmp/tlswalk.deb"
cp "$here"/../samples/client-certificate-self-signed-expired.pcap "$root/tmp/sample.pcap"
inside() { LC_ALL=C.UTF-8 chroot "$root" "$@"; }

inside dpkg -i /tmp/tlswalk.deb
inside tlswalk --version
# It fails in the capture, so it ends with 1; and says which verdict it is.
inside tlswalk --expect client-certificate-rejected -q /tmp/sample.pcap
inside tlswalk -f html -o /tmp/page.html /tmp/sample.pcap || [ $? -eq 1 ]
grep -q '<svg class="ladder"' "$root/tmp/page.html"
for file in share/man/man1/tlswalk.1.gz share/bash-completion/completions/tlswalk share/zsh/vendor-completions/_tlswalk \
    share/fish/vendor_completions.d/tlswalk.fish share/tlswalk/wireshark/tlswalk.lua; do
    # minbase leaves documentation out of what it installs, if it is configured so; the package must hold it all the same.
    inside dpkg -L tlswalk | grep -qx "/usr/$file" || { echo "/usr/$file is not in the package" >&2; exit 1; }
done
inside dpkg -r tlswalk
if inside test -e /usr/bin/tlswalk; then
    echo "dpkg -r left /usr/bin/tlswalk" >&2
    exit 1
fi
echo "the package installs, runs and is removed on $suite"
