"""Servers that say no or leave: plain_server.py KIND PORT [CERT KEY].

smtp-454   offers STARTTLS and answers it with 454
tls-close  finishes the handshake of TLS 1.3, without tickets, and closes with close_notify
"""

import socket
import ssl
import sys
import time


def smtp_454(connection):
    lines = connection.makefile("rb")
    connection.sendall(b"220 mail.example ESMTP\r\n")
    for line in lines:
        word = line.split()[0].upper() if line.split() else b""
        if word == b"EHLO":
            connection.sendall(b"250-mail.example\r\n250-SIZE 52428800\r\n250-STARTTLS\r\n250 8BITMIME\r\n")
        elif word == b"STARTTLS":
            connection.sendall(b"454 4.7.0 TLS not available due to local problem\r\n")
        elif word == b"QUIT":
            connection.sendall(b"221 2.0.0 Bye\r\n")
            return
        else:
            connection.sendall(b"502 5.5.1 Command not implemented\r\n")


def tls_close(connection):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[3], sys.argv[4])
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.num_tickets = 0
    with context.wrap_socket(connection, server_side=True) as tls:
        time.sleep(0.1)
        try:
            tls.unwrap()
        except OSError:
            pass  # the client closes without an answer


def main():
    kind, port = sys.argv[1], int(sys.argv[2])
    with socket.create_server(("", port)) as server:
        print("listening", flush=True)
        connection, _ = server.accept()
        with connection:
            {"smtp-454": smtp_454, "tls-close": tls_close}[kind](connection)


main()
