# The texts of the rules. One section per rule, in the order of RULES; texts that several rules use are in common.ftl.

# dns-no-response
dns-no-response-summary = the DNS server never answered the { $who }'s question for { $name }
dns-no-response-over-tcp = the answer for { $name } did not fit into UDP, and { $server } does not let the { $who } ask over TCP: the name is not resolved
dns-no-response-truncated = the answer says that it is truncated
dns-no-response-tcp-silent = the last SYN; nothing came for { $span }
dns-no-response-allow-tcp = allow TCP port 53, beside UDP, from { $device } to { $server }, or let the resolver answer with fewer records
dns-no-response-asks = asks { $server } for { $name }
dns-no-response-last-question = the last of { $count } questions ({ $frames }); no answer follows
dns-no-response-cannot-tell = whether the questions were lost on the way, or the server is down: the capture only shows that no answer came here
dns-no-response-configure = configure a DNS server that answers; { $servers } did not
dns-no-response-allow = allow DNS (UDP and TCP port 53) from { $device } to { $server }
dns-port-unreachable-do = on { $server }: start its DNS service, or let it accept questions from { $device }; a firewall may also send this error with its address
dns-no-name-server = no name server is configured: the { $who } asks the broadcast address for { $name }, and no host answers
dns-no-name-server-asks = asks { $server }, the broadcast address, for { $name }; { $count } { $count ->
    [one] question
   *[other] questions
} in all
dns-no-name-server-or = a name server may be configured in another VRF than the one that licensing uses
dns-no-name-server-do = configure a name server, in the VRF that the { $who } uses for this service
dns-no-name-server-or-unused = a name server may be configured for another interface than the one that the client uses
dns-no-name-server-set = configure a name server on the { $who }

# dns-error
dns-error-summary = the DNS server answered { $status } for { $name }: { $meaning }
dns-error-no-data = the name exists, without an address of the type asked for
dns-error-no-data-do = find out why it has no address record of that type (a filter, an own zone with the same name), and have one added
dns-error-servfail = it could not get a valid answer itself
dns-error-servfail-do = check its own path to the internet, its forwarders, and whether DNSSEC validation fails for the name
dns-error-nxdomain = it says that the name does not exist
dns-error-nxdomain-do = let it resolve public names (forwarders, split-horizon zones, filter lists)
dns-error-nxdomain-any = if the name is right, add an address record where its zone is kept, or let the server ask one that knows the zone (forwarders, split-horizon zones, filter lists)
dns-error-nxdomain-own = add an address record for the name, which is your own, or ask a server of your domain
dns-error-refused = it does not answer this client, or has no server to ask
dns-error-refused-do = allow recursion for the { -device }'s address, and check that it has a server to ask (forwarders, root hints)
dns-error-failed = it could not answer
dns-error-failed-do = look at its log
dns-error-asks = asks { $server } for { $name } ({ $kind })
dns-error-answers = { $server } answers { $status }
dns-error-on-server = on { $server }: { $what }
dns-error-other-server = or let the { $who } ask a DNS server that knows { $name }
dns-error-no-data-status = no data

# dns-unexpected-address
dns-unexpected-address-summary = the DNS server gave { $name } the address { $address }, { $kind }: not the licensing service's
dns-unexpected-address-asks = asks { $server } for { $name }
dns-unexpected-address-answers = { $server } answers { $address }
dns-unexpected-address-private-path = the address may be intended: a gateway inside the network may answer for the service; then it should speak TLS
dns-unexpected-address-rewritten = a filter on the path may have changed the answer; the log of the DNS server shows what it sent
dns-unexpected-address-on-server = on { $server }: remove the override or block-list entry for { $name } (a sinkhole answers with such addresses)
dns-unexpected-address-block-page = the block page of { $product }
dns-unexpected-address-unspecified = the unspecified address
dns-unexpected-address-loopback = a loopback address
dns-unexpected-address-private = a private address
dns-unexpected-address-link-local = a link-local address
dns-unexpected-address-no-host = an address that no host can have
dns-unexpected-address-shared = a carrier-grade NAT address
dns-unexpected-address-unique-local = a private (unique local) address
dns-unexpected-address-connects = connects to it
dns-unexpected-address-tries = tries to connect to it, without success

# icmp-blocked
icmp-blocked-summary-server = the connection to { $target } is answered with ICMP from the server's address: { $kind }
icmp-blocked-summary-other = { $from } answers the connection to { $target } with ICMP: { $kind }
icmp-blocked-content = on { $from }: the TCP connection was let through, and what came in it was rejected: look for a rule about names or contents (URL filter, application control) and allow { $target } for { $device }
icmp-blocked-allow = on { $from }: allow TCP port { $port } from { $device } to { $target }, by name where the firewall can
icmp-blocked-mtu = { $from } says that packets must fit { $mtu } bytes, and the sender keeps sending larger ones: let these ICMP messages reach it (they may be filtered), or lower the TCP MSS of the { -device } to { $mss }
icmp-blocked-port = on { $from }: check that the service is running and listens on port { $port }; if it does, a filter sends the error in its name
icmp-blocked-route = check whether { $ip } is switched on and connected; if it is: on { $from }, restore the route to it
icmp-blocked-tries = { $client } tries to connect
icmp-blocked-quotes = { $from }: { $kind }, quoting the connection's own packet
icmp-blocked-or-filter = a firewall may send this error with the server's address; its log shows it

# tcp-refused
tcp-refused-summary = the connection to { $service } was refused: a reset answers the SYN
tcp-refused-answer = RST in answer, { $span } later, { $field } { $ttl }
tcp-refused-near = { $field } { $ttl } is what a sender on this link has, and the address is a public one: a device near the { -device } (a firewall, a gateway, a virtual network) may have answered in its place
tcp-refused-firewall = a firewall may answer for the server: compare the { $field } with other packets of the server, and look at the firewall's log
tcp-refused-listen = check on { $ip } that the service is running and listens on port { $port }
tcp-refused-proxy = or correct the proxy: the { -device } is configured to use { $server }
tcp-refused-url = or correct the URL: the { -device } is configured to use port { $port }
tcp-refused-allow-first = allow TCP { $port } from { $device } to { $ip }: a reset in the name of a public service usually comes from a firewall
tcp-refused-allow = or, if a firewall rejects it: allow TCP { $port } from { $device } to { $ip }

# tcp-no-response
tcp-no-response-summary = nothing answers the { $who }'s connection to { $target }: { $tries } { $tries ->
    [one] SYN
   *[other] SYNs
} in { $span }, no reply of any kind
tcp-no-response-last = the last repetition (after { $steps })
tcp-no-response-tried = { $server } was tried before, without success
tcp-no-response-cannot-tell = who dropped the packets: a firewall on the way out, on the way back, or the server; a capture on the far side of the firewall shows it
tcp-no-response-allow = allow TCP port { $port } from { $device } to { $name }, by name where the firewall can: addresses change
tcp-no-response-interface = check source address and route

# proxy-authentication-required
proxy-authentication-required-any = authentication
proxy-authentication-required-scheme = authentication ({ $scheme })
proxy-authentication-required-summary = the proxy { $proxy } demands { $demand }, which the { $who } does not provide
proxy-authentication-required-summary-socks = the SOCKS proxy { $proxy } accepts none of the ways to authenticate that the { $who } offers
proxy-authentication-required-summary-refused = the proxy { $proxy } demands { $demand } and did not accept what the { $who } sent for it
proxy-authentication-required-summary-met = the proxy { $proxy } demanded { $demand } first, and the { $who } came again with success
proxy-authentication-required-met = the client comes again through the proxy, and that handshake completes
proxy-authentication-required-socks-do = let { $device } use the proxy without authentication, or give the { -device } a user name and password that it knows
proxy-authentication-required-exempt = let { $device } reach { $target } without authentication, or give the { -device } the credentials that the proxy asks for

# proxy-refused
proxy-refused-summary = the proxy { $proxy } answered CONNECT with { $status } { $reason }: { $meaning }
proxy-refused-summary-forward = the proxy { $proxy } answered the request itself, with { $status } { $reason }: { $meaning }
proxy-refused-summary-socks = the SOCKS proxy { $proxy } opened no tunnel to { $target }: { $reply }; { $meaning }
proxy-refused-socks-network = it has no route to the target
proxy-refused-socks-host = it could not resolve the name, or not reach the host
proxy-refused-socks-refused = the target refused the connection from it
proxy-refused-forbidden = its rules do not allow the target
proxy-refused-forbidden-do = allow CONNECT to { $target } for { $device }
proxy-refused-unreachable = it reports an error of its own
proxy-refused-bad-gateway = it got no valid answer from the target
proxy-refused-timeout = it got no answer from the target in time
proxy-refused-unreachable-do = look at the proxy's log for { $target }: did its own DNS, its route, a firewall or the target's answer fail
proxy-refused-other = it does not open the tunnel
proxy-refused-other-forward = it does not pass the request on
proxy-refused-other-do = look at the proxy's log for { $device } and { $target }
proxy-refused-cannot-tell = whether another proxy stands behind this one; the answer names its software: { $server }

# proxy-no-response
proxy-no-response-asks = the CONNECT request
proxy-no-response-asks-socks = the SOCKS request
proxy-no-response-summary = the proxy { $proxy } never answered { $asks }
proxy-no-response-closed-summary = the proxy { $proxy } closed the connection without an answer to { $asks }
proxy-no-response-closed = the proxy closes, and has sent nothing
proxy-no-response-closed-unanswered = the proxy closes without an answer to it
proxy-no-response-log-nameless = look at the proxy's log for { $device }: it may allow only some clients
proxy-no-response-closed-log = look at the proxy's log for { $device } and { $target }: a proxy closes without an answer if its rules do not allow the { -device } or the target, or if it fails itself
proxy-no-response-acknowledged = last packet; the request was acknowledged
proxy-no-response-unacknowledged = last packet; the request was not even acknowledged
proxy-no-response-log = look at the proxy's log for { $device } and { $target }: it may wait for its own DNS or for the target

