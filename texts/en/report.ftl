# The text report: its labels, the capture's line, the phases of the walk, the tables' heads.

text-semicolon = { "; " }
text-named = { $id }: { $text }
text-named-frames = { $id }: { $text } ({ $count ->
    [one] frame
   *[other] frames
} { $frames })

# Headings and the words that lines begin with.
text-fix = Fix, { $owner }
text-next = Next, { $owner }
text-next-capture = Next capture
text-colon = { ":" }
text-done-when = Done when: { $verify }
text-evidence = Evidence
text-also = Also:
text-ruled-out = Ruled out:
text-could-be = Could also be:
text-not-visible = Not visible here:
text-where = Where it stopped
text-walk = Steps
text-all-attempts = All attempts
text-odd = Noticed:
text-holds-label = In the capture

# Connections of others, in a capture without licensing traffic.
others-failed = no licensing traffic in this capture; { $all ->
    [one] its only TLS connection failed
   *[other] { $failed } of its { $all } TLS connections failed (to see all: --all --profile default)
}
others-unresolved = no licensing traffic and no TLS connection in this capture; { $all ->
    [one] the look-up of a name failed
   *[other] the look-ups of { $failed } names failed
}
others-not-failed = { $all ->
    [one] its only TLS connection shows no failure (to see it: --all --profile default)
   *[other] none of its { $all } TLS connections shows a failure (to see all: --all --profile default)
}

# The capture.
text-frames = { $grouped } { $frames ->
    [one] frame
   *[other] frames
}
text-frames-in = { $grouped } { $frames ->
    [one] frame
   *[other] frames
} in { $span }
text-raw-ip = raw IP
text-loopback = loopback
text-complete = complete
text-cut-short = cut short
text-cut-short-because = cut short: { $detail }
text-damaged = damaged after frame { $after }, { $lost } bytes lost: frame numbers after that are uncertain
text-copies = { $count ->
    [one] 1 frame is a second copy
   *[other] { $frames } frames are second copies
} of a packet
text-snap-length = { $count ->
    [one] 1 segment
   *[other] { $segments } segments
} cut by the snap length
text-one-direction = only one direction of the traffic was captured
text-drops = the capturing device dropped { $count ->
    [one] 1 packet
   *[other] { $packets } packets
}
note-not-judged = { $count ->
    [one] 1 connection or look-up was
   *[other] { $shown } connections and look-ups were
} not judged: there are more than tlswalk keeps
note-left-out = { $count ->
    [one] 1 attempt is
   *[other] { $shown } attempts are
} counted and not listed: { $verdicts }
note-log-cut = the device's text { $file } was not read to its end: { $detail }
text-holds-none = no TCP connection at all
text-holds-one-without = 1 TCP connection, without TLS
text-holds-one-with = 1 TCP connection, with TLS
text-holds-without = { $tcp } TCP connections, none of them with TLS
text-holds = { $tcp } TCP connections, { $tls } of them with TLS
text-holds-dtls = attempts at DTLS over UDP: { $count }
text-holds-quic = attempts at QUIC: { $count }
text-holds-capwap-data = { $count ->
    [one] 1 packet
   *[other] { $shown } packets
} of CAPWAP data inside DTLS
text-holds-servers = servers asked for: { $names }
text-holds-names = names looked up: { $names }
text-odd-frame = frame { $frame }, { $id }: { $text }
text-odd-more = and { $count } more, shown with -v

# The attempt.
confidence-certain = certain
confidence-likely = likely
confidence-possible = possible
party-unknown = not known
text-licensing-failed = Licensing failed: { $summary }
text-join-failed = The access point did not join: { $summary }
text-service-cssm = to CSSM
text-service-on-prem = to SSM On-Prem
text-service-cslu = to CSLU
text-service-call-home = to call home (the older service)
text-route-proxy-service = { $ends }, { $service } through the proxy { $proxy }
text-route-proxy = { $ends }, through the proxy { $proxy }
text-route-direct = { $ends }, direct { $service }
text-route-opened = { $ends }, opened by the CSLU
text-route-service = { $ends }, { $service }
text-route-tunnel = { $route }, inside { $tunnel }
text-route-version = { $route }, { $version }
text-route-quic = { $route }, QUIC
text-route-time = { $route }, { $time } UTC
text-tries = tried on { $tries } connections; shown here: the one to { $server } from frame { $frame } on
text-on-device = on the { $who }
text-on-firewall = on the firewall
text-on-proxy = on the proxy
text-on-server = on the server
text-holds-too = applies too
text-wireshark = Wireshark
text-details = Details
text-for-others = To share
text-explained = Explained
text-settings = Settings
text-same-verbose = the same command with -v

