#!/bin/bash
# Makes the certificates of the test scenarios anew: a root, an issuer, a server's leaf and a self-signed client's.
# Only the public part (DER) is kept; the keys are thrown away with the folder they were made in.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cat >ca.cnf <<'END'
[ca]
default_ca = any
[any]
database = index.txt
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = anything
unique_subject = no
[anything]
organizationName = optional
commonName = supplied
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = CA:FALSE
keyUsage = critical, digitalSignature, keyEncipherment
extendedKeyUsage = serverAuth
subjectAltName = DNS:service.example
[client]
basicConstraints = CA:FALSE
END
touch index.txt

# sign NAME SUBJECT EXTENSIONS SIGNER (NAME itself: self-signed)
sign() {
    openssl req -new -newkey rsa:2048 -nodes -keyout "$1.key" -subj "$2" -out "$1.csr" 2>/dev/null
    local by=(-cert "$4.pem" -keyfile "$4.key")
    [ "$1" = "$4" ] && by=(-selfsign -keyfile "$1.key")
    openssl ca -batch -notext -config ca.cnf -extensions "$3" -startdate 20250101000000Z -enddate 20350101000000Z \
        "${by[@]}" -in "$1.csr" -out "$1.pem" 2>/dev/null
    openssl x509 -in "$1.pem" -outform der -out "$1.der"
}
sign root "/O=Example/CN=Example Root" authority root
sign issuer "/O=Example/CN=Example Issuer" authority root
sign server "/O=Example/CN=service.example" server issuer
sign client "/CN=IOS-Self-Signed-Certificate-1" client client
cp issuer.der server.der client.der "$here"
