"""The certificates of the lab. Keys stay in the work directory; only the root certificates are published.

The authorities live as long as the work directory, so that a sample can be recorded again without the others. A work
directory made later has authorities of its own: another series, with a number in their names and in those of their files.
Leaf certificates are new for every run.
"""

import datetime
import filecmp
import os
import shutil
import threading

from lab import run

CONFIG = """
[ca]
default_ca = lab
[lab]
dir = {dir}
database = {dir}/index.txt
new_certs_dir = {dir}/issued
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
preserve = yes
email_in_dn = no
[any]
countryName = optional
organizationName = optional
organizationalUnitName = optional
commonName = optional
serialNumber = optional
[req]
distinguished_name = dn
prompt = no
[dn]
"""

CA = "basicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n"
LEAF = ("basicConstraints=critical,CA:false\nkeyUsage=critical,digitalSignature,keyEncipherment\n"
        "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n")
SERVER = LEAF + "extendedKeyUsage=serverAuth\n"
CLIENT = LEAF + "extendedKeyUsage=clientAuth\n"
IOS = "basicConstraints=critical,CA:true\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"

SUDI = "/serialNumber=PID:C9800-L-F-K9 SN:FCL0000SYN1/O=Lab Devices/OU=Lab SUDI/CN=C9800-L-F-K9-0000SYN1"


def when(days):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)).strftime("%Y%m%d%H%M%SZ")