# not-tls
not-tls-summary-bytes = { $target } does not begin with TLS: its first bytes are { $bytes }
not-tls-summary-like-record = { $target } answers the Client Hello with bytes that are no TLS record: { $bytes }
not-tls-summary-echo = { $target } answers the Client Hello with the same Client Hello: the program there echoes its input
not-tls-echo = Client Hello from the server, with the random value of the client's
not-tls-second-hello = Client Hello from the server
not-tls-or-returned = something on the path, such as a relay, may send packets back to their sender
not-tls-no-client = two clients without a server would have sent different random values
not-tls-or-broken = they begin like a record, so a TLS server whose output is damaged is possible
not-tls-or-damaged = they are neither text nor a TLS record; a TLS server whose output was damaged could send such bytes, too
not-tls-summary-two-clients = both ends sent a Client Hello: the host at { $target } began as a TLS client, too, so neither end is the server
not-tls-one-server = let one of the two ends be the TLS server
not-tls-summary-before = { $target } answered in plain HTTP ({ $status } { $reason }) before any Client Hello was sent: it refuses what came first, { $spoken }
not-tls-summary-before-any = { $target } answered in plain HTTP ({ $status } { $reason }) before the client had sent anything: it refuses what something on the path sent it first, such as the header of the PROXY protocol
not-tls-before-or = the server may refuse the connection for another reason; its log shows it
not-tls-before-cannot-tell = whether the server there speaks TLS: it had answered before it was asked
not-tls-before-agree = let both sides agree on what comes first at { $server }; if a balancer sends the header of the PROXY protocol, the server has to expect it (proxy_protocol)
not-tls-summary = { $target } answers the Client Hello in plain HTTP ({ $status } { $reason }): { $who }
not-tls-summary-redirect = { $target } answers the Client Hello in plain HTTP ({ $status } { $reason }, redirecting to { $location }): { $who }
not-tls-misconfigured = the server itself may redirect; the log of the firewall or proxy shows it
not-tls-exempt = exempt { $name } from the policy that shows a block page to { $device }
not-tls-block-page = a firewall or proxy may answer in the server's place: look at its log
not-tls-enable = enable TLS on port { $port } of { $ip }, or give the { -device } the right port
not-tls-vendors = find out which host answers at { $server } in place of the service, which speaks TLS: check the port in the URL, the address of the name in DNS, and the log of a firewall or proxy in between
not-tls-bytes = the server's bytes begin: { $bytes }
not-tls-summary-said = { $target } answered the Client Hello in plain text: { $line }
not-tls-said = in plain text, and the hello had arrived: { $line }
not-tls-said-do = act on what { $server } says, and look at its log: it had agreed to TLS before
not-tls-starttls = let the { -device } begin in plain text at { $server } and ask for TLS ({ $request }), as { $protocol } does there, or give it the port where { $protocol } begins with TLS (usually { $port })
not-tls-starttls-only = let the { -device } begin in plain text at { $server } and ask for TLS ({ $request }), as { $protocol } does
not-tls-listen = find out which service listens on { $server }, and give the { -device } the right port
not-tls-http = HTTP { $status } { $reason }
not-tls-http-redirect = HTTP { $status } { $reason }, redirecting to { $location }
not-tls-somewhere = something on the path answers for it
not-tls-product = { $product } answers for it
not-tls-there = the server there does not speak TLS

# version-mismatch
version-mismatch-summary-client = the { $who } does not accept TLS { $chosen }, which { $service } chose
version-mismatch-summary-client-gave-up = the { $who } gave up because it has no TLS version in common with { $service }
version-mismatch-summary-fallback = { $service } refuses the { $who }'s second attempt, with an older version ({ $offer }), because it supports a newer one
version-mismatch-summary-server = { $service } accepts none of the TLS versions that the { $who } offers ({ $offer })
version-mismatch-offers = Client Hello offers { $offer }
version-mismatch-fallback = the Client Hello says that this is a second attempt with an older version (TLS_FALLBACK_SCSV): find out why the first attempt failed
version-mismatch-chooses = Server Hello chooses TLS { $version }
version-mismatch-cannot-tell = which versions the server would accept: it does not say
version-mismatch-newer = let the { -device } use a newer version than TLS { $newest }
version-mismatch-older = or allow an older version on the server, if that is acceptable
version-mismatch-first-try = find out why the { -device }'s previous attempt, with a newer version, failed: the alert only answers the second attempt
ssl2-summary = { $service } chose SSL 2.0, which RFC 6176 forbids and no current TLS library accepts
ssl2-summary-used = the { $who } and { $service } used SSL 2.0, which RFC 6176 forbids and no current TLS library accepts; its records are not read
ssl2-offer = Client Hello, which offers { $newest } at most
ssl2-chosen = Server Hello of SSL 2.0
ssl2-cannot-tell = what both sides sent after the hellos: records of SSL 2.0 are not read, and another capture would show the same
version-mismatch-upgrade = upgrade the server at { $server }, or enable TLS 1.2 or later on it
version-mismatch-offer = TLS { $versions }
version-mismatch-offer-cut = versions that are not in the capture
version-mismatch-draft = let the client offer TLS 1.3 as published: it offers a draft of it
version-mismatch-newer-than-now = let the { -device } use a newer version of TLS
version-mismatch-offer-only = only TLS { $newest }
version-mismatch-server-newest = enable TLS 1.3 on { $server }: the { -device } offers nothing older
version-mismatch-client-older = or let the { $who } offer TLS 1.2 as well
version-mismatch-offer-newest = at most TLS { $newest }

# cipher-mismatch
cipher-mismatch-summary-misses = { $service } needs something that the { $who }'s Client Hello lacks
cipher-mismatch-summary-offer = { $service } finds nothing it accepts among the cipher suites, groups and signature algorithms that the { $who } offers
cipher-mismatch-summary-groups = { $service } finds nothing it accepts among the groups and signature algorithms that the { $who } offers
cipher-mismatch-summary-choice = the { $who } does not accept the cipher suite that { $service } chose
cipher-mismatch-chooses = Server Hello chooses { $choice }
cipher-mismatch-or-version = { $service } may speak none of the TLS versions offered: some servers then send handshake_failure, too
cipher-mismatch-policy = handshake_failure is also sent for other reasons (no certificate for the name, a policy): the server's log shows it
cipher-mismatch-cannot-tell = what the other side would accept: it does not say
cipher-mismatch-update = update the TLS software of { $whose }, or remove the setting that restricts it (see the evidence)
cipher-mismatch-signatures = give { $server } a certificate and a key that can sign with one of the signature algorithms offered ({ $list }), or let the { $who } offer more of them
cipher-mismatch-suites = check which suites, groups and signature algorithms the { -device } may use, and allow modern ones
cipher-mismatch-broad = find out which suites, groups and signature algorithms { $server } accepts, and let the { -device } offer them besides the modern ones that it offers
cipher-mismatch-few-groups = let the { -device } offer more groups: it offers only { $list }
cipher-mismatch-groups = check which groups and signature algorithms the { -device } may use, and allow modern ones
cipher-mismatch-allow = or let { $server } accept one of the offered cipher suites, groups and signature algorithms
cipher-mismatch-software-server = the server at { $server }
cipher-mismatch-software-client = the { $who }

# negotiation
negotiation-suites = Client Hello offers { $count ->
    [one] 1 cipher suite
   *[other] { $count } cipher suites
}: { $list }
negotiation-groups = and { $count ->
    [one] the group { $list }
   *[other] the groups { $list }
}
negotiation-signatures = and { $count ->
    [one] the signature algorithm { $list }
   *[other] the signature algorithms { $list }
}
negotiation-acceptable = the same server chose { $chosen } in another connection, which this Client Hello offers as well
negotiation-foreign-version = the server chose { $version }, the { -device } offers only { $offered }
negotiation-foreign-suite = the server chose the cipher suite { $suite }, which the { -device } did not offer
negotiation-foreign-group = the server chose the group { $group }, which the { -device } did not offer
negotiation-flaw-missing = the Client Hello lacks the extension { $extension }, which TLS 1.3 demands (RFC 9846 section 9.2)
negotiation-flaw-share = the Client Hello has a key share for { $group }, which is not among its groups
negotiation-flaw-no-suite = none of its cipher suites can be used with the versions it offers
negotiation-flaw-obsolete = every cipher suite it offers is forbidden today (RFC 9325 section 4.1): current servers refuse them all
negotiation-excluded = the same server chose { $chosen } for another Client Hello; this one does not offer { $lacking }
negotiation-nor = { $text }, nor { $next }
negotiation-chosen = { $version } with { $suite }
negotiation-chosen-group = { $version } with { $suite } and { $group }
negotiation-lacks-suite = that cipher suite
negotiation-lacks-group = the group { $group }
negotiation-lacks-key = any cipher suite for its { $key } key

# crl-fetch-failed
crl-fetch-failed-summary-alert = the { $who } could not fetch revocation data from { $host } and aborted the handshake with { $alert }
crl-fetch-failed-summary-closed = the { $who } could not fetch revocation data from { $host } and closed the connection
crl-fetch-failed-summary-waiting = the { $who } could not fetch revocation data from { $host } and the handshake still waits for it when the capture ends
crl-fetch-failed-points = the certificate of { $service } points to { $url }
crl-fetch-failed-sound = the chain itself is sound: it leads to a known root, is current and for this name
crl-fetch-failed-unchecked = the chain cannot be checked without its root (give it with --ca); its dates and name are right
crl-fetch-failed-off-on-prem = turn revocation checking off in the { -device }, if your policy allows that: a private certificate rarely has revocation data that can be reached
crl-fetch-failed-allow = allow TCP port { $port } (HTTP) from { $device } to { $host }
crl-fetch-failed-do-answers = on { $host }: find out why it answers { $status } for { $url }; the file may be missing there, or a proxy or filter answered for it
crl-fetch-failed-do-listen = check that the web server of { $host } ({ $server }) is running and listens on that port; if it does, a firewall resets the connection: allow it from { $device }
crl-fetch-failed-do-inspect = let the HTTP request from { $device } to { $host } ({ $server }) pass: the connection is answered, the request is not; if the firewall shows that it passes, look at the log of that web server
crl-fetch-failed-do-resolve = on the DNS server { $resolver }: let it resolve { $host }
crl-fetch-failed-do-allow-dns = allow DNS (UDP and TCP port 53) from { $device } to { $resolver }
crl-fetch-failed-off = or turn revocation checking off in the { -device }, if your policy allows that
crl-fetch-failed-answers = { $host } answers { $status } { $reason }
crl-fetch-failed-silent = SYN to { $host } ({ $server }), never answered
crl-fetch-failed-refused = { $host } ({ $server }) refuses the connection
crl-fetch-failed-connects = connects to { $host } ({ $server }) and gets no answer
crl-fetch-failed-dns-answers = DNS answers { $status } for { $host }
crl-fetch-failed-dns-silent = DNS is asked for { $host } and never answers

