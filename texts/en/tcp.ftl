# Texts about TCP's numbers, times and sizes, which several rules use.

# lost bytes
lost-repeated = { $len } bytes from the first missing one on were sent again { $times ->
    [one] once
   *[other] { $times } times
}, the last of these { $span } after the first, and never acknowledged
lost-by-size = segments of { $lost } bytes never arrived while one of { $passed } bytes did: the path carries no packets of that size (path MTU)
lost-by-size-alone = segments of { $lost } bytes never arrived while smaller ones did: the path carries no packets of that size (path MTU)
lost-not-by-size = a limit of size is not the reason: the segment that was lost has { $lost } bytes, and one as large arrived
lost-hardly-by-size = a limit of size is unlikely to be the reason: the segment that was lost has { $lost } bytes, and any ordinary path carries that
lost-maybe-by-size = a path that drops large packets looks the same; a smaller TCP MSS or MTU shows whether this is the reason
lost-where = which link or device on the path drops packets of that size
lost-try-smaller = for a trial, limit the TCP MSS to 1,200 bytes on the router or tunnel in between; if that cures it, correct the MTU there

# hello-split
hello-split-cannot-tell = whether a smaller Client Hello would have passed: { $split }

# syn-ack
syn-ack-repeated = the server sends its SYN-ACK again: for it, the connection never opened

# tls-no-response
tls-no-response-summary-unopened = the TCP connection to { $service } never opened there: the server repeats its SYN-ACK, so not even the { $who }'s ACK arrived, and nothing after it
tls-no-response-summary-part = only { $arrived } of the { $total } bytes of the { $who }'s Client Hello reached { $service }: the rest never arrived
tls-no-response-summary-beginning = the first { $missing } bytes that the { $who } sent to { $service } never arrived, though later ones did: the server had nothing that it could answer
tls-no-response-summary-left-at-once = the { $who } closed the connection to { $service } { $span } after its Client Hello, before any answer could arrive: a round trip takes { $round-trip }
tls-no-response-summary-left = the { $who } closed the connection to { $service } { $span } after its Client Hello, before the server had answered
tls-no-response-client-closed = the { -device } closed first
tls-no-response-slow = the server may have been about to answer; a client that waits longer would show it
tls-no-response-left = find out why the { -device } closes { $span } after its Client Hello: a probe that only tests the port, a time-out that is too short, a program that ended
tls-no-response-part-rule = look for what drops packets between { $device } and { $name } in the middle of a connection: a filter that inspects the handshake, a link with loss
tls-no-response-unopened-rule = look for what drops the packets from { $device } to { $server } after the SYN: a filter that did not see the SYN-ACK (asymmetric routing), or one that lets only SYNs pass
tls-no-response-hole = bytes of the { $who } before this frame never arrived: { $count }

# tcp-no-response
tcp-no-response-accepted = the SYN-ACK of { $server } in another connection, { $span } before: the port was open and reachable
tcp-no-response-became-closed = a rule or a route may have changed at that moment
tcp-no-response-backlog = check whether the program behind { $server } still accepts connections (a full accept queue: ss -ltn), and whether a limit of connections was reached
tcp-no-response-limit = check whether a limit of connections from { $device } to { $server } was reached on a firewall or a balancer
tcp-no-response-summary-stale = the { $who } could not connect to { $service }: its SYN is answered by an acknowledgement that belongs to an older connection on the same ports
tcp-no-response-stale-answer = a bare ACK in answer to the SYN, whose acknowledgement number does not fit it (a challenge ACK of another connection); { $times ->
    [one] once
   *[other] { $times } times
}
tcp-no-response-stale-refused = the { $who } refuses it with RST, as TCP requires
tcp-no-response-stale-rewritten = a device on the path that changes sequence numbers and has lost this connection causes the same
tcp-no-response-stale-cannot-tell = which device still holds the older connection: the server itself, a balancer, a firewall or an address translation on the path
tcp-no-response-stale-drop = remove the older connection of { $client } with { $server } on the server, or on the balancer or firewall in front of it (ss -K, clear conn), or wait until it has timed out
tcp-no-response-stale-ports = check that address translation does not give the same client port again so soon, and that both directions pass the same device
tcp-no-response-summary-unacknowledged = the TCP handshake between the { $who } and { $service } was never completed: the server's SYN-ACK was sent { $times ->
    [one] once
   *[other] { $times } times
} and never acknowledged
tcp-no-response-summary-too-late = { $target } answered the { $who }'s SYN only after { $span }, when the { $who } had given up
tcp-no-response-too-late-refusal = the { $who } refuses the answer with a RST
tcp-no-response-too-late-cannot-tell = whether the server was slow, or a device on the path held the packets back
tcp-no-response-too-late-load = find what delays the opening of connections to { $server }: a server or a firewall that is overloaded, or a path that comes and goes
tcp-no-response-asked-again = the { $who } sends its SYN again ({ $frames }): the SYN-ACK did not reach it
tcp-no-response-scan = a port scan leaves connections half open in the same way
tcp-no-response-unacknowledged-cannot-tell = where the SYN-ACK or its acknowledgement is lost: a capture at the client shows whether the SYN-ACK arrives there
tcp-no-response-way-back = follow the return path from { $server } to { $device }: routes, address translation, and filters that did not see the SYN (asymmetric routing)

