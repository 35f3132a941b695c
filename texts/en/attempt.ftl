# Attempts taken together: courses and their rhythm; what a quiet capture proves; how to capture again; how successful attempts go.

# How to capture again. $hints is one of the clauses below it, or several.
recapture = capture again, whole packets, both directions: { $hints }
recapture-start = start before the { -device } tries, and stop only after the attempt has failed or succeeded
recapture-whole = leave “limit packet-len” unset (0), so that packets are kept whole
recapture-files = capture into a set of files if one is too small
recapture-wait = to wait for the regular report rather than to cause one, use “{ $buffer }”
recapture-both = { $one }; { $other }
recapture-web = or in the web interface: Troubleshooting > Packet Capture > Add, with { $interface } selected, Monitor Control Plane on, Buffer Size 100 MB, Limit by 3600 secs; press Start, then enter “{ $trigger }” on the command line
recapture-expect = the new capture begins with a look-up or SYN and ends with FIN or RST; tlswalk then shows the whole attempt
recapture-expect-datagrams = the new capture begins before the first Client Hello and goes on for a minute after the last packet; tlswalk then shows the whole attempt

# The conclusions from a capture without licensing traffic.
quiet-others-name = TLS connections in it ask for { $names }, which the profile does not know: if one is an SSM On-Prem, a CSLU or a proxy of yours, run tlswalk again with --on-prem { $name }, --cslu or --proxy
quiet-short = it covers { $watched }, { $percent } % of the { $cycle } between two reports: no licensing traffic in so short a time is normal
quiet-long = it covers { $watched }, longer than the { $cycle } between two reports: a { -device } whose reports pass here would appear in it
quiet-moment = a few seconds
quiet-by-option = named by --wlc
quiet-by-capwap = access points speak CAPWAP with it
quiet-seen = the { -device } { $address } was seen ({ $why }): { $capwap ->
    [0] no CAPWAP
    [one] 1 CAPWAP packet
   *[other] { $capwap } CAPWAP packets
}, { $sent ->
    [0] no TCP segment
    [one] 1 TCP segment
   *[other] { $sent } TCP segments
} from it, { $opened ->
    [0] no connection
    [one] 1 connection
   *[other] { $opened } connections
} opened by it
quiet-unseen = no packet from or to { $address } (named by --wlc) was seen: the capture was taken at another interface, or a filter left it out
quiet-lookups = it asked DNS { $count ->
    [one] once
   *[other] { $count } times
}, never for a licensing service: { $names }
quiet-no-lookups = { $address } asked DNS nothing while the capture ran
quiet-unknown = no { -device } could be recognised in it: name yours with --wlc to learn whether it was seen at all
quiet-look = check which service it uses, when it last reported there, and when it will report next
quiet-look-expect = “Upcoming license report time” shows when to start the next capture

# Several tries of one device for one service, taken together.
course-unclear = { $tries } attempts, from which nothing can be concluded
course-steady = { $tries } attempts, none of which failed
course-constant = constant: all { $failed } attempts failed, each in the same way
course-changing = { $failed } attempts failed, in { $kinds } different ways: one fault after the other
course-cured = cured: { $failed ->
    [one] 1 attempt failed
   *[other] { $failed } attempts failed
}, then it worked until the end of the capture
course-broke = broken: it worked at first, and then { $failed ->
    [one] 1 attempt failed
   *[other] { $failed } attempts failed
}, to the end of the capture
course-flapping = flapping: { $failed } attempts failed and { $worked } succeeded, in alternation

# The lines of the story.
story-try = { $summary } [{ $verdict }]
story-same = { $count ->
    [one] once
   *[other] { $count } times
}: { $summary } [{ $verdict }]
story-again = { $verdict }
story-same-again = { $count ->
    [one] once
   *[other] { $count } times
} { $verdict }
story-after = after { $pause }
story-report = after { $pause }, the regular report
story-retry = after { $pause }, the retry
story-poll = after { $pause }, the poll for the result
story-left-out = { $count ->
    [one] 1 more attempt
   *[other] { $count } more attempts
} in between, listed in the JSON report
story-works-since = works since { $time } UTC, after { $failed } failed { $failed ->
    [one] attempt
   *[other] attempts
}
story-fails-since = fails since { $time } UTC, after { $worked } { $worked ->
    [one] attempt
   *[other] attempts
} that succeeded
story-fails-in-turn = fails intermittently, in { $failed } of { $tries } attempts
story-turned = { $turn }: { $summary }
story-shown = Attempt { $number } is shown above.

# Where an attempt leaves the successful path of its transport.
baseline-client = the { -device }'s { $step }
baseline-server = the server's { $step }
baseline-proxy-answer = proxy answer
baseline-proxy = the proxy's answer that the tunnel is open (200)
baseline-after = { $expected }, after frame { $frame } ({ $after }); { $consequence }
baseline-begin = { $expected }, as the first step; { $consequence }
baseline-resolve = an address from the DNS server, then { $expected }; { $consequence }
baseline-not-connected = without it there is no connection, and nothing is reported
baseline-not-secured = without it the handshake does not end, and no report is sent
baseline-not-answered = without it the { -device } counts the report as not delivered

