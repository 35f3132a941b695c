#!/bin/bash
# Makes the faulty certificates of tests/it/cures.rs anew, all valid from 2025 to 2035 unless they are the expired one.
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
keyUsage = critical, keyCertSign
[no-authority]
basicConstraints = critical, CA:FALSE
[last-authority]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign
[constrained]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
nameConstraints = critical, permitted;DNS:other.example
[server]
extendedKeyUsage = serverAuth
subjectAltName = DNS:service.example
[other]
extendedKeyUsage = serverAuth
subjectAltName = DNS:other.example
[nameless]
extendedKeyUsage = serverAuth
[client]
extendedKeyUsage = clientAuth
END
touch index.txt

# sign NAME SUBJECT EXTENSIONS SIGNER (NAME itself: self-signed) [END]
sign() {
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" -subj "$2" -out "$1.csr" 2>/dev/null
    local by=(-cert "$4.pem" -keyfile "$4.key")
    [ "$1" = "$4" ] && by=(-selfsign -keyfile "$1.key")
    openssl ca -batch -notext -config ca.cnf -extensions "$3" -startdate 20250101000000Z -enddate "${5:-20350101000000Z}" \
        "${by[@]}" -in "$1.csr" -out "$1.pem" 2>/dev/null
    openssl x509 -in "$1.pem" -outform der -out "$here/$1.der"
}
sign root "/O=Example/CN=Example Root" authority root
sign issuer "/O=Example/CN=Example Issuer" authority root
sign no-authority "/O=Example/CN=Example Server" no-authority root
sign by-no-authority "/CN=service.example" server no-authority
sign last-authority "/O=Example/CN=Example Last" last-authority root
sign below-last "/O=Example/CN=Example Below" authority last-authority
sign by-below-last "/CN=service.example" server below-last
sign constrained "/O=Example/CN=Example Constrained" constrained root
sign by-constrained "/CN=service.example" server constrained
sign common-name "/CN=service.example" nameless issuer
sign other-name "/CN=other.example" other issuer
# The organization is that of roots in public stores, the authority is none of them.
sign kin-root "/O=DigiCert Inc/CN=An Older Root" authority kin-root
sign kin "/O=DigiCert Inc/CN=An Older Issuer" authority kin-root
sign kin-other-name "/CN=other.example" other kin
sign client-expired "/CN=client" client issuer 20260101000000Z
sign client-purpose "/CN=client" server issuer
sign client "/CN=client" client issuer
rm "$here"/root.der "$here"/kin-root.der