# silent-mid-handshake
silent-mid-handshake-closed-before = the { $who } closed (FIN) before the rest of the server's answer (frame { $frame }) reached it
silent-mid-handshake-rest = the rest of the server's answer, which the client had not acknowledged when it closed
silent-mid-handshake-rest-lost = the rest may have been lost on the way, or have come too late for a client that waits no longer
silent-mid-handshake-closed-behind = the { $who } closed (FIN) after its alert in frame { $frame }
silent-mid-handshake-fin-before = FIN from the { $who }, { $span } before that message
silent-mid-handshake-fin = FIN from the { $who }, { $span } after that message

# reset-origin
reset-origin-goes-on = the { $who } continues in frame { $frame } as if it had not sent it
reset-origin-next-hop = it carries { $field } { $ttl }, the { $who }'s own packets { $usual }: a difference of one hop, so it was sent from elsewhere on the path
reset-origin-shared-ttl = all packets of both sides carry the same { $field }, so it does not show who sent this one

# no-application-response
no-application-response-summary-closed = { $service } closed the connection before it received the { $who }'s request
no-application-response-after-close = last packet
no-application-response-closed = the server closes here, before the request
no-application-response-alert = the server answers with an alert, encrypted: close_notify, or the reason
no-application-response-or-alert = the alert may say that the server could not read the request (bad_record_mac, decode_error); its log names it
no-application-response-closed-log = look at the log of { $server }: why does it close the connection after the handshake (a limit, a time-out, a client that it refuses)
no-application-response-crossed = a server that closes a connection for being idle may cross the { -device }'s request
no-application-response-cannot-tell-encrypted = what the request said and why it was not answered, where TLS encrypts it

# later requests
later-request = the { $who }'s next request, encrypted
later-request-idle = nothing had been sent for { $span }: an idle time-out of a firewall, a balancer or the server
later-request-unacknowledged = the { $who } was answered by { $service } at first; its next request was sent again { $times ->
    [one] once
   *[other] { $times } times
} within { $span } and never acknowledged
later-request-server-gone = the server itself may have been switched off or disconnected in the meantime
later-request-rule = look for a rule that ends connections between { $device } and { $server } for what they carry: an inspection, a quota
later-request-forgotten = look for a device between { $device } and { $server } that forgets idle connections (a firewall, address translation, a balancer), and let the { -device } send keep-alives or close sooner than that
later-request-reset = the { $who } was answered by { $service } at first; what it sent next was answered by a reset
later-request-rst = RST with the { $who }'s address, { $span } later; { $clause }
later-request-none = the { -device }'s last record may be no request: HTTP/2 also sends pings and GOAWAY frames
later-request-server-log = look at the log of { $server }: its program ended, restarted, or closed the connection for being idle
answer-cut-client = the { $who } reset the connection to { $service } during the answer: { $missing } bytes of a record had not come
answer-cut-server = { $service } reset the connection during its answer: { $missing } bytes of a record never came
answer-cut-path = something on the path between the { $who } and { $service } reset the connection during the answer: { $missing } bytes of a record never came
answer-cut-unknown = the connection between the { $who } and { $service } was reset during the answer: { $missing } bytes of a record never came
answer-cut-record = the last record of the answer, of which { $missing ->
    [one] 1 byte is
   *[other] { $missing } bytes are
} missing
answer-cut-cannot-tell = what the answer held, and whether the part that arrived was of use: a part of a TLS record cannot be read
answer-cut-client-log = look at the log of the { $who }: why does it close during an answer (a time-out, a limit of size, rejected content)

# incomplete-capture
incomplete-capture-never-arrived-end = { $count ->
    [one] the last byte
   *[other] the last { $count } bytes
} of the { $who } never arrived: the other side went on behind frame { $frame }, and its acknowledgements end before
incomplete-capture-never-arrived = { $count ->
    [one] 1 byte
   *[other] { $count } bytes
} of the { $who } before frame { $frame } never arrived, though later ones did: they were lost on the path

# one connection, captured twice
seen-again = the same connection, captured a second time behind an address translation: { $client } to { $server }

# icmp-blocked
icmp-blocked-mtu-anywhere = { $from } says that packets must fit { $mtu } bytes, and the sender keeps sending larger ones: let these ICMP messages reach it (they may be filtered), or limit the TCP MSS to { $mss } on the path