# interception-suspected
interception-suspected-summary = the certificate shown for { $name } is not the service's own: { $signer } signed it, and { $consequence }
interception-suspected-incomplete = the handshake does not complete
interception-suspected-summary-portal = the certificate shown for { $name } is that of a captive portal: { $signer }; { $consequence }
interception-suspected-authority = an authority called { $issuer }
interception-suspected-product = { $product } ({ $issuer })
interception-suspected-other-names = the certificate is for other names than the one asked for: another server may answer at that address, or a portal
interception-suspected-asks-client = the server asks for a client certificate (frame { $frame }), which interceptors usually do not: a lab or a service of your own under that name would; give its root with --ca, and its chain counts as genuine
interception-suspected-private-service = a lab or a service of your own under that name: give its root with --ca, and its chain counts as genuine
interception-suspected-cannot-tell = which product it is: the issuer's name is not that of a known product
interception-suspected-exempt = exempt { $name } from TLS inspection (decryption); the issuer { $issuer } shows whose policy it is
interception-suspected-trust-root = or install the root of the inspecting authority in the trust store of the { -device }
interception-suspected-second-best = if that cannot be done: install the inspecting authority's root in the trust store of the { -device }
interception-suspected-very-name = the certificate names exactly the host asked for, so it is hardly that of another server reached by mistake
interception-suspected-copied = the subject of the certificate names the organisation { $organization }, the issuer another one: the subject may be a copy from the genuine certificate
interception-suspected-others = the same issuer signs for unrelated names in this capture: { $names }
interception-suspected-times-to-live = the server's SYN-ACK came with { $field } { $ttl }, the other packets from there with { $lowest } to { $highest }: more than one device answers
interception-suspected-near = the SYN-ACK came within { $milliseconds } ms: the host that answers is close by
interception-suspected-chain-self-signed = it is self-signed
interception-suspected-chain-private-root = its root { $root } is not among the known roots
interception-suspected-chain-issuer-not-given = that issuer is neither presented nor among the known roots
interception-suspected-chain-anchored = its chain holds, but it is for other names
interception-suspected-chain-broken = its chain does not hold
interception-suspected-refused = the { $who } refuses it ({ $alert })
interception-suspected-accepted-then = the { $who } continues with it; the other side then sends { $alert }
interception-suspected-accepted = the { $who } continues with it, so everything can be read on the path
interception-suspected-continued = the { $who } continues with it: if this is interception, everything can be read on the path
interception-suspected-unseen = the capture does not show whether the { $who } accepts it
interception-suspected-certificate = certificate of { $subject }, issued by { $issuer }; { $chain }
interception-suspected-too-long = valid for { $days } days (public authorities may give at most { $longest }){ $timestamps }
interception-suspected-fresh = issued { $span } before this capture, valid for { $days } days{ $timestamps }
interception-suspected-older = valid for { $days } days, issued { $span } before this capture{ $timestamps }
interception-suspected-no-timestamps-no-address = { ", " }without the signed certificate timestamps and the issuer's URL that public certificates have
interception-suspected-no-timestamps = { ", " }without the signed certificate timestamps
interception-suspected-timestamps = { ", " }with signed certificate timestamps

