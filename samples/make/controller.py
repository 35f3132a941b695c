"""Stand-in for the controller's HTTP client: look the name up, connect, shake hands, POST, read, close.

The real client of a wireless controller is not available here; this one is OpenSSL through Python. It writes what
happened to standard output and ends with 1 if the exchange did not succeed.
"""

import argparse
import json
import socket
import ssl
import struct
import sys
import time

BODY = json.dumps({
    "request": json.dumps({
        "header": {"request_type": "LICENSE_USAGE", "sudi": {"udi_pid": "C9800-L-F-K9", "udi_serial_number": "FCL0000SYN1"},
                   "version": "1.3", "locale": "en_US.UTF-8", "signing_cert_serial_number": "3", "id_cert_serial_number": "0",
                   "product_instance_identifier": "", "connect_info": {"name": "C_agent", "version": "5.3.16_rel/55",
                                                                       "production": True, "additional_info": "",
                                                                       "capabilities": ["UTILITY", "DLC", "AppHA"]}},
        "timestamp": 1629713888600, "nonce": "0000000000000000000"}, separators=(",", ":")),
    "signature": {"type": "SHA256", "key": "0", "value": "c3ludGhldGlj" * 12}})


def options():
    parser = argparse.ArgumentParser()
    add = parser.add_argument
    add("--name", default="smartreceiver.cisco.com")
    add("--port", type=int, default=443)
    add("--path", default="/licservice/license")
    add("--ca", help="verify the server against this root")
    add("--any-name", action="store_true", help="verify the chain but not the name")
    add("--cert", nargs=2, metavar=("CERT", "KEY"))
    add("--tls", default="1.2", help="the only version, or `any`")
    add("--ciphers")
    add("--group")
    add("--proxy")
    add("--plain", action="store_true")
    add("--timeout", type=float, default=8)
    add("--pause", action="store_true", help="wait for a line on standard input once the handshake is done")
    add("--resume", action="store_true", help="connect, wait for a line on standard input, connect again and resume")
    add("--attempts", type=int, default=1)
    add("--retry-after", type=float, default=1)
    add("--family", default="4")
    add("--serial", default="FCL0000SYN1", help="the serial number in the request")
    add("--size", type=int, default=0, help="pad the request to this many bytes")
    add("--alpn")
    add("--connect", metavar="ADDRESS", help="look the name up, then connect to this address instead")
    add("--look-up-only", action="store_true", help="look the name up and do nothing more")
    add("--ask-everybody", action="store_true",
        help="ask 255.255.255.255 for the name, as IOS does without a name server, and do nothing more")
    add("--no-request", action="store_true", help="close in order after the handshake")
    add("--leave", choices=("fin", "reset"), help="read the server's flight and leave without a word")
    add("--linger", type=float, default=0, help="wait before closing")
    return parser.parse_args()


def context(args):
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if args.ca:
        tls.load_verify_locations(args.ca)
        tls.check_hostname = not args.any_name
    else:
        tls.check_hostname = False
        tls.verify_mode = ssl.CERT_NONE
    if args.tls != "any":
        version = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}[args.tls]
        tls.minimum_version = tls.maximum_version = version
    if args.ciphers:
        tls.set_ciphers(args.ciphers)
    if args.group:
        tls.set_ecdh_curve(args.group)
    if args.cert:
        tls.load_cert_chain(*args.cert)
    if args.alpn:
        tls.set_alpn_protocols(args.alpn.split(","))
    return tls


def ask_everybody(name, times=3, pause=3):
    """A question for an A record to the limited broadcast address (RFC 919), repeated; nobody is expected to answer."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
        for number in range(times):
            question = struct.pack("!6H", 0x4a01, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack("!2H", 1, 1)
            wire.sendto(question, ("255.255.255.255", 53))
            if number + 1 < times:
                time.sleep(pause)
    raise ConnectionError("nobody answered")


def connect(args):
    if args.ask_everybody:
        ask_everybody(args.name)
    host, port = (args.proxy.rsplit(":", 1) if args.proxy else (args.name, args.port))
    family = {"4": socket.AF_INET, "6": socket.AF_INET6, "any": 0}[args.family]
    places = socket.getaddrinfo(host, int(port), family, socket.SOCK_STREAM)
    if args.look_up_only:
        raise ConnectionError("looked up")
    if args.connect:
        places = [(*places[0][:4], (args.connect, *places[0][4][1:]))]
    for number, where in enumerate(places, 1):
        wire = socket.socket(where[0], where[1])
        wire.settimeout(args.timeout)
        try:
            wire.connect(where[4])
            break
        except OSError as error:
            wire.close()
            if number == len(places):
                raise
            print("next address:", type(error).__name__, error, flush=True)
    if args.proxy:
        target = f"{args.name}:{args.port}"
        wire.sendall(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\nUser-Agent: controller\r\n\r\n".encode())
        answer = b""
        while b"\r\n\r\n" not in answer:
            piece = wire.recv(4096)
            if not piece:
                break
            answer += piece
        status = answer.split(b"\r\n")[0].decode("latin-1")
        print("proxy:", status, flush=True)
        if " 200" not in status:
            wire.close()
            raise ConnectionError(status)
    return wire


def exchange(args, wire):
    body = BODY.replace("FCL0000SYN1", args.serial).encode().ljust(args.size)
    wire.sendall((f"POST {args.path} HTTP/1.1\r\nHost: {args.name}\r\nContent-Type: application/json\r\n"
                  f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n").encode() + body)
    answer = b""
    while True:
        piece = wire.recv(8192)
        if not piece:
            break
        answer += piece
        head, _, rest = answer.partition(b"\r\n\r\n")
        length = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")]
        if length and len(rest) >= int(length[0]):
            break
    print("answer:", answer.split(b"\r\n")[0].decode("latin-1"), len(answer), flush=True)
    return answer


def leave(args, tls, wire):
    """A real Client Hello; the server's flight is read, not answered."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    own = tls.wrap_bio(incoming, outgoing, server_hostname=args.name)
    try:
        own.do_handshake()
    except ssl.SSLWantReadError:
        wire.sendall(outgoing.read())
    wire.settimeout(0.5)
    try:
        while wire.recv(8192):
            pass
    except TimeoutError:
        pass
    if args.leave == "reset":
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    wire.close()


def attempt(args, tls, session=None):
    wire = connect(args)
    if args.leave:
        leave(args, tls, wire)
        raise ConnectionError("left")
    if not args.plain:
        try:
            wire = tls.wrap_socket(wire, server_hostname=args.name, session=session)
        except BaseException:
            wire.close()
            raise
        print("handshake:", wire.version(), wire.cipher()[0], "resumed" if wire.session_reused else "full", flush=True)
    if args.pause:
        sys.stdin.readline()
    if not args.no_request and not exchange(args, wire):
        raise ConnectionError("closed without an answer")
    session = None if args.plain else wire.session
    time.sleep(args.linger)
    if not args.plain:
        try:
            wire = wire.unwrap()
        except (OSError, ssl.SSLError):
            pass
    wire.close()
    return session


def main():
    args = options()
    tls = None if args.plain else context(args)
    for number in range(args.attempts):
        try:
            session = attempt(args, tls)
            if args.resume:
                print("ready to resume", flush=True)
                sys.stdin.readline()
                attempt(args, tls, session)
            return 0
        except OSError as error:
            print("failed:", type(error).__name__, error, flush=True)
        if number + 1 < args.attempts:
            time.sleep(args.retry_after)
    return 1


sys.exit(main())
