# Parts that all other texts use. Values come in { $braces }; Fluent's syntax is at projectfluent.org.
#
# A message is a clause: it begins in lower case and has no full stop.

verbatim = { $text }

# Clauses joined: "is self-signed, expired and is for another name".
list = { $head } and { $last }
list-separator = { ", " }
# Clauses that stand for themselves, one after the other.
independent = { $text }; { $next }
enumerated = { $text }, { $next }

# Lengths of time.
seconds = { $seconds } s
elapsed-minutes = { $minutes } min
elapsed-minutes-seconds = { $minutes } min { $seconds } s
elapsed-hours = { $hours } h
elapsed-hours-minutes = { $hours } h { $minutes } min
span-days = { $count } { $count ->
    [one] day
   *[other] days
}
span-hours = { $count } { $count ->
    [one] hour
   *[other] hours
}
span-minutes = { $count } { $count ->
    [one] minute
   *[other] minutes
}
span-seconds = { $count } { $count ->
    [one] second
   *[other] seconds
}
range = { $lowest } to { $highest }

# Who takes part.
client = client
device = { -device }
firewall = firewall
proxy = proxy
whoever-captures = the person who captures
server = server
dns-server = DNS server
service = the server { $name }

# Frames and messages.
no-frame = no frame
one-frame = frame { $frame }
some-frames = frames { $head } and { $last }
message-from = { $message } from the { $who }
alert = { $level } alert { $description }
alert-encrypted = encrypted alert
alert-from = { $alert } from the { $who }
client-hello = Client Hello
finished = Finished
syn-to = SYN to { $server }
syn-ack = SYN-ACK
http-connect = CONNECT { $target }
http-request = { $method } { $target }
http-status = { $status } { $reason }
http-body = the body begins: { $excerpt }

# The meaning of an ICMP error.
icmp-network-unreachable = network unreachable
icmp-host-unreachable = host unreachable
icmp-protocol-unreachable = protocol unreachable
icmp-port-unreachable = port unreachable
icmp-prohibited = communication administratively prohibited
icmp-too-big = packet too big for the next link
icmp-too-big-for = packet too big for the next link, whose MTU is { $mtu } bytes
icmp-time-exceeded = hop limit exceeded in transit
icmp-other = ICMP error of type { $kind }, code { $code }
field-time-to-live = time to live
field-hop-limit = hop limit

# Clauses about a presented certificate: each follows its name.
certificate-of-client = the { $who }'s certificate
certificate-of-server = the certificate of { $service }
certificate-missing = is missing: the server asked for one
certificate-self-signed = is self-signed
certificate-private-root = leads to a root that is not among the known roots ({ $root })
certificate-issuer-not-given = was issued by { $issuer } (neither presented nor among the known roots)
cannot-tell-roots-then = whether that root was in public stores when the certificate was shown: the public roots known here are those of today
certificate-chain-ends = was issued by { $own }, and its chain leads to { $issuer } (neither presented nor among the known roots)
certificate-sent-along-expired = is sent with { $subject } (issued by { $issuer }), which expired { $date }
certificate-staple-missing = demands a stapled OCSP response (must-staple), which the { -device } asked for and the server did not send
certificate-unchecked = has a chain that cannot be checked here: { $detail }
certificate-broken = has a chain that does not hold: { $detail }
certificate-unreadable = cannot be read
certificate-expired = expired { $date } ({ $span } before this capture)
certificate-not-yet-valid = is valid only from { $date } ({ $span } after this capture)
certificate-other-names = is for other names than the one asked for
certificate-common-name-only = carries the name asked for only in its common name
certificate-warned-name = the server itself warns that { $name } is none of its names (unrecognized_name)
certificate-wrong-purpose = is not for this purpose (key usage)
certificate-is-authority = is an authority's certificate
certificate-weak-key = relies on a short key ({ $key } of { $subject })
certificate-weak-signature = relies on { $algorithm } ({ $subject })
certificate-missing-intermediate = comes without its intermediate ({ $issuer })
certificate-not-a-ca = has an issuer that may not issue certificates ({ $subject })
certificate-issuer-expired = has an issuer that expired { $span } before this capture ({ $subject })
certificate-issuer-expired-on = has an issuer that expired { $date }, { $span } before this capture ({ $subject })
certificate-issuer-not-yet-valid = has { $count ->
    [one] an issuer that is
   *[other] issuers that are
} not yet valid ({ $subjects })
certificate-issuer-purpose = has an issuer that may not issue for this purpose ({ $subject })
certificate-path-too-long = has more intermediates than { $subject } allows
certificate-name-constraints = is for names that its issuer may not issue for
certificate-name-written-otherwise = writes its issuer's name differently ({ $subject })
certificate-same-name-other-key = names an issuer whose key differs from that of the known { $subject }

# Where a root comes from.
origin-public = public roots
origin-licensing = built-in roots

# Why a connection counts as licensing.
because-named = an option names it
because-cslu = an option names the CSLU that opens it
because-proxy = an option names the proxy
because-all = every TLS connection is reported
because-hello = the Client Hello names it
because-certificate = the certificate of the server names it
because-connect = the CONNECT request names it
because-http-kind = the HTTP request is of its kind
because-http = the HTTP request names it
because-dns = DNS gave this address for its name
because-profile = the profile lists this address
because-question = the device asked for its name
because-port = nothing else uses this port

# Limits of a claim of silence.
silence-direction = whether an answer came: the capture holds no packet at all towards { $host }, so it may not see that direction
silence-direction-arp = whether an answer came: the capture holds answers of ARP towards { $host }, and no IP packet, so a filter or another path may hide it
silence-clock = how long the silence was: the capture's clock is doubtful ({ $detail })
silence-drops = whether an answer { $drops ->
    [one] was the 1 packet that
   *[other] is among the { $drops } packets that
} the capturing system dropped

# A possible reason behind a fact.
may-lie-behind = the reason behind it: { $clause }

# How to check that a remedy worked.
verify-handshake = the next handshake completes
verify-trust = the service accepts the next request
verify-response = the service answers the next request