# server-certificate-rejected
server-certificate-rejected-summary-why = the { $who } refused the certificate of { $service } ({ $alert }); { $subject } { $clauses }
server-certificate-rejected-summary-sound = the { $who } refused the certificate of { $service } ({ $alert }); it shows no fault, so the reason lies with the { $who }: a root that it lacks, its clock, a pinned certificate, revocation, or a policy
server-certificate-rejected-summary-unknown-ca = the { $who } refused the certificate of { $service } ({ $alert }): it shows no fault, and the { $who } does not know its authority
server-certificate-rejected-summary-accepted = the { $who } refused the certificate of { $service } ({ $alert }), though it accepted the same certificate in another connection: its issuer is not the reason
server-certificate-rejected-summary-uncaptured = the { $who } refused the certificate of { $service } ({ $alert }); the certificate was not captured, so its fault cannot be seen
server-certificate-rejected-summary-unread = the { $who } refused the certificate of { $service } ({ $alert }); the Certificate message is longer than tlswalk reads, so its fault cannot be seen
server-certificate-rejected-summary-encrypted = the { $who } refused the certificate of { $service } ({ $alert }); TLS 1.3 encrypts the certificate, so its fault cannot be seen
server-certificate-rejected-chain = the chain of that certificate verifies up to { $anchor } ({ $origin })
server-certificate-rejected-genuine = the chain is genuine: it verifies up to { $anchor } ({ $origin })
server-certificate-rejected-hello = Server Hello; the certificate after it is encrypted
server-certificate-rejected-hello-cut = Server Hello; the certificate after it is in clear in this version, but was not captured whole (capture whole packets)
server-certificate-rejected-accepted = the { $who } finished a handshake in which the server sent the same certificate, and continued
server-certificate-rejected-compare = compare the two connections on the { $who }: settings, name asked for, pinned certificates, and its log
server-certificate-rejected-other-reasons = the alert names no reason that can be seen here: the { $who } may also pin another certificate, lack the root, have found it revoked, or follow a policy
server-certificate-rejected-client-clock = a { $who } whose clock is outside { $from } to { $to } refuses it, too
server-certificate-rejected-wrong-server = another host may answer in the server's place: a captive portal, a wrong address, or a device that intercepts TLS
server-certificate-rejected-chain-expired = let { $server } send its chain without { $subject }, which has expired, and with the intermediates that lead to a root of today; update the roots of clients that only know the old one
server-certificate-rejected-staple = let { $server } staple OCSP responses (in nginx: ssl_stapling, in Apache: SSLUseStapling), or give it a certificate without the must-staple extension
server-certificate-rejected-longer-key = give { $server } a certificate with a longer key: RSA of at least 2048 bits, or ECDSA P-256 ({ $subject } has { $key })
server-certificate-rejected-sha-256 = give { $server } a certificate signed with SHA-256 ({ $subject } is signed with { $algorithm })
server-certificate-rejected-purpose = give { $server } a certificate whose key usage allows TLS servers (serverAuth)
server-certificate-rejected-may-not-issue = give { $server } a certificate from an authority that may issue certificates: { $subject } is none (CA:FALSE, or a key usage without keyCertSign)
server-certificate-rejected-shorter-chain = give { $server } a certificate with fewer intermediates above it, or issue { $subject } again with a greater path length: it allows fewer than there are
server-certificate-rejected-issuer-purpose = give { $server } a certificate from an authority that may issue for TLS servers: the extended key usage of { $subject } does not allow it
server-certificate-rejected-constrained = give { $server } a certificate from an authority that may issue for its names: the name constraints of an authority above it exclude them
server-certificate-rejected-not-authority = give { $server } a certificate of its own: the one that it sends is an authority's
server-certificate-rejected-broken = give { $server } certificates that belong together: a link of the chain that it sends does not hold
server-certificate-rejected-readable = give { $server } a certificate that follows the standard (RFC 5280): a part of what it sends cannot be read
server-certificate-rejected-alternative-name = give { $server } a certificate that has { $name } as a subject alternative name: most clients no longer read the common name
server-certificate-rejected-name-elsewhere = find out which host answers for { $name }: check its address in DNS, and whether a portal or another virtual host answers in its place
server-certificate-rejected-cannot-tell-revocation = whether revocation data came from { $host }
server-certificate-rejected-revocation = the { -device } asked for revocation data; how that ended is not in the capture
server-certificate-rejected-cannot-tell-url = what the { -device }'s URL says: no server name and no look-up is in the capture
server-certificate-rejected-slow-clock = a { -device } with a slow clock, for which the certificate is not yet valid, also sends bad_certificate
server-certificate-rejected-address = if the URL holds the address: use the host name instead
server-certificate-rejected-cannot-tell-alert = which alert it was: it is encrypted, and recognised by its size and place
server-certificate-rejected-cannot-tell-certificate = the server's certificate: it was not captured
server-certificate-rejected-cannot-tell-unread = the server's certificate: its message is longer than tlswalk reads
server-certificate-rejected-resigned = a re-signed certificate would be refused in the same way
server-certificate-rejected-revocation-unknown = where the certificate asks for revocation data cannot be seen here
server-certificate-rejected-cannot-tell-encrypted = the server's certificate: TLS 1.3 encrypts it; the log of the { -device } usually names the reason
server-certificate-rejected-resigned-encrypted = a re-signed certificate looks the same here; openssl s_client from the { -device }'s network shows who signs
server-certificate-rejected-by-address = is for { $names } and not for the address { $ip }, which the { -device } seems to have asked for (no server name in its Client Hello, no look-up)
server-certificate-rejected-clock-and-trust = find out why the { -device } does not trust the certificate, and whether its clock is right
server-certificate-rejected-revoked = check whether the certificate of { $server } is revoked, as the alert says (its authority's list or OCSP shows it), and give it a new one if so
server-certificate-rejected-kind = give { $server } a certificate that the { -device } can use (kind of key, key usage, policy): the alert says that this one is not supported
server-certificate-rejected-unknown-ca = find out who issued the certificate of { $server }, and give the { -device } the root of that authority if it is the right server: the alert says that it knows no authority of the chain
server-certificate-rejected-dates = compare the clock of the { -device } with the dates in the certificate of { $server }: the alert says that the certificate is outside its validity
server-certificate-rejected-renew = renew the certificate of { $server }: it expired { $span } before this capture
server-certificate-rejected-not-yet = give { $server } a certificate that is valid now: its present one becomes valid only { $span } after this capture
server-certificate-rejected-all-early = check the clock of the { -device } and that of the capturing host: at the time of this capture even the authorities above the certificate are not valid yet, which points to a slow clock rather than to a wrong certificate
server-certificate-rejected-capture-clock = the capturing host's clock may be behind: compare it with a known time
server-certificate-rejected-name-issue = give the server a certificate for { $name } whose chain leads to an authority that the { -device } trusts
server-certificate-rejected-name-alone = give the server a certificate for { $name }
server-certificate-rejected-name-unverified = or use another name in the URL, if you know that the server is the right one. No command here uses the name in this certificate: its chain leads to no known root, so anyone may have written the name (give the root with --ca)
server-certificate-rejected-name-no-host = or use another name in the URL. No command here uses the name in this certificate: it is not the name of a single host
server-certificate-rejected-name = use the name that the certificate carries in the URL, or give the server a certificate for { $name }
server-certificate-rejected-cannot-tell-intermediate = what the { -device } trusts: it may know that intermediate and lack its root instead
server-certificate-rejected-intermediate-elsewhere = in another connection a server presents that issuer, as an intermediate
server-certificate-rejected-intermediate = let { $server } send its intermediate certificate ({ $issuer }) too
server-certificate-rejected-send-chain = let { $server } send the certificate of { $issuer }, which issued its own, if that is an intermediate
server-certificate-rejected-clock = set the { -device }'s clock: by that clock the certificate may be outside its validity
server-certificate-rejected-pool = bring the trust store of the { -device } up to date: it may lack the root of this chain
server-certificate-rejected-cannot-tell-controller = what the { -device } trusts and what its clock says: both are inside the { -device }
server-certificate-rejected-cannot-tell-roots = which roots the { -device } trusts: they are inside the { -device }
server-certificate-rejected-root-or-intermediate = what { $issuer }, which is not presented, is: an authority whose root the { -device } lacks, or an intermediate that the server should send
server-certificate-rejected-import = import the server's certificate (or its authority) into the trust store of the { -device }
server-certificate-rejected-import-own = if that authority is your own, give the { -device } its root
server-certificate-rejected-authority = give { $server } a certificate from an authority that the { -device } trusts, or the { -device } that authority's root
server-certificate-rejected-unreadable = a certificate that cannot be read
server-certificate-rejected-certificate = the server's certificate: { $subject }
server-certificate-rejected-received = the server's certificate: received

# client-certificate-rejected
client-certificate-rejected-summary-missing = { $service } demands a certificate, and the { $who } sent none
client-certificate-rejected-summary-empty = { $service } ended the connection { $span } after the { $who }'s last handshake message, which by its size held no certificate
client-certificate-rejected-summary-encrypted = { $service } ended the connection { $span } after the { $who }'s last handshake message and sent no data, which is how a server rejects a client certificate
client-certificate-rejected-summary = { $service } refused the { $who }'s certificate
client-certificate-rejected-summary-why = { $service } refused the { $who }'s certificate: it { $clauses }
client-certificate-rejected-asks = the server asks for a certificate
client-certificate-rejected-asks-for = the server asks for signature algorithms { $schemes }, and lists { $count } { $count ->
        [one] authority
       *[other] authorities
    }
client-certificate-rejected-cannot-tell-missing = whether the { $who } has a certificate that does not fit what the server asks for (key, signature algorithm, issuer), or none at all
client-certificate-rejected-certificate = the { $who }'s certificate: { $subject }, issued by { $issuer }
client-certificate-rejected-certificate-sound = the { $who }'s certificate: { $subject }, issued by { $issuer }; nothing visible is wrong with it
client-certificate-rejected-certificate-unreadable = the { $who }'s certificate cannot be read: { $why }
client-certificate-rejected-certificate-empty = the { $who }'s Certificate message is empty
client-certificate-rejected-certificate-partial = the { $who }'s Certificate message, not whole in the capture
client-certificate-rejected-alert-later = { $alert } from the server, { $span } later
client-certificate-rejected-short-record = a record of the server as short as an alert, and then the end of the connection: { $alert }
client-certificate-rejected-size = a record of the { $who } of { $bytes } bytes: as long as a Certificate message without a certificate
client-certificate-rejected-cannot-tell-revoked = whether the certificate really is revoked: the server says so (certificate_revoked), the capture has no list
client-certificate-rejected-cannot-tell-uncaptured = which certificate was sent: it was not captured
client-certificate-rejected-cannot-tell-encrypted = which certificate was sent, and why it was refused: TLS 1.3 encrypts both; the server's log shows it
client-certificate-rejected-cannot-tell-empty = what the server said: its alert is encrypted, and its log shows the reason
client-certificate-rejected-close = the server may have ended the connection for another reason, with close_notify, before it answered
client-certificate-rejected-other-alert = the alert names no certificate: it may be about the messages sent together with the empty one
client-certificate-rejected-cannot-tell-why = why: nothing in the certificate's bytes explains it; the server's list of accepted authorities decides
client-certificate-rejected-issuer-listed = the server lists that issuer as acceptable, so the server knows it
client-certificate-rejected-revocation = a server that must check a revocation list and cannot fetch it also sends unknown_ca
client-certificate-rejected-revocation-do = look at the log of { $server } for the reason: it lists the issuer of the certificate as acceptable; if it checks revocation, make sure that it can fetch the revocation list
client-certificate-rejected-chain = the server's own chain verifies up to { $anchor }
client-certificate-rejected-not-acceptable = comes from { $issuer }, { $count ->
    [one] while the server lists only another authority
   *[other] which is not among the { $count } authorities that the server lists
}
client-certificate-rejected-key-kind = has a key of a kind ({ $key }) that the server does not ask for
client-certificate-rejected-signature = is signed with { $scheme }, which is not among the signature algorithms that the server lists
client-certificate-rejected-choose-missing = give the { -device } a certificate that the server accepts: none was sent
client-certificate-rejected-choose-self-signed = give the { -device } a certificate that the server accepts: a self-signed one was sent
client-certificate-rejected-choose = give the { -device } a certificate that the server accepts
client-certificate-rejected-choose-renewed = give the { -device } a valid certificate in place of the expired one that it sent
client-certificate-rejected-choose-purpose = give the { -device } a certificate whose key usage allows TLS clients (clientAuth)
client-certificate-rejected-trust = if the certificate is the right one: let the server trust its issuer

# handshake-refused
handshake-refused-summary-client = the { $who } aborted the handshake with { $service }: { $alert }
handshake-refused-summary-server = { $service } aborted the handshake with the { $who }: { $alert }
handshake-refused-hello-nameless = Client Hello, without a server name
handshake-refused-hello = Client Hello for { $name }
handshake-refused-hello-cut = Client Hello, not whole in the capture
handshake-refused-unknown-name = correct the name { $name } in the URL if it is wrong; if it is right, find out why it leads to { $server }, which does not know it (DNS, a static entry, a balancer)
handshake-refused-nameless = the Client Hello names no server: use a host name instead of an address in the URL
handshake-refused-or-nothing-in-common = the server may allow no cipher suite, group or signature algorithm of those that the client offers, though the offer holds what most servers use
renegotiation-summary = the { $who } began a second handshake in its connection with { $service } (renegotiation), and the server answered with an alert
renegotiation-begun = a handshake message of the { $who } behind both Finished, encrypted
renegotiation-alert = the server's next message is an alert, encrypted
renegotiation-or = the alert may be close_notify, by which the server ended the connection at that moment; its log shows it
renegotiation-do = do not let the { $who } renegotiate, or allow it on { $server } (many servers allow it to nobody; TLS 1.3 has no renegotiation)
handshake-refused-cannot-tell = why: the alert does not say more, and neither the hellos nor the key exchange, the certificates or the protocols offered show a fault
handshake-refused-log = look at the log of the { $who }: it sent { $description }
handshake-refused-because = { $summary }: { $clause }
vendors-server = server that its vendor runs
vendors-case = open a case with the vendor's support, because only the vendor can change this server; ask them to { $action }
refusal-protocols = the { $who } offers only { $list } as application protocol (ALPN)
refusal-protocols-none = the { $who } offers no application protocol (ALPN), and the server demands one
refusal-protocols-foreign = the server chose the application protocol { $chosen }, which the { -device } did not offer (ALPN: { $list })
refusal-protocols-do = or let { $server } accept an application protocol that the { -device } offers
refusal-protocols-choose-do = let { $server } choose an application protocol (ALPN) that the { -device } offers
refusal-protocols-client-do = let the { $who } offer another application protocol (ALPN)
refusal-protocols-client-do-such = let the { $who } offer another application protocol (ALPN), such as { $example }
refusal-sslv2 = the Client Hello has the form of SSLv2, which TLS servers no longer read (RFC 6176)
refusal-sslv2-do = switch off the SSLv2 form of the hello in the { $who }'s TLS settings (in Java: SSLv2Hello in the enabled protocols)
refusal-resumption = this Client Hello tries to resume a session ({ $extension }); a full handshake with this server worked in frame { $frame }
refusal-resumption-do = let { $server } share its session keys among all its machines, or answer an unknown session with a full handshake; until then switch session resumption off in the { $who }
refusal-no-master-secret-client = the Client Hello lacks extended_master_secret (RFC 7627), which some servers demand; its cipher suites, groups and signature algorithms are those that servers accept today
refusal-no-master-secret-client-do = switch extended_master_secret (EMS) on in the { $who }, or update its TLS library; or let the server do without
refusal-no-master-secret-server = the Server Hello lacks extended_master_secret (RFC 7627), which the { -device } offered
refusal-no-master-secret-server-do = update the TLS software of { $server } or of the device that terminates TLS in front of it, so that it answers extended_master_secret (EMS); or let the { -device } do without
refusal-no-renegotiation = the Server Hello lacks renegotiation_info (RFC 5746), which the { -device } offered and may demand
refusal-no-renegotiation-do = update the TLS software of { $server } or of the device that terminates TLS in front of it, so that it supports secure renegotiation (renegotiation_info); until then allow the { -device } legacy servers (OpenSSL: UnsafeLegacyServerConnect)
refusal-nameless = the Client Hello names no server (no server_name), which servers of several names need
refusal-nameless-do = let the { $who } connect by host name and send server_name (SNI)
refusal-not-understood = the server could not read this Client Hello, which carries { $what }
refusal-not-understood-ech = an encrypted Client Hello (ECH), perhaps only as GREASE
refusal-not-understood-grease = GREASE, numbers that a server must ignore (RFC 8701)
refusal-not-understood-broken = an extension that cannot be parsed
refusal-not-understood-do = update the TLS software of { $server } or of the device in front of it: it must ignore extensions and numbers that it does not know
refusal-unsigned = the { $who } had sent its certificate, and the alert is in the place of Certificate Verify: its key did not sign
refusal-unsigned-do = check that the { $who } can sign with the key of its certificate (TPM, smart card, key store, permissions), with an algorithm that the Certificate Request lists
refusal-large-certificate = the server's Certificate message has { $bytes } bytes ({ $count ->
    [one] 1 certificate
   *[other] { $count } certificates
}), which is too large for many clients (OpenSSL takes 102400)
refusal-large-certificate-do = let { $server } send only its own certificate and the intermediates that lead to the root
refusal-warned-name = the server had sent the warning unrecognized_name: { $name } is none of its names, and some clients treat that warning as fatal
refusal-warned-name-do = give { $server } the name { $name } (ServerName or ServerAlias), or let the { -device } ask for a name that it has
refusal-short-prime = the prime of the server's Diffie-Hellman key exchange has { $bits } bits, which many clients refuse
refusal-short-prime-do = give { $server } Diffie-Hellman parameters of at least 2048 bits (ffdhe2048), or let it use elliptic curves (ECDHE)
refusal-foreign-signature = the server signed its key exchange with { $scheme }, which the { -device } does not offer ({ $list })
refusal-old-signature = the server chose { $version }, in which it signs its key exchange with SHA-1 (RSA: with MD5 beside it), and the { -device } offers no signature with SHA-1
refusal-old-signature-do = enable TLS 1.2 or newer on { $server }; until then the { -device } has to allow SHA-1 signatures
refusal-foreign-signature-do = let { $server } sign with an algorithm that the { -device } offers, with SHA-256 or better; or allow the { -device } that signature algorithm
large-hello = the Client Hello is large: { $bytes } bytes, in { $frames } { $frames ->
        [one] frame
       *[other] frames
    }, more than one segment holds; servers and firewalls that read only the first segment do not answer it
