#!/bin/sh
# Makes the certificates of the unit tests with openssl; the keys are thrown away. Run it in this directory.
set -eu
keys=$(mktemp -d)
trap 'rm -rf "$keys"' EXIT

rsa() { openssl genpkey -quiet -algorithm RSA -pkeyopt "rsa_keygen_bits:$2" -out "$keys/$1.key"; }
ec() { openssl genpkey -algorithm EC -pkeyopt "ec_paramgen_curve:$2" -out "$keys/$1.key"; }

# self NAME SUBJECT DAYS EXTENSIONS [more arguments]: signed with its own key.
self() {
    name=$1 subject=$2 days=$3 extensions=$4
    shift 4
    printf '[req]\ndistinguished_name=dn\nstring_mask=%s\n[dn]\n[ext]\n%b' "${mask:-utf8only}" "$extensions" >"$keys/conf"
    openssl req -x509 -new -utf8 -config "$keys/conf" -extensions ext -key "$keys/$name.key" -subj "$subject" -days "$days" \
        -out "$name.pem" "$@"
}

# issue NAME SUBJECT DAYS EXTENSIONS ISSUER [more arguments]: signed with the key of ISSUER.
issue() {
    name=$1 subject=$2 days=$3 extensions=$4 issuer=$5
    shift 5
    printf '[req]\ndistinguished_name=dn\n[dn]\n' >"$keys/conf"
    printf '%b' "$extensions" >"$keys/ext"
    openssl req -new -config "$keys/conf" -key "$keys/$name.key" -subj "$subject" -out "$keys/csr"
    openssl x509 -req -in "$keys/csr" -CA "$issuer.pem" -CAkey "$keys/$issuer.key" -extfile "$keys/ext" -days "$days" \
        -set_serial "0x$(openssl rand -hex 8)" -out "$name.pem" "$@" 2>/dev/null
}

CA='basicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign,cRLSign\n'
SERVER='basicConstraints=critical,CA:false\nkeyUsage=critical,digitalSignature,keyEncipherment\nextendedKeyUsage=serverAuth\n'

rsa root 2048
self root '/O=Example/CN=Root' 7300 "$CA"
rsa same-name-root 2048
self same-name-root '/O=Example/CN=Root' 7300 "$CA"
ec intermediate P-256
issue intermediate '/O=Example/CN=Intermediate' 3650 'basicConstraints=critical,CA:true,pathlen:0\nkeyUsage=critical,keyCertSign\n' root
cp "$keys/intermediate.key" "$keys/short-intermediate.key"
issue short-intermediate '/O=Example/CN=Intermediate' 30 "$CA" root
ec leaf P-256
NAMES='subjectAltName=DNS:licensing.example.test,DNS:*.wild.example.test,IP:192.0.2.7,IP:2001:db8::7,'
NAMES="${NAMES}email:a@example.test,URI:https://example.test/\n"
URLS='authorityInfoAccess=caIssuers;URI:http://example.test/ca.cer,OCSP;URI:http://ocsp.example.test\n'
URLS="${URLS}crlDistributionPoints=URI:http://example.test/ca.crl\n1.3.6.1.4.1.11129.2.4.2=DER:04020000\n"
issue leaf '/O=Example/CN=licensing.example.test' 1825 "$SERVER$NAMES$URLS" intermediate
ec client P-256
issue client '/O=Example/CN=device' 1825 'extendedKeyUsage=clientAuth,1.3.6.1.5.5.7.3.17\n' intermediate
rsa weak 1024
issue weak '/CN=cslu.example.test' 1825 "$SERVER" root -sha1
ec deep-ca P-384
issue deep-ca '/CN=Deep CA' 3650 "$CA" intermediate -sha384
ec deep P-256
issue deep '/CN=deep.example.test' 1825 "$SERVER" deep-ca
ec constrained-ca P-256
issue constrained-ca '/CN=Constrained CA' 3650 "${CA}nameConstraints=critical,permitted;DNS:other.test\n" root
ec constrained P-256
issue constrained '/CN=x' 1825 "${SERVER}subjectAltName=DNS:licensing.example.test\n" constrained-ca
ec by-leaf P-256
issue by-leaf '/CN=by-leaf' 1825 "$SERVER" leaf

# Two authorities that issue each other, and no root.
ec a P-256
ec b P-256
ec by-a P-256
self a '/CN=A' 3650 "$CA"
issue b '/CN=B' 3650 "$CA" a
issue a '/CN=A' 3650 "$CA" b
issue by-a '/CN=by-a' 3650 "$SERVER" a

rsa self-rsa 3072
self self-rsa '/CN=IOS-Self-Signed-Certificate-4242/unstructuredName=wlc.example.test' 3650 'basicConstraints=critical,CA:true\n'
ec self-p384 P-384
self self-p384 '/CN=wlc9800_WLC_TP' 3650 '' -sha384
ec self-p521 P-521
self self-p521 '/CN=p521' 3650 '' -sha512
openssl genpkey -algorithm ED25519 -out "$keys/self-ed25519.key"
self self-ed25519 '/CN=ed25519' 3650 ''
openssl genpkey -algorithm ED448 -out "$keys/self-ed448.key"
self self-ed448 '/CN=ed448' 3650 ''
rsa self-pss 2048
self self-pss '/CN=pss' 3650 '' -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest -sha256

# A copy of an issuer's name: not its key.
ec sudi-ca P-256
self sudi-ca '/O=Cisco/CN=ACT2 SUDI CA' 3650 "$CA"
# The same key and name, the name written with other ASN.1 types and in another case.
cp "$keys/sudi-ca.key" "$keys/sudi-ca-printable.key"
mask=nombstr
self sudi-ca-printable '/O=CISCO/CN=ACT2 SUDI CA' 3650 "$CA"
mask=utf8only
ec sudi P-256
issue sudi '/serialNumber=PID:C9800-40-K9 SN:TTM0000TEST/O=Cisco/OU=ACT-2 Lite SUDI/CN=C9800-40-K9' 3650 '' sudi-ca

ec odd P-256
self odd '/O=Example\, Inc./OU= #1;<a>/OU=#first/CN=a\\b"\+c/favouriteDrink=x' 3650 'subjectAltName=DNS:192.0.2.7,DNS:odd.test\n1.2.3.4=critical,DER:0500\n'
ec broken-san P-256
self broken-san '/CN=broken-san' 3650 'subjectAltName=DER:30078205616263\n'
