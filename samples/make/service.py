"""Stand-in for the licensing service, and for what may answer in its place.

usage: service.py --port PORT --mode MODE …

  answer             TLS and an HTTP answer (the default)
  no-answer          TLS, the request is read, and nothing more
  reset-established  TLS, the request is read, and the connection is reset
  close-mid          the handshake is left by closing after the client's second flight
  reset-mid          the same with a reset
  mute               the Client Hello is read and never answered
  reset-hello        the connection is reset when the Client Hello has been read
  plain              HTTP without TLS, with the status of --status
  page               whatever is sent, a redirection to a block page in plain HTTP
  leave              what is sent is read, and the connection is closed without a word
  close-first        TLS and an HTTP answer, at once close_notify and FIN, before the client has closed
  short              TLS and an answer of two bytes, which is not HTTP; close_notify
  short-cut          the same without close_notify
"""

import argparse
import json
import socket
import ssl
import struct
import sys
import threading
import time

ANSWER = json.dumps({
    "status": "COMPLETE", "license_data": [{"status": "OK", "sudi": {"udi_pid": "C9800-L-F-K9",
                                                                     "udi_serial_number": "FCL0000SYN1"}}],
    "response": json.dumps({"header": {"version": "1.3", "locale": "en_US.UTF-8", "timestamp": 1629713889200,
                                       "request_type": "LICENSE_USAGE", "product_instance_identifier": ""},
                            "status_code": "OK_POLL", "message": "", "retry_time_seconds": 0,
                            "response_data": "", "sch_response": None}, separators=(",", ":")),
    "signature": {"type": "SHA256", "key": "59152896", "value": "c3ludGhldGlj" * 60}}).encode()
BLOCKED = b"<html><body>This site has been blocked by policy.</body></html>"
PAGE = (b"HTTP/1.1 302 Found\r\nLocation: http://block.corp.example/denied?category=uncategorised\r\n"
        b"Content-Type: text/html\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(BLOCKED)) + BLOCKED


def options():
    parser = argparse.ArgumentParser()
    add = parser.add_argument
    add("--port", type=int, required=True)
    add("--mode", default="answer")
    add("--cert", nargs=2, metavar=("CHAIN", "KEY"))
    add("--client-ca")
    add("--client-optional", action="store_true")
    add("--tls", default="any")
    add("--ciphers")
    add("--group")
    add("--no-ticket", action="store_true")
    add("--tickets", type=int, help="how many a TLS 1.3 handshake brings, 2 unless told")
    add("--status", default="200 OK")
    add("--code", default="OK_POLL", help="the status_code of the licensing answer")
    add("--think", type=float, default=0.15, help="seconds before the answer")
    add("--family", default="4")
    add("--bind", default="")
    add("--once-reset", action="store_true", help="the first connection is reset after the Client Hello")
    return parser.parse_args()


def context(args):
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if args.ciphers:
        tls.set_ciphers(args.ciphers)  # with the security level that decides which certificates may be used
    tls.load_cert_chain(*args.cert)
    if args.tls != "any":
        tls.minimum_version = tls.maximum_version = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}[args.tls]
    if args.group:
        tls.set_ecdh_curve(args.group)
    if args.client_ca:
        tls.load_verify_locations(args.client_ca)
        tls.verify_mode = ssl.CERT_OPTIONAL if args.client_optional else ssl.CERT_REQUIRED
    if args.no_ticket:
        tls.options |= ssl.OP_NO_TICKET
    if args.tickets is not None:
        tls.num_tickets = args.tickets
    return tls


def reset(wire):
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    wire.close()


def request(wire):
    """One HTTP request with its body; empty if the peer has gone."""
    data = b""
    while True:
        piece = wire.recv(8192)
        if not piece:
            return data
        data += piece
        head, end, body = data.partition(b"\r\n\r\n")
        length = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")]
        if end and len(body) >= (int(length[0]) if length else 0):
            return data


def answer(args, wire):
    data = request(wire)
    print("request:", data.split(b"\r\n")[0], len(data), flush=True)
    if not data:
        return
    time.sleep(args.think)
    good = args.status.startswith("200")
    body = ANSWER.replace(b"OK_POLL", args.code.encode()) if good else json.dumps({"error": args.status, "path": data.split(b" ")[1].decode("latin-1")}).encode()
    wire.sendall((f"HTTP/1.1 {args.status}\r\nServer: lab\r\nContent-Type: application/json\r\n"
                  f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n").encode() + body)


def leave_handshake(tls, wire):
    """Send our flight, read the client's, and stop where Change Cipher Spec would be due."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    peer = tls.wrap_bio(incoming, outgoing, server_side=True)
    incoming.write(wire.recv(8192))
    try:
        peer.do_handshake()
    except ssl.SSLWantReadError:
        wire.sendall(outgoing.read())
    wire.settimeout(1)
    try:
        while wire.recv(8192):
            pass
    except TimeoutError:
        pass


def close_first(wire):
    """Send close_notify and FIN without waiting for the client, then wait for it to close."""
    wire.settimeout(0)
    try:
        wire.unwrap()
    except ssl.SSLWantReadError:
        pass
    raw = socket.socket(fileno=wire.detach())
    raw.shutdown(socket.SHUT_WR)
    raw.settimeout(5)
    while raw.recv(8192):
        pass
    raw.close()


def serve(args, tls, wire, first):
    mode = args.mode
    wire.settimeout(60)
    try:
        if mode == "plain":
            answer(args, wire)
        elif mode == "page":
            wire.recv(8192)
            wire.sendall(PAGE)
            wire.shutdown(socket.SHUT_WR)
        elif mode == "leave":
            wire.recv(8192)
        elif mode == "mute":
            while wire.recv(8192):
                pass
        elif mode == "reset-hello" or (args.once_reset and first):
            wire.recv(8192)
            reset(wire)
            return
        elif mode in ("close-mid", "reset-mid"):
            leave_handshake(tls, wire)
            if mode == "reset-mid":
                reset(wire)
                return
        else:
            wire = tls.wrap_socket(wire, server_side=True)
            print("handshake:", wire.version(), wire.cipher()[0], "resumed" if wire.session_reused else "full", flush=True)
            if mode == "answer":
                answer(args, wire)
                wire.settimeout(1)  # not every client answers close_notify
                wire = wire.unwrap()
            elif mode == "close-first":
                answer(args, wire)
                close_first(wire)
            elif mode in ("short", "short-cut"):
                request(wire)
                time.sleep(args.think)
                wire.sendall(b"OK")
                if mode == "short":
                    wire.settimeout(1)
                    wire = wire.unwrap()
                else:
                    wire.shutdown(socket.SHUT_WR)
            else:
                request(wire)
                time.sleep(args.think)
                if mode == "reset-established":
                    reset(wire)
                    return
                while wire.recv(8192):
                    pass
    except OSError as error:
        print("failed:", type(error).__name__, error, flush=True)
    wire.close()


def main():
    args = options()
    tls = context(args) if args.cert else None
    listener = socket.socket(socket.AF_INET6 if args.family == "6" else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((args.bind or ("::" if args.family == "6" else "0.0.0.0"), args.port))
    listener.listen()
    print("listening", flush=True)
    first = True
    while True:
        wire, _ = listener.accept()
        threading.Thread(target=serve, args=(args, tls, wire, first), daemon=True).start()
        first = False


sys.exit(main())