large-hello-post-quantum = the Client Hello is large: { $bytes } bytes, in { $frames } { $frames ->
        [one] frame
       *[other] frames
    }, more than one segment holds, because of its post-quantum key share ({ $list }); servers and firewalls that read only the first segment do not answer it
large-hello-do = try once without the post-quantum key share in the { $who } (X25519 alone): if that works, update the server, balancer or firewall that does not read a Client Hello split over two segments
client-left = the { $who } closes, without an alert and without a byte of data
client-left-summary-during = the { $who } closed the handshake with { $service } without an alert, right after the certificate; { $subject } { $clauses }
client-left-summary-after = the { $who } finished the handshake with { $service } and closed it without sending a byte; { $subject } { $clauses }
client-left-protocol = the { $who } closed the connection with { $service } without sending a byte: it offers only { $list } as application protocol (ALPN), and the server chose none
client-left-protocol-chosen = the Server Hello chooses no application protocol
client-left-cannot-tell = why the { $who } closed: it sent no alert, and its own log shows it
client-left-probe = a check that only asks whether the port answers ends the same way

# reset-during-handshake
reset-during-handshake-summary-path = something on the path reset the connection to { $service } during the handshake, after the { $last }
reset-during-handshake-summary-client = the { $who } reset the connection to { $service } during the handshake, after the { $last }
reset-during-handshake-summary-server = { $service } reset the connection during the handshake, after the { $last }
reset-during-handshake-summary-unknown = the connection to { $service } was reset during the handshake, after the { $last }
reset-during-handshake-reset = RST with the { $who }'s address, { $span } later; { $clause }
reset-during-handshake-balancer = the server could sit behind a balancer whose resets carry another time to live
reset-during-handshake-rule = look for a rule that matches the name { $name } (URL filter, application control) and allow it for { $device }
reset-during-handshake-waited = the connection had stood still for { $span }: the { -device } may have run out of patience
reset-during-handshake-stopped = the { -device } may have been stopped, or may not have needed the connection any more
reset-during-handshake-client-certificate = some clients reset without an alert when they reject the certificate
reset-during-handshake-controller-log = look at the log of the { -device } for the reason
reset-during-handshake-firewall = a firewall close to the server, or one that copies its time to live, looks the same: its log shows it
reset-during-handshake-server-log = look at the log of { $server }: it ended the connection on purpose or crashed
reset-during-handshake-no-rule = check that no rule resets connections from { $device } to { $name }
reset-at-once-client = the { $who } itself reset the connection when { $service } answered its SYN: its own TCP has no such connection
reset-at-once-server = { $service } accepted the connection and reset it at once, before any data was sent
reset-at-once-path = something on the path reset the connection to { $service } as soon as it was open, before any data was sent
reset-at-once-unknown = the connection to { $service } was reset as soon as it was open, before any data was sent
reset-at-once-listen = find out why { $server } accepts connections and drops them: an access list of the service, a balancer without a working server behind it, a limit
reset-at-once-another-host = another host with the address { $device }, or a filter or address translation in front of it, may have sent the RST
reset-at-once-cannot-tell = why the SYN-ACK was not expected
reset-at-once-do = check that no other host has { $device }, and that the answer reaches the interface from which the SYN was sent

# reset-after-established
reset-after-established-before-answer = before any answer
reset-after-established-before-request = before anything was asked
reset-after-established-summary-path = something on the path reset the connection after the TLS handshake, { $before }
reset-after-established-summary-client = the { $who } reset the connection after the TLS handshake, { $before }
reset-after-established-summary-server = { $service } reset the connection after the TLS handshake, { $before }
reset-after-established-summary-unknown = the connection was reset after the TLS handshake, { $before }
reset-after-established-plain-path = something on the path reset the connection to { $service } after the request, before any answer
reset-after-established-plain-client = the { $who } reset the connection to { $service } after its request, before any answer
reset-after-established-plain-server = { $service } reset the connection instead of answering the request
reset-after-established-plain-unknown = the connection to { $service } was reset after the request, before any answer
reset-after-established-scheme = a server that speaks TLS on port 443 ends a request in plain HTTP in the same way: check whether the URL should begin with https
reset-after-established-complete = the handshake is complete
reset-after-established-request = the { $who }'s request, encrypted
reset-after-established-reset = RST with the { $who }'s address, { $span } after the other side's last packet; { $clause }
reset-after-established-idle = nothing had been sent for { $span }: an idle time-out of a firewall, a proxy or the server
reset-after-established-cannot-tell = what the application said: it is encrypted; the log of the { -device } or of the server has it
reset-after-established-rule = look for a rule that ends established connections from { $device } to { $name }
reset-after-established-controller-log = look at the log of the { -device } for the reason
reset-after-established-server-log = look at the log of { $server }: its program ended or a limit was hit

# reset-origin
reset-origin-too-early = it acknowledges the Client Hello { $after } after it was sent, though the { $who } is { $round-trip } away
reset-origin-same-ttl = its { $field } { $ttl } is that of the { $who }'s other packets
reset-origin-other-ttl = it carries { $field } { $ttl }, the { $who }'s own packets { $usual }: something on the path sent it
reset-origin-id-follows = its IP identification { $id } follows the others
reset-origin-id-differs = its IP identification { $id } does not follow the last one, { $last }
reset-origin-nothing = nothing to compare it with

# tls-no-response
tls-no-response-summary-taken = { $service } acknowledged the { $who }'s Client Hello and never answered it
tls-no-response-summary-closed-behind = { $service } acknowledged the { $who }'s Client Hello and closed the connection { $span } later, without an answer
tls-no-response-summary-lost = the connection to { $service } opened, but the { $who }'s Client Hello was never acknowledged: it, or everything that answered it, was lost
tls-no-response-summary-closed = { $service } accepted the connection and closed it at once, in frame { $frame }, without having received the { $who }'s Client Hello
tls-no-response-summary-late = { $service } answered the { $who }'s Client Hello only after { $span }, when the { $who } had given up and closed
tls-no-response-summary-lagging = packets between the { $who } and { $service } were lost: its answer to the Client Hello came only after { $span }, sent again, when the { $who } had given up and closed
tls-no-response-close-first = the server closed (FIN); by its number the answer had been sent before, and is not in the capture up to here
tls-no-response-again = the answer, sent again to a connection that was closed already
tls-no-response-lagging-slow = the server may have sent its first answer late as well: the capture shows only the second
tls-no-response-lagging-path = find where packets between { $device } and { $server } are lost: capture on both ends at the same time and compare
tls-no-response-summary-closed-before = { $service } had waited { $waited } for a Client Hello and closed { $span } before the { $who } sent it
tls-no-response-sooner = find out why the { -device } sends its Client Hello so late (a prompt, a pause, a slow program), or let { $server } wait longer for it
tls-no-response-short-limit = the server may allow a client too little time for its first message
tls-no-response-earlier = { $span } earlier: { $ends }
offer-too-old = the { -device } offers nothing newer than { $version }, which most servers refuse, some without an alert
tls-no-response-closed = the server closed without sending anything
tls-no-response-silent = no answer
tls-no-response-late = the first answer of the server, to a connection that was closed already
tls-no-response-later = { $span } later: { $ends }
tls-no-response-cannot-tell-beginning = whether a proxy stands between: the beginning of the connection was not captured
tls-no-response-proxying = a firewall that completes TCP on the server's behalf acknowledges in the same way: compare the SYN-ACK's round trip with the server's distance
tls-no-response-cannot-tell = whether the server itself acknowledged, or a device that answers for it
tls-no-response-listen = find out what listens on { $server } and whether it is overloaded or waits for something
tls-no-response-inspection = check that no inspection holds back connections from { $device } to { $name }
tls-no-response-closed-listen = find out what listens on { $server } and why it closes when a Client Hello comes: a balancer without a server behind it, a service that does not speak TLS there or expects something else first, a list of addresses or names that it lets in; its log shows which
tls-no-response-rule = the TCP handshake passes, data does not: look for a rule that drops by content or name between { $device } and { $name }