# Rules: the name was resolved, and no connection followed.
no-connection = DNS gave { $device } the address { $address } for { $name }, and no connection to it followed within { $seconds }
no-connection-asks = asks { $server } for { $name }
no-connection-answer = { $server } answers { $address }
no-connection-visible = another connection of { $device }: the capture would show one to the service, too
no-connection-other-path = the connection may leave by another interface or source address than the look-up; this capture sees only one of them
no-connection-look-up-only = the program that asked on { $device } may not have wanted to connect: a ping, a monitoring system, a resolver for others
no-connection-do = check that the { -device } has a source address, a route and the right target for the connection; { $device } only asked for the name

# Rules: an address that DNS no longer gives.
dns-stale-address = { $device } connects to { $used }, where nothing answers, though DNS now says that { $name } is at { $now }
dns-stale-address-answer = { $server } answers { $now } for { $name }
dns-stale-address-used = tries to connect to { $used }, which no answer in this capture holds
dns-stale-address-static = { $used } may be in the configuration (ip host, or an address in a URL), or come from an answer before this capture
dns-stale-address-do = make the { -device } forget { $used } and ask for { $name } again; remove the static entry if there is one

# Rules: HTTP succeeded, and the licensing answer inside is a refusal.
licensing-refused = { $service } was reached and answered HTTP { $status }, but its licensing answer says { $code }
licensing-refused-code = the licensing answer inside says { $code }
licensing-refused-message = its reason: { $message }
licensing-refused-reached = network, proxy and HTTP are in order: the answer arrived
licensing-refused-do = read the whole answer ({ $code }) and act on its reason; where it names the product instance, remove that instance on the licensing server and let the { -device } synchronise again

# Rules: DNS answered by ICMP.
dns-refused-by-icmp = { $from } answers the question to { $server } with ICMP: { $kind }
dns-refused = { $from } answers the question for { $name } with ICMP: { $kind }

# Rules: remedies with the observed names filled in.
url-unknown = correct the URL: the service at { $server } does not know { $target }
proxy-other-way = or bypass { $proxy }: connect directly, if the firewall lets { $device } reach { $target }
proxy-cslu = or go through a CSLU, which can authenticate with a proxy
log-of-device = then let the { -device } try again, and see what it logs about { $name }
log-of-device-expect = the log names the reason, or the next attempt succeeds

# Rules: TLS spoken straight to a proxy.
not-tls-proxy = { $device } speaks TLS directly to the HTTP proxy { $proxy }, which answers { $status } in plain HTTP: it expects CONNECT first
not-tls-proxy-software = the answer names its software: { $software }
not-tls-proxy-or = { $proxy } may answer in place of the server that was meant, as a transparent proxy that does not expect TLS
not-tls-proxy-do = enter { $proxy } as proxy rather than as server

# Labels of the story and of the successful path.
text-good-label = Expected next:
story-place = frame { $frame }  { $time }
story-shows = frame { $frame }: { $what }

# Rules: a question that was not repeated.
dns-asked-once = whether the answer came and was not captured: a client without an answer from { $server } asks again, and this question was asked only once

# Details of a step of the walk, beyond its name; texts from the wire are left as they are.
step-encrypted-alert = encrypted
step-heartbeat-request = request, { $named } bytes of payload in a record of { $len }
step-heartbeat-response = response, { $len } bytes
step-malformed = malformed
step-sslv2-format = SSLv2 format
step-asks-for = asks for { $group }
step-acceptable-issuers = { $count ->
    [one] 1 acceptable issuer
   *[other] { $count } acceptable issuers
}
step-handshake-type = handshake type { $number }
step-missing = { $bytes ->
    [one] 1 byte
   *[other] { $bytes } bytes
} of it are not in the capture
step-unread = too long: { $bytes ->
    [one] 1 byte
   *[other] { $bytes } bytes
} of it were not read
step-no-certificate = empty: no certificate to show
step-unreadable-certificate = unreadable: { $why }
step-early-data = early data
step-encrypted = { $bytes ->
    [one] 1 byte
   *[other] { $bytes } bytes
} encrypted
step-with-messages-before = with the messages before it
step-with-other-messages = with other messages
step-certificate-by-size = a Certificate by its size

# Why a certificate cannot be read.
unreadable-empty = it is empty
unreadable-short = only { $len } of the { $declared } bytes it declares are there
unreadable-element = its { $element } at byte { $at } cannot be read
unreadable-rest = what follows its public key (extensions or signature) cannot be read
element-outer = outer SEQUENCE
element-inner = inner SEQUENCE
element-version = version
element-serial-number = serial number
element-signature-algorithm = signature algorithm
element-issuer = issuer
element-validity = validity
element-subject = subject
element-public-key = public key