# The walk.
text-legend = ~ encrypted: not read, but deduced from order, size and side
text-phase-connect = Connect
text-phase-discovery = Discovery
text-phase-join = Join
text-phase-proxy = Proxy
text-phase-report = Report
text-phase-data = Data
text-phase-close = Close
text-plain-http = none: this transport is plain HTTP
text-never-tried = never tried
text-never-begun = never begun
text-never-sent = never sent
text-not-passed-on = not passed on
text-not-in-capture = not in the capture
text-not-seen = not seen
text-no-answer = no answer
text-nothing-more = then nothing more
text-ended-nothing = nothing more
text-then-reset = then RST from the { $who } in frame { $frame }
text-ended-reset = ended by RST from the { $who } in frame { $frame }
text-then-fin = then FIN from the { $who } in frame { $frame }
text-ended-fin = ended by FIN from the { $who } in frame { $frame }
text-device = { -device }
text-alert = alert
step-alert = alert { $level } { $description }
text-alert-encrypted = alert encrypted
text-answer = answer
text-http-request = HTTP request
text-http-response = HTTP response
text-request-not-captured = request not captured
text-request-no-answer = { $request }, no answer
text-records = { " " }({ $records } { $records ->
    [one] record
   *[other] records
}, { $bytes } bytes)
text-lookup = { $kind }: question { $question } to { $server }
text-lookup-name = { $kind } { $name }: question { $question } to { $server }
text-lookup-answer = { $asked }, answer { $frame }: { $answer }
text-lookup-no-address = { $asked }, answer { $frame }: no address
text-lookup-no-answer = { $asked }, no answer
text-lookup-more = { $count } more

# The tables.
text-frame = frame
text-frames-head = frames
text-from = from
text-to = to
text-from-to = from → to
text-verdict = verdict
text-confidence = confidence
text-certificate = certificate
text-valid = valid (UTC)
text-valid-from = { $day } to
text-expired = EXPIRED
text-not-yet-valid = NOT YET VALID
text-not-readable = not readable
text-self-signed = self-signed
text-issued-by = issued by { $issuer }
text-for = for { $value }
text-key = key { $value }
text-signed-with = signed with { $value }
text-for-use-as = for use as { $value }
text-serial = serial { $value }
text-sha256 = SHA-256 { $value }
text-step = step
text-seconds = seconds
text-connection = Connection { $id }: { $client } → { $server }
text-traffic = { $client-frames ->
    [one] 1 frame
   *[other] { $client-frames } frames
} and { $client-bytes ->
    [one] 1 byte
   *[other] { $client-bytes } bytes
} from the { -device }, { $server-frames } and { $server-bytes } from the server; { $retransmissions ->
    [one] 1 retransmission
   *[other] { $retransmissions } retransmissions
}, { $copies ->
    [one] 1 copy
   *[other] { $copies } copies
}
text-gap = { $bytes ->
    [one] 1 byte
   *[other] { $bytes } bytes
} of the { $who } missing before frame { $frame } ({ $cause })
text-sni = SNI { $value }
text-cipher-suite = cipher suite { $value }
text-group = group { $value }
text-alpn = ALPN { $value }
text-offered = offered { $value }
text-accepted = client certificates accepted from { $value }

# How often a verdict was right, in explanations.
explain-earned = How often it was right
explain-earned-word = { $word }: { $right } of { $cases } labelled cases
explain-earned-cases = a case is a verdict on a capture whose true cause is known: a recorded sample, a damaged copy of one, a generated capture, a fault from the field that was reproduced; a verdict on a damaged copy counts as wrong if the remaining frames look like another cause

# tlswalk explain
explain-topics = Topics beside verdicts

# The TLS library that a Client Hello looks like
text-looks-like = Client: { $because }
stack-openssl = the Client Hello looks like OpenSSL's (1.1.0 or later), by the order of its extensions
stack-node = the Client Hello looks like that of Node.js, by its cipher suites and OpenSSL's order of extensions
stack-gnutls = the Client Hello looks like GnuTLS's, by the order of its extensions and signature algorithms
stack-nss = the Client Hello looks like that of NSS (Firefox), by the order of its extensions and signature algorithms
stack-java = the Client Hello looks like Java's (JSSE), by the order of its extensions and signature algorithms
stack-go = the Client Hello looks like that of Go's crypto/tls, by the order of its extensions
stack-chromium = the Client Hello looks like that of Chromium or a browser built on it, by its extensions and GREASE
stack-schannel = the Client Hello looks like that of Windows (Schannel), by the order of its cipher suites and extensions

# Commands without a source
remedy-unread = { $action } (not tried on a device, and found in no document: { $commands })