# The parts that a proxy hides.
behind-proxy-do = check on { $proxy } whether it reaches { $name } itself, and how this tunnel ended; a path MTU or a firewall behind the proxy is visible only there
behind-proxy-no-answer = the proxy { $proxy } acknowledged the { $who }'s Client Hello for { $service }, and no answer came back through it
behind-proxy-path = the proxy acknowledges for the server behind it: { $name } itself, or the path from the proxy to it, may be at fault
behind-proxy-cannot-tell = what happens beyond the proxy { $proxy }: capture there

# silent-mid-handshake
silent-mid-handshake-summary-lost = the handshake with { $service } stopped because packets were lost on the path: { $clause }
silent-mid-handshake-summary = the handshake with { $service } stopped after { $message } from the { $who }: { $clause }
silent-mid-handshake-closed = the { $who } closed (FIN) without an alert
silent-mid-handshake-left-at-once = the { -device } closed { $span } later, before any answer could arrive: a round trip takes { $round-trip }
silent-mid-handshake-did-not-wait = a client that needs no answer closes like this, and so does one that was stopped
silent-mid-handshake-closed-unseen = the { $who } had closed: the other side acknowledges a FIN that was not captured
silent-mid-handshake-waited = nothing came for { $span }, then the { -device } gave up and closed
silent-mid-handshake-silent = nothing more came for { $span }
silent-mid-handshake-window = the { $who } has had no room for more bytes since frame { $frame } (window 0)
silent-mid-handshake-last-message = the last message seen: { $message } from the { $who }
silent-mid-handshake-unheard = the { -device } closed before the Finished of the server reached it
silent-mid-handshake-unheard-lost = packets were lost on the path: the { -device } had to send again { $count ->
    [one] once
   *[other] { $count } times
}, and the Finished of the server came { $span } later, when the { -device } had closed
silent-mid-handshake-finished-late = Finished from the server, { $span } after that message; the { -device } never acknowledged it
silent-mid-handshake-slow = the server may have been too slow for this client
silent-mid-handshake-loss = look for a link or a queue that loses packets between { $device } and { $name }
silent-mid-handshake-summary-order = { $service } sent its Finished before it had received the { -device }'s key exchange, an order that TLS does not allow, and the handshake stopped: { $clause }
silent-mid-handshake-too-soon = Finished from the server, { $span } after its Server Hello Done: the Client Key Exchange and the Finished of the { -device } have to come first (RFC 5246 section 7.3)
silent-mid-handshake-key-exchange-late = Client Key Exchange from the { -device }, which the server had not received when it closed
heartbeat-too-much = Heartbeat request from the { $who }, which names { $named } bytes of payload: its record of { $len } bytes cannot hold them and the padding (RFC 6520 section 4); attacks on the fault Heartbleed (CVE-2014-0160) send such requests
heartbeat-early = Heartbeat from the { $who } before the handshake was complete; RFC 6520 section 3 advises against that
heartbeat-response = Heartbeat response from the { $who }, { $len } bytes
heartbeat-or-test = the client may only test the server for Heartbleed: that needs no complete handshake
no-record-text = plain text from the { $who }, without TLS: { $bytes }
no-record-bytes = bytes from the { $who } that are no TLS record, where one should begin: { $bytes }
no-record-summary = the connection to { $service } is in the capture from beginning to end, and the only fault in it is in frame { $frame }: bytes of the { $who } that are no TLS record ({ $bytes })
no-record-went-on = { $message } from the { $who }, which went on after these bytes
no-record-cannot-tell = whether the connection ended because of these bytes, and whether they were sent so or changed on the way; a receiver of such bytes must end the connection with an alert (RFC 5246 section 7.2.2)
no-record-do = find out why the { $who } sends bytes that are no TLS record: look at its log, and capture close to it to check whether something on the path changes them
large-chain = the server's Certificate message has { $bytes } bytes, far above the usual few thousand; many clients refuse such a message (Java above 32,768 bytes, OpenSSL above 102,400)
silent-mid-handshake-hole = { $count ->
    [one] 1 byte
   *[other] { $count } bytes
} of the { $who } before it never arrived
silent-mid-handshake-last-packet = last packet, { $span } after that message
silent-mid-handshake-random-loss-once = ordinary loss is repaired within seconds by sending the bytes again; no second try of these is in the capture
silent-mid-handshake-random-loss = ordinary loss is repaired within seconds; here the same bytes failed again and again
silent-mid-handshake-icmp = let ICMP “fragmentation needed” pass, and look for a rule, tunnel or link that drops large packets
silent-mid-handshake-mss = work around it with a smaller TCP MSS
silent-mid-handshake-client-certificate = some clients close without an alert when they reject the certificate
silent-mid-handshake-cannot-tell-close = what the { $who } sent last, perhaps an alert: the packet with its FIN was not captured
silent-mid-handshake-log = look at the log of the { $who } for the reason
silent-mid-handshake-server-certificate = some servers close without an alert when they reject the { -device }'s certificate
silent-mid-handshake-server-log = look at the log of { $server } for the reason
silent-mid-handshake-never-arrived = { $count ->
    [one] 1 byte
   *[other] { $count } bytes
} of the { $who } never arrived, though later ones did
silent-mid-handshake-never-arrived-end = { $count ->
    [one] the last byte
   *[other] the last { $count } bytes
} of the { $who } never arrived: the other side went on, and its acknowledgements end before
silent-mid-handshake-never-acknowledged = { $count ->
    [one] 1 byte of the { $who } was
   *[other] { $count } bytes of the { $who } were
} sent repeatedly and never acknowledged

# application-error
application-error-summary = { $service } answered the request with { $status } { $reason }
application-error-summary-redirect = { $service } answered the request with { $status } { $reason } and sends it elsewhere, to { $location }
application-error-redirect-followed = whether the redirect was followed: another connection would show it
application-error-redirect-do = use a URL that is not redirected: https instead of http where the answer says so; if it names a portal, the answer for { $target } came from something on the path
application-error-log = look at the log of the service at { $server }: the request arrived there
tls-to-cslu = use http:// in the URL: a CSLU listens for plain HTTP, here at { $server }
application-error-empty = { $service } answered the licensing message with status { $status } and without any content: it did not accept the message
application-error-empty-answer = status { $status }, no content
application-error-empty-meant = an answer without content may be intended: a service may accept the message and answer later

# no-application-response
no-application-response-summary = the { $who } sent its request to { $service } and got no answer for { $span }
no-application-response-summary-left = the { $who } sent its request to { $service }, which closed the connection { $span } later without an answer
no-application-response-summary-unasked = { $service } closed the connection { $span } after the handshake, before the { $who } had asked for anything
no-application-response-unasked = the server closes here, before any request
no-application-response-unasked-cannot-tell = why the server closes: the server's log shows it (no server behind a load balancer, a limit, a client that it refuses)
no-application-response-unasked-probe = the { $who } had nothing to ask, and the server does not wait
no-application-response-summary-late = the { $who } sent its request to { $service }, gave up after { $span } and closed; the answer came later
no-application-response-summary-unheard = the { $who } sent its request to { $service }, closed after { $span } and never acknowledged the answer
no-application-response-unheard = the { $who } closes, and has not acknowledged the answer
no-application-response-came = the answer, { $span } after the request: it stands before the close in the file
no-application-response-cannot-tell-unheard = whether the answer was lost on its way to the { -device }, or came later than the file says: a capture beside the { -device } shows it
no-application-response-cannot-tell-lagging = when the server first sent its answer: that copy is not in this capture; one made beside the server shows it
no-application-response-way-back = find what drops packets on their way back to { $device }
no-application-response-left = the { $who } closes before any answer
no-application-response-late = the answer, { $span } after the request: the { -device } no longer reads it
no-application-response-dropped = the request of { $device } was sent again and never acknowledged: find what drops packets to { $server }: a firewall that forgot the connection, or a path MTU
no-application-response-request = the request
no-application-response-half-closed = the { -device } closed its own direction together with the request
no-application-response-or-no-request = a server need not answer a client that has closed, and some clients only send close_notify
no-application-response-acknowledged = last packet; the request was acknowledged, and no data came back
no-application-response-acknowledged-settings = last packet; the request was acknowledged, and nothing of the size of an answer came back
no-application-response-acknowledged-short = last packet; the request was acknowledged, and nothing but one short record came back
no-application-response-unacknowledged = last packet; the request was not wholly acknowledged
no-application-response-cannot-tell = what the request said and why it was not answered, where TLS encrypts it; the logs of both sides have it
no-application-response-cannot-tell-late = why the answer took so long; the log of the server shows it
no-application-response-log-late = look at the log and the load of { $server }: the answer took { $took }, longer than the client waits
no-application-response-log-if = look at the log of { $server }: if it has no such request, something near { -device } holds the connection
no-application-response-repeated-find = find what drops packets of { $device } on their way to { $server }
no-application-response-acked-nearby = the SYN was answered far sooner than the Client Hello: a device near the { -device } may have acknowledged the request in the server's place
no-application-response-long-poll = some programs leave a request open until there is news, and close it after a fixed time
no-application-response-small = so few bytes are no request of HTTP: the { -device } may have had nothing to ask
no-application-response-or-short = the few bytes of the server may be an answer with a head alone
no-application-response-or-said = the { -device } may have wanted no answer
no-application-response-log = look at the log of { $server }: the request arrived there
no-application-response-controller = read the log of the { -device }
no-application-response-record = a record of the server, a session ticket by its size and time
no-application-response-or-answer = that record may be the answer: tickets and answers are told apart by size and time only
no-application-response-short-record = the server's last record is taken for close_notify by its size; an answer of two bytes would look the same, but no HTTP answer is that short
no-application-response-window = the server announces a window of zero, and does not reopen it for { $waited }: its program does not read
no-application-response-open = the connection was still open when the capture ended: a server that waits until it has data may still answer
no-application-response-stalled = the server accepted the connection but its program hangs; its log and load show it
no-application-response-repeated = the { -device } sent { $count } segments again: the request may have arrived whole only when the { -device } had given up, or the answer was lost
no-application-response-or-refusal = the server may have closed because of the { -device }'s certificate: TLS 1.3 hides that, and nothing shows that the certificate was accepted; the server's log shows it

# legacy-endpoint
legacy-endpoint-summary-works = the { -device } still uses call-home ({ $name }), and that works; Smart Licensing Using Policy talks to { $successor }
legacy-endpoint-summary = the { -device } still uses call-home ({ $name }); Smart Licensing Using Policy talks to { $successor }
legacy-endpoint-because = { $because }: { $name }
legacy-endpoint-switch = switch to Smart Transport