class Pki:
    def __init__(self, work, roots):
        self.dir = os.path.join(work, "pki")
        self.roots = roots
        self.lock = threading.RLock()
        self.series = self.find_series()
        os.makedirs(f"{self.dir}/issued", mode=0o700, exist_ok=True)
        for name, text in (("ca.cnf", CONFIG.format(dir=self.dir)), ("index.txt", "")):
            with open(f"{self.dir}/{name}", "w", encoding="ascii") as file:
                file.write(text)
        decade = ("20240101000000Z", "20340101000000Z")
        again = f" {self.series}" if self.series > 1 else ""
        for name, subject, issuer in (("root", f"/C=XX/O=Lab/CN=Lab Root CA{again}", None),
                                      ("inter", f"/C=XX/O=Lab/CN=Lab Server CA 1{again}", "root"),
                                      ("device", f"/C=XX/O=Lab Devices/CN=Lab Device CA{again}", None),
                                      ("corp", f"/C=XX/O=Corp Example/CN=Corp Example Internal CA{again}", None)):
            if not os.path.exists(f"{self.dir}/{name}.pem"):
                self.issue(name, subject, issuer, CA, *decade)
        if not os.path.exists(f"{self.dir}/device-old.pem"):
            self.issue("device-old", f"/C=XX/O=Lab Devices/CN=Lab Device Sub CA{again}", "device", CA, "20240101000000Z",
                       when(-30))
        self.made = {}
        self.wanted = {
            # name: subject, issuer, extensions, first and last day from today
            "cssm": ("/C=XX/O=Lab/CN=smartreceiver.cisco.com", "inter",
                     SERVER + "subjectAltName=DNS:smartreceiver.cisco.com\n", -60, 338),
            "cssm-crl": ("/C=XX/O=Lab/CN=smartreceiver.cisco.com", "inter",
                         SERVER + "subjectAltName=DNS:smartreceiver.cisco.com\n"
                         "crlDistributionPoints=URI:http://crl.lab.example/lab-server-ca-1.crl\n", -60, 338),
            "cssm-expired": ("/C=XX/O=Lab/CN=smartreceiver.cisco.com", "inter",
                             SERVER + "subjectAltName=DNS:smartreceiver.cisco.com\n", -410, -12),
            "cssm-future": ("/C=XX/O=Lab/CN=smartreceiver.cisco.com", "inter",
                            SERVER + "subjectAltName=DNS:smartreceiver.cisco.com\n", 30, 428),
            "tools": ("/C=XX/O=Lab/CN=tools.cisco.com", "inter",
                      SERVER + "subjectAltName=DNS:toos.cisco.com,DNS:tools.cisco.com\n", -60, 338),
            "www": ("/C=XX/O=Lab/CN=www.example.com", "inter", SERVER + "subjectAltName=DNS:www.example.com\n", -60, 338),
            "on-prem": ("/C=XX/O=Corp Example/CN=ssm.corp.example", "corp",
                        SERVER + "subjectAltName=DNS:ssm.corp.example\n", -60, 670),
            "on-prem-crl": ("/C=XX/O=Corp Example/CN=ssm.corp.example", "corp",
                            SERVER + "subjectAltName=DNS:ssm.corp.example\n"
                            "crlDistributionPoints=URI:http://crl.lab.example/corp-internal.crl\n", -60, 670),
            "on-prem-other": ("/C=XX/O=Corp Example/CN=licences.corp.example", "corp",
                              SERVER + "subjectAltName=DNS:licences.corp.example\n", -60, 670),
            "on-prem-self": ("/C=XX/O=Corp Example/CN=ssm.corp.example", None,
                             SERVER + "subjectAltName=DNS:ssm.corp.example\n", -60, 670),
            "inspected": ("/CN=smartreceiver.cisco.com", "corp",
                          SERVER + "subjectAltName=DNS:smartreceiver.cisco.com\n", -1, 14),
            "wlc": (SUDI, "device", CLIENT, -500, 3000),
            "wlc-expired": (SUDI, "device", CLIENT, -3700, -47),
            "wlc-future": (SUDI, "device", CLIENT, 3, 3650),
            "wlc-purpose": (SUDI, "device", SERVER, -500, 3000),
            "wlc-revoked": (SUDI, "device", CLIENT, -500, 3000),
            "wlc-stranger": (SUDI.replace("Lab", "Other"), "corp", CLIENT, -500, 700),
            "wlc-old-issuer": (SUDI, "device-old", CLIENT, -500, 3000),
            "wlc-short": (SUDI, "device", CLIENT, -500, 3000, "rsa:1024"),
            "wlc-sha1": (SUDI, "device", CLIENT, -500, 3000, "rsa:2048", "sha1"),
            "cssm-short": ("/C=XX/O=Lab/CN=smartreceiver.cisco.com", "inter",
                           SERVER + "subjectAltName=DNS:smartreceiver.cisco.com\n", -60, 338, "rsa:1024"),
            "cssm-sha1": ("/C=XX/O=Lab/CN=smartreceiver.cisco.com", "inter",
                          SERVER + "subjectAltName=DNS:smartreceiver.cisco.com\n", -60, 338, "rsa:2048", "sha1"),
            "cssm-p521": ("/C=XX/O=Lab/CN=smartreceiver.cisco.com", "inter",
                          SERVER + "subjectAltName=DNS:smartreceiver.cisco.com\n", -60, 338, "ec:P-521"),
            "cssm-ed25519": ("/C=XX/O=Lab/CN=smartreceiver.cisco.com", "inter",
                             SERVER + "subjectAltName=DNS:smartreceiver.cisco.com\n", -60, 338, "ed25519"),
            "cssm-pss": ("/C=XX/O=Lab/CN=smartreceiver.cisco.com", "inter",
                         SERVER + "subjectAltName=DNS:smartreceiver.cisco.com\n", -60, 338, "rsa-pss"),
            "inspected-long": ("/C=US/ST=California/L=San Jose/O=Cisco Systems Inc./CN=smartreceiver.cisco.com", "corp",
                               SERVER + "subjectAltName=DNS:smartreceiver.cisco.com\n", -1, 1824),
            "inspected-www": ("/CN=www.example.com", "corp", SERVER + "subjectAltName=DNS:www.example.com\n", -1, 14),
            "wlc-self": ("/CN=IOS-Self-Signed-Certificate-3042117825", None, IOS, -300, 3350),
        }

    def path(self, name, kind):
        return f"{self.dir}/{name}.{kind}"

    def find_series(self):
        """The number of the series that this work directory belongs to: one already published, or the next."""
        number, own = 1, f"{self.dir}/root.pem"
        while os.path.exists(self.published("lab-root", number)):
            if os.path.exists(own) and filecmp.cmp(own, self.published("lab-root", number), shallow=False):
                return number
            number += 1
        return number

    def published(self, name, series):
        return f"{self.roots}/{name}{f'-{series}' if series > 1 else ''}.pem"

    def issue(self, name, subject, issuer, extensions, start, end, kind="rsa:2048", digest="sha256"):
        key, request, cert, ext = (self.path(name, kind) for kind in ("key", "csr", "pem", "ext"))
        with open(ext, "w", encoding="ascii") as file:
            file.write(extensions)
        config = f"{self.dir}/ca.cnf"
        kind = {"ec:P-521": ["ec", "-pkeyopt", "ec_paramgen_curve:P-521"],
                "rsa-pss": ["rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048"]}.get(kind, [kind])
        run(["openssl", "req", "-new", "-newkey", *kind, "-noenc", "-keyout", key, "-out", request, "-subj", subject,
             "-config", config])
        who = ["-cert", self.path(issuer, "pem"), "-keyfile", self.path(issuer, "key")] if issuer else \
            ["-selfsign", "-keyfile", key]
        serial = ["-create_serial"] if not issuer else []
        run(["openssl", "ca", "-batch", "-notext", "-config", config, *who, *serial, "-in", request, "-out", cert,
             "-extfile", ext, "-startdate", start, "-enddate", end, "-md", digest])

    def make(self, name):
        with self.lock:
            if name in ("root", "inter", "device", "device-old", "corp"):
                return
            if name not in self.made:
                if name == "wlc-old":
                    # The certificate of the guide: IOS wrote such ones until 2020-01-01 and not longer.
                    self.issue(name, "/CN=IOS-Self-Signed-Certificate-3042117825", None, IOS, "20191016091442Z",
                               "20200101000000Z")
                else:
                    subject, issuer, extensions, first, last, *kind = self.wanted[name]
                    self.issue(name, subject, issuer, extensions, when(first), when(last), *kind)
                self.made[name] = self.wanted.get(name, ("", None))[1]

    def cert(self, name):
        self.make(name)
        return self.path(name, "pem")

    def key(self, name):
        self.make(name)
        return self.path(name, "key")

    def issuers(self, name):
        """What a server sends after its own certificate: the intermediate, never a root."""
        self.make(name)
        between = ("inter", "device-old")
        return self.path(self.made[name], "pem") if self.made[name] in between else None

    def chain(self, name):
        """Certificate and intermediate in one file."""
        with self.lock:
            target = self.path(name, "chain")
            issuers = self.issuers(name)
            parts = [self.cert(name)] + ([issuers] if issuers else [])
            with open(target + ".new", "w", encoding="ascii") as out:
                for part in parts:
                    with open(part, encoding="ascii") as file:
                        out.write(file.read())
            os.replace(target + ".new", target)
            return target

    def p12(self, name, password="changeit"):
        """Certificate, key and chain for the programs that want PKCS #12."""
        with self.lock:
            target = self.path(name, "p12")
            if not os.path.exists(target) or os.path.getmtime(target) < os.path.getmtime(self.cert(name)):
                run(["openssl", "pkcs12", "-export", "-in", self.chain(name), "-inkey", self.key(name), "-out", target,
                     "-name", name, "-passout", f"pass:{password}"])
            return target

    def ocsp(self, name):
        """A good OCSP response for this certificate, as its issuer would sign it."""
        with self.lock:
            issuer, target = self.path("inter", "pem"), self.path(name, "ocsp")
            run(["openssl", "ocsp", "-index", f"{self.dir}/index.txt", "-CA", issuer, "-rsigner", issuer, "-rkey",
                 self.path("inter", "key"), "-issuer", issuer, "-cert", self.cert(name), "-ndays", "7", "-noverify",
                 "-respout", target])
            return target

    def crl(self, issuer, *revoked):
        """The issuer's revocation list, with these certificates in it."""
        with self.lock:
            config, target = f"{self.dir}/ca.cnf", self.path(issuer, "crl")
            who = ["-config", config, "-cert", self.path(issuer, "pem"), "-keyfile", self.path(issuer, "key")]
            for name in revoked:
                run(["openssl", "ca", *who, "-revoke", self.cert(name)])
            run(["openssl", "ca", *who, "-gencrl", "-crldays", "30", "-out", target])
            return target

    def publish(self):
        """The authorities' certificates that a reader needs to verify the chains in the samples."""
        os.makedirs(self.roots, exist_ok=True)
        for name, file in (("root", "lab-root"), ("inter", "lab-intermediate"), ("corp", "corp-root"),
                           ("device", "device-root")):
            shutil.copyfile(self.path(name, "pem"), self.published(file, self.series))

    def options(self, options):
        """Options that name authorities of the first series, for this series."""
        if self.series == 1:
            return options
        return options.replace("-root.pem", f"-root-{self.series}.pem")