# healthy-resumed
healthy-resumed-summary = resumed its session with { $service } by { $how } and finished in { $took }; no certificates are sent then
healthy-resumed-accepts = Server Hello accepts { $how }
healthy-resumed-psk = a pre-shared key
healthy-resumed-ticket = a session ticket
healthy-resumed-session-id = a session identifier

# healthy
healthy-summary-http = the { -device } reached { $service } in plain HTTP and was answered { $status } { $reason } (after { $took })
healthy-summary = reached { $service } with { $version } and was answered (TLS in { $took })
healthy-summary-data = completed the { $version } handshake with { $service } in { $took }; the server then sent data without being asked
healthy-summary-one-shot = completed the { $version } handshake with { $service } in { $took }; the { $who } then sent its request and closed { $span } later, before any answer
healthy-summary-unused = completed the { $version } handshake with { $service } in { $took }; the { $who } then closed without asking for anything
healthy-summary-early-data = completed the { $version } handshake with { $service } in { $took }, which did not accept the early data (0-RTT) of the { $who }; the { $who } sent nothing after it
healthy-left = the { $who } closes before any answer
healthy-or-certificate = the { $who } may have refused the server's certificate without saying so: check what is wrong with it
healthy-or-gave-up = the { $who } may have given up: its last message before it closed, perhaps an alert, is encrypted; its log shows it
healthy-ticket-or-answer = the server's records after the handshake may be session tickets only, or the answer: they are told apart by size and time
healthy-last-too-late = whether the last request was answered in time: its answer, in frame { $frame }, came when the { -device } had closed
healthy-or-settings = in HTTP/2 a server sends its settings unasked: so few bytes may be no more than that
healthy-end-lost = whether the answer was whole: { $count } { $count ->
    [one] byte
   *[other] bytes
} at its end never reached the { -device }, as far as its acknowledgements show
healthy-request-to-closed = a request that came when the server had closed, in frame { $frame }; it was answered by a reset
healthy-cannot-tell-again = whether the request in frame { $frame } was sent again in another connection, as clients do
healthy-or-cut = the answer may be cut off at its end; the application's log shows whether it received all of it
healthy-record-cut = whether the answer was whole: its last record lacks { $count ->
    [one] 1 byte
   *[other] { $count } bytes
}, and the connection ended
healthy-reset = whether the answer was whole: the { $who } reset the connection in frame { $frame }, before any close_notify from the server
healthy-cannot-tell-certificate = whether the certificate was the service's own: TLS 1.3 encrypts it
healthy-summary-handshake = completed the { $version } handshake with { $service } in { $took }; the capture holds no answer of the application
healthy-summary-plain = completed the { $version } handshake with { $service } in { $took }; the server then went on in plain text, without TLS: { $bytes }
healthy-summary-no-record = completed the { $version } handshake with { $service } in { $took }; the server then sent bytes that are no TLS record: { $bytes }
healthy-cannot-tell-http = whether the messages inside were accepted: the log of the { -device } shows it
healthy-lone-answer = the server's only record after the handshake is taken for its answer by order and close; it could be a session ticket
healthy-unasked = the server's first encrypted data, before the { -device } sent any
healthy-answer = the server's answer, encrypted
healthy-without-close-notify = whether the answer was whole: the server closed in frame { $frame } without close_notify, as many do
heard-cannot-tell = whether the { $who } still received what the server sent: it never acknowledged it, and had closed or then reset
healthy-cannot-tell-hole = whether the handshake went as it should: bytes of it were not captured, perhaps a certificate (one re-signed by an interceptor would not show)
healthy-cannot-tell = what the encrypted messages say: an application error looks the same here; the logs of both sides show it

# malformed-capture
malformed-capture-summary-end = the capture file is damaged at byte { $offset }, after frame { $after }: { $detail }; { $lost } bytes could not be read as packets
malformed-capture-summary = the capture file is damaged at byte { $offset }, after frame { $after }: { $lost } bytes could not be read as packets
malformed-capture-cannot-tell-numbers = the true frame numbers after the damage, and whether packets of this attempt were lost there
malformed-capture-last-of-connection = the last frame of this connection that could be read
malformed-capture-last-read = the last frame that could be read
malformed-capture-cannot-tell-beyond = anything beyond that frame
capture-cut-cannot-tell = anything after frame { $frame }: the file was cut short there
malformed-capture-last-before = the last frame before the damage
malformed-capture-export = export the capture again and copy it in binary mode (scp, or tftp/ftp with binary set)
malformed-capture-verify = the file has the same MD5 sum and size on both sides, and capinfos reads it to its end
malformed-capture-within = the last frame of this connection, which has the damage in the middle of it
malformed-capture-before = the last frame of this connection, which has the damage before it

# incomplete-capture
incomplete-capture-summary = cannot tell how the attempt to reach { $service } ended: { $reason }
incomplete-capture-first-frame = the first frame of the exchange in the capture
incomplete-capture-last-frame = the last frame of the exchange in the capture
incomplete-capture-dropped = the capturing system dropped { $drops ->
    [one] 1 packet
   *[other] { $drops } packets
}
incomplete-capture-one-direction = no packet from the { $who } was captured: only one direction is there
incomplete-capture-acked-unseen = bytes of the { $who } are missing that the other side acknowledged: the capture did not see them
incomplete-capture-unseen-end = { $count ->
    [one] the last byte of the { $who } was
   *[other] the last { $count } bytes of the { $who } were
} not captured
incomplete-capture-unseen-end-unacknowledged = { $count ->
    [one] the last byte of the { $who } is
   *[other] the last { $count } bytes of the { $who } are
} not in the capture, and nothing shows that they arrived
incomplete-capture-missed-or-lost = { $missed ->
    [one] a byte of the { $who } is missing: it was not captured, or lost on the path
   *[other] { $missed } bytes of the { $who } are missing: they were not captured, or lost on the path
}
incomplete-capture-missed = { $missed ->
    [one] 1 byte of the { $who } was not captured, though it arrived
   *[other] { $missed } bytes of the { $who } were not captured, though they arrived
}
incomplete-capture-no-beginning = the beginning of the connection was not captured: the handshake lies before the first frame
incomplete-capture-lost-sight = the capture loses sight of the connection after frame { $last }: the last bytes sent were neither acknowledged nor sent again
incomplete-capture-cut-short = the file ends inside a record, after frame { $after } ({ $detail }): it was cut short
incomplete-capture-tls13 = TLS 1.3 encrypts what follows the Server Hello
incomplete-capture-tlcp = it speaks TLCP (version 0x0101, GB/T 38636), whose records are not read
incomplete-capture-nothing = no step failed, and none shows success
incomplete-capture-answer-cut = the answer to the look-up was cut before any address
incomplete-capture-left-out = the capture holds more connections than tlswalk keeps: the one after this look-up may be among those left out
incomplete-capture-no-connection = the name was looked up, but no connection to an address of it was captured
incomplete-capture-no-answer = the name was looked up; neither an answer nor a connection was captured
incomplete-capture-snap-length = the snap length of { $len } bytes cut { $count ->
    [one] 1 packet
   *[other] { $count } packets
} of the { $who }
incomplete-capture-snap-length-unknown = the snap length cut { $count ->
    [one] 1 packet
   *[other] { $count } packets
} of the { $who }
incomplete-capture-still-open = the connection is still open at frame { $last }, the last one of it
incomplete-capture-still-open-limit = the connection is still open at frame { $last }, the last one of it, { $limit }
incomplete-capture-limit-size = and the file has nearly { $megabytes } MB: the capture buffer may have been full
incomplete-capture-limit-time = and the capture lasted { $seconds ->
    [one] 1 second
   *[other] { $seconds } seconds
}: its time limit may have ended it

# certificate-fault-accepted
certificate-fault-accepted-summary = { $whose } { $clauses }; the { $other }'s TLS accepted it nevertheless
certificate-fault-accepted-cannot-tell-empty = whether the { -device }'s Certificate message really is empty: TLS 1.3 encrypts it, and its size is all that shows
certificate-fault-accepted-replace = give { $server } a certificate without that fault before a stricter client refuses it
certificate-fault-accepted-clock = check the clock of the capturing host: at the time of this capture even the authorities above the certificate are not valid yet, and the { -device } accepted it
certificate-fault-accepted-cannot-tell-application = whether the application refused that certificate inside the encryption: its log shows it
certificate-fault-accepted-choose = if the exchange inside TLS succeeded and the application still reports a failure: choose a valid client certificate
certificate-fault-accepted-fault = { $whose } { $clauses }

# no-licensing-traffic
no-licensing-traffic-summary = no licensing traffic in this capture: it covers { $watched } and holds { $frames } { $frames ->
    [one] frame
   *[other] frames
}, { $tcp } { $tcp ->
    [one] TCP connection
   *[other] TCP connections
} ({ $tls } with TLS)
no-licensing-traffic-summary-offline = no licensing traffic in this capture, and none is to be expected: the device's transport is off (it covers { $watched })
no-licensing-traffic-summary-empty = no licensing traffic in this capture: it covers { $watched } and holds not a single frame
no-licensing-traffic-summary-tls = no TLS connection that could be judged in this capture: it covers { $watched } and holds { $frames } { $frames ->
    [one] frame
   *[other] frames
}, { $tcp } { $tcp ->
    [one] TCP connection
   *[other] TCP connections
} ({ $tls } with TLS)
no-licensing-traffic-summary-tls-empty = no TLS connection that could be judged in this capture: it covers { $watched } and holds not a single frame
no-licensing-traffic-again = capture again while the { -device } connects, from before its SYN, on an interface that sees both directions
no-licensing-traffic-cannot-tell-udp = the traffic over UDP: { $quic ->
    [one] 1 packet
   *[other] { $quic } packets
} of UDP port 443 (QUIC behind its first packets, or something else) and { $capwap } of CAPWAP (control inside DTLS) are in the capture and are not read
no-licensing-traffic-cannot-tell-eap = how the TLS handshakes inside EAP ended ({ $count ->
    [one] 1 frame
   *[other] { $count } frames
} of 802.1X or RADIUS): they are not read
no-licensing-traffic-over-tcp = let the { -device } connect over TCP (switch QUIC or HTTP/3 off, or block UDP 443) while capturing: TLS inside QUIC is not read
no-licensing-traffic-verify = tlswalk then shows an attempt
no-licensing-traffic-cannot-tell-private = whether a connection above is to an SSM On-Prem, a CSLU or a proxy of yours: name it with --on-prem, --cslu or --proxy; --all judges every TLS connection
no-licensing-traffic-cannot-tell = whether licensing works: a { -device } reports every 8 hours, and the time of a retry after a failure varies, so a short capture without licensing packets proves little
no-licensing-traffic-no-time = no time at all

# tls-not-offered
tls-not-offered-summary-refused = { $service } refused TLS: it answered { $request } ({ $protocol }) with { $answer }; { $next }
tls-not-offered-summary-closed = { $service } closed the connection when the { $who } asked for TLS ({ $protocol }, { $request })
tls-not-offered-summary-absent = { $service } does not offer TLS in { $protocol }, and the { $who } ended the connection without another command
tls-not-offered-summary-blotted = something on the path overwrote { $request } in { $protocol } ({ $line }), so that TLS was not possible
tls-not-offered-summary-failed = { $service } answered { $request } ({ $protocol }) with an error: { $answer }; { $next }
tls-not-offered-failed-do = act on what { $server } says, and look at its log; whether it offers TLS is not visible here
tls-not-offered-ended = the server ended the connection
tls-not-offered-left = the { $who } ended the connection
tls-not-offered-goes-on = the { $who } continued without TLS
tls-not-offered-all-the-same = the { $who } sent its Client Hello nevertheless, which the server could not answer
tls-not-offered-open = the capture does not show how the { $who } continued
tls-not-offered-asks = the { $who } asks for TLS ({ $request })
tls-not-offered-answer = the server's answer: { $answer }
tls-not-offered-end = the server closes without an answer
tls-not-offered-list = the server lists its capabilities, without TLS: { $line }
tls-not-offered-leaves = the { $who } ends the connection without another command
tls-not-offered-hello = the { $who }'s Client Hello, after the refusal
tls-not-offered-blotted = a name of the same length overwritten with X: { $line }
tls-not-offered-or-failed = the server may have failed for another reason just then; its log shows it
tls-not-offered-or-probe = a health check ends in the same way, and so does a client that needs another capability; the { $who }'s settings show whether it requires TLS
tls-not-offered-or-server = the server itself may answer in this way; a capture beside the server shows what it sends
tls-not-offered-inspection = let { $request } pass in the firewall or gateway that inspects { $protocol }: it overwrites commands that it does not allow
tls-not-offered-enable = switch TLS on for { $protocol } on { $server } (a certificate, its key and the setting that offers { $request }), or give the { $who } a port or server that offers it
tls-not-offered-cannot-tell = why it ended: neither side says it in what was captured

# plain-text-to-tls
plain-text-to-tls-summary-alert = the { $who } speaks { $spoken } to { $service }, which expects TLS and answers with { $alert }
plain-text-to-tls-summary-says-so = the { $who } speaks { $spoken } to { $service }, which says that it expects TLS (HTTPS)
plain-text-to-tls-summary-refuses = the { $who } speaks { $spoken } to { $service }, which refuses that; port { $port } is usually a TLS port
plain-text-to-tls-summary-port = the { $who } speaks { $spoken } to { $service } and gets no answer; port { $port } is usually a TLS port
plain-text-to-tls-summary-elsewhere = the { $who } speaks { $spoken } to { $service } and gets no answer; the same port answers another connection in TLS
plain-text-to-tls-summary-demands = the { $who } speaks { $spoken } without TLS to { $service }, which refuses that: { $line }
plain-text-to-tls-demands = the server says: { $line }
plain-text-to-tls-or-policy = the server may have a rule against this client in any case; its log and settings show it
plain-text-to-tls-encrypt = switch TLS on in the { $who }'s setting for { $server } (such as sslmode=require, or STARTTLS)
plain-text-to-tls-first = the { -device }'s first bytes: { $spoken }
plain-text-to-tls-alert = the server answers with { $alert }
plain-text-to-tls-end = last packet; the server sent no byte of data
plain-text-to-tls-speaks = the same port answers another connection with a Server Hello
plain-text-to-tls-or-refused = the server may speak plain HTTP there and refuse this one request
plain-text-to-tls-or-closed = a server without TLS may have closed for another reason; its log shows it
plain-text-to-tls-cannot-tell = why it ended: neither side says it in what was captured
plain-text-to-tls-https = use https:// (TLS) for { $server } in the URL or setting of the { $who }, or the server's port for plain text
plain-text-to-tls-switch = switch TLS on in the { $who }'s setting for { $server }, or give it the server's port for plain text
plain-text-to-tls-no-proxy-line = send no PROXY protocol header to { $server }, or let the server there expect it

# The protocol of a client that sends no Client Hello
spoken-http = plain HTTP
spoken-http2 = plain HTTP/2
spoken-redis = plain text of Redis (RESP)
spoken-kafka = the Kafka protocol in plain text
spoken-mqtt = MQTT in plain text
spoken-amqp = AMQP in plain text
spoken-smtp = SMTP in plain text
spoken-ldap = LDAP in plain text
spoken-postgres = the PostgreSQL protocol in plain text
spoken-ssh = SSH
spoken-proxy = the PROXY protocol (a header of a balancer)
spoken-tlcp = TLCP
spoken-text = plain text
spoken-bytes = something that is not TLS

# An alert before any hello
before-any-hello-summary-client = the { $who } gave up the connection to { $service } before its Client Hello: its first bytes are { $alert }
before-any-hello-summary-server = { $service } gave up before any Client Hello: its first bytes are { $alert }
before-any-hello-answer = the other side's answer, an alert too
before-any-hello-cannot-tell = why: the { $who } met the error before anything was exchanged, so only its own log shows it
before-any-hello-log = read the log of the { $who } at that time: its TLS library could not be set up, or ended the connection on purpose

# TLCP
tlcp-summary-alert = the { $who } speaks TLCP (version 0x0101, GB/T 38636) to { $service }, which does not accept it
tlcp-summary-silent = the { $who } speaks TLCP (version 0x0101, GB/T 38636) to { $service } and gets no answer
tlcp-hello = Client Hello of TLCP (version 0x0101)
tlcp-switch = let the { -device } speak TLS to { $server }, or let the server there speak TLCP: the two have no version in common

# unexplained-end
spare-connection = another connection of the { -device } to { $server } begins, whose handshake completes
beside-compare = another connection to { $server } completed about the same time: if several servers share that address or name (a balancer), compare them and look at the one that differs; one server that fails only sometimes may be overloaded or restart
spare-or-dropped = browsers open several connections at a time, and drop those that they do not need
unexplained-end-summary = the connection to { $service } is in the capture from beginning to end, and nothing in it says why it ended: the { $who } closed { $span } after the { $message } of the { $from }
unexplained-end-summary-short = the connection to { $service } is in the capture up to frame { $frame }, and nothing up to there shows how it went
unexplained-end-summary-bare = the connection to { $service } is in the capture from beginning to end, and nothing in it says why it ended
unexplained-end-end = the { $who } ends the connection
unexplained-end-resent = { $clause } (the { $who })
unexplained-end-cannot-tell-resent = why it ended: bytes that one side sent again and again were never acknowledged, and no message in clear says more
unexplained-end-cannot-tell = the reason: no alert in clear, no error and no missing packet explains it; another capture would show the same
unexplained-end-cannot-tell-alert = the reason: neither the alert in frame { $frame } nor a missing packet explains it; another capture would show the same
unexplained-end-or-check = it may be a check that the port is open, of a balancer, a monitor or a scan: they connect, say nothing and close
unexplained-end-cannot-tell-short = whether more followed: the capture ends too soon after the last packet to show it
unexplained-end-log = read the logs of { $server } and of the { $who } for that second

# A server that closes right after the client's certificate
bare-end-summary-shown = { $service } closed the connection { $span } after the { $who }'s certificate, without an alert; the certificate { $clauses }
bare-end-cannot-tell = why the server closed: it sent no alert; its log shows it
bare-end-or-other = the server may have closed for a reason of its own
bare-end-summary = { $service } closed without an alert { $span } after the { $who }'s certificate and Finished, which is how some servers reject a client certificate
bare-end-certificate = the { $who }'s last handshake record; by their sizes the records before it hold a certificate
bare-end-closes = the server closes { $span } later, without a ticket, an alert or data
bare-end-or-close = the server may have closed for another reason, for example because it failed; its log shows it

# A client that gives up after its certificate
client-gave-up-summary = the { $who } aborted the handshake with { $service } after its certificate: a record as short as an alert is in the place of Certificate Verify and Finished, so it probably could not sign
client-gave-up-certificate = a record of the { $who } as large as a certificate
client-gave-up-alert = a record of the { $who } as short as an alert, its last
client-gave-up-cannot-tell = which alert it was and why: TLS 1.3 encrypts it; the log of the { $who } shows it
client-gave-up-or-closed = the { $who } may have put its whole part of the handshake into one record and then closed normally, with close_notify
client-gave-up-log = read the log of the { $who }: check whether the private key of its certificate is there and can be used (token, TPM, permission), and with which signature algorithms

# handshake-refused: after the Server Hello
server-broke-off-summary = { $service } aborted the handshake with the { $who } right after its Server Hello, with an encrypted alert
server-broke-off-hello = Server Hello
server-broke-off-alert = a record that holds no more than an alert, where Encrypted Extensions belong
server-broke-off-cannot-tell = which alert that was: TLS 1.3 encrypts it; servers notice an unknown server name, or that no application protocol (ALPN) is in common, at this point
server-broke-off-log = look at the log of { $server } for the reason

# Something in between answers
in-between-summary = { $service } was answered on the path, with HTTP { $status } { $reason }: { $who }
in-between-product = the page is that of { $product }
in-between-portal = a captive portal requires a sign-in first
in-between-page = the answer has “{ $mark }”, as pages of { $product } have
in-between-or = the service itself may answer like this; its log shows whether the request arrived
in-between-sign-in = sign { $device } in at the captive portal, or exempt it there
