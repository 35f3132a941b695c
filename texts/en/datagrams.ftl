# Texts about datagrams, and about access points that join a wireless controller.

# datagrams: no answer
datagrams-no-answer = { $service } never answered the { $who }'s Client Hello: it was sent { $times } { $times ->
    [one] time
   *[other] times
} in { $span }
datagrams-no-answer-discovery = { $service } never answered the { $who }'s Discovery Request: it was sent { $times } { $times ->
    [one] time
   *[other] times
} in { $span }
datagrams-no-answer-after-discovery = { $service } answered the { $who }'s Discovery Request, and then never its Client Hello: that was sent { $times } { $times ->
    [one] time
   *[other] times
} in { $span }
datagrams-discovery-answered = Discovery Response
datagrams-key-summary = { $service } never answered the { $who }'s Finished, the first message that proves the pre-shared key: with another key a server drops it and sends nothing
datagrams-key-or-lost = packets behind the point of capture may have been lost instead: the same frames would be seen here
datagrams-key-do = compare the identity and the key (PSK) of the { $who } with those that { $server } knows
datagrams-cannot-tell-where = where the datagrams end: nothing acknowledges a datagram, so it shows only in a capture at the other side whether they arrive there
datagrams-listen = check whether a service answers at { $server }, and whether it rejects clients before it sends anything
datagrams-allow = let UDP pass between { $device } and { $server }, both ways
datagrams-allow-capwap = let UDP ports 5246 and 5247 pass between { $device } and { $server }, both ways

# datagrams: the handshake stops
datagrams-fragments-lost = IP fragments of { $count } { $count ->
    [one] datagram
   *[other] datagrams
} of the { $who } never arrived
datagrams-flight-lost = the { $other } repeats a message that the { $who } had answered, so the answer did not reach it
datagrams-flight-unheard = the { $who } sent that flight again { $times } { $times ->
    [one] time
   *[other] times
} in { $span }, and the { $other } sent nothing more
datagrams-torn-open = a datagram of the { $who } of which only the beginning arrived: the other IP fragments are missing
datagrams-torn = a datagram of the { $who } of which { $missing } bytes never arrived: the other IP fragments are missing
datagrams-repeated = the { $who } sends its flight again, { $times } { $times ->
    [one] time
   *[other] times
} since frame { $first }
datagrams-repeated-doubling = the { $who } sends its flight again, { $times } times since frame { $first }; the pauses grow from { $shortest } to { $longest }, as timers of DTLS do
datagrams-cannot-tell-size = whether size is the reason: the largest datagram of the side whose datagrams do not arrive has { $largest } bytes
datagrams-let-fragments-pass = let UDP with all its IP fragments pass between { $client } and { $server }, or make the datagrams smaller: a firewall, a tunnel or a policer that drops fragments causes this
datagrams-let-large-pass = let UDP with all its IP fragments pass between { $client } and { $server } (datagrams of up to { $largest } bytes), or make them smaller: a firewall, a tunnel or a policer that drops large packets causes this
datagrams-let-pass = look for what drops UDP from { $from } to { $to } behind the point of capture: a filter or an address translation that does not know the session, or a link with loss

# silence after a certificate
silent-refusal-summary-server = { $service } sent nothing more after the { $who }'s certificate, which { $clauses }: some stacks refuse a certificate without an alert
silent-refusal-summary-client = the { $who } sent nothing more after the certificate of { $service }, which { $clauses }: some stacks refuse a certificate without an alert
silent-refusal-silent = last packet, { $span } later: the flight was sent again { $times ->
    [one] once
   *[other] { $times } times
}, and nothing came from the { $who }
silent-refusal-cannot-tell = whether the { $who } refused the certificate: it sends nothing, and only its own log shows it
silent-refusal-or-lost = the flight may not have reached the other side; a capture there shows it

# access points that join
join-expired = let the controller accept expired certificates of the manufacturer as long as such access points are in use, or replace them: the access point's certificate expired { $span } ago
join-not-yet-valid = check whether the controller's clock is right: the access point's certificate becomes valid only in { $span }
join-self-signed = allow the access point in the controller's list, or let it use its manufacturer's certificate: it shows a self-signed one
join-issuer-unknown = check whether the controller trusts the authority that issued the access point's certificate, and whether its list of access points admits this one
join-issuer-local = find out whether the access point should show this certificate: it was issued by { $issuer }. If that is your own authority (a locally significant certificate, LSC), let the controller trust it; otherwise let the access point use its manufacturer's certificate
join-look-at-access-point = read what the access point logs about its certificates and the controller, on its console
join-controller-expired = give the controller a valid certificate for access points: its own expired { $span } ago
join-controller-not-yet-valid = check whether the clocks of controller and access point are right: the controller's certificate becomes valid only in { $span }
join-controller-issuer = find out which certificate the controller shows to access points, and who issued it
join-controller-reload = if the controller does not show its own certificate, let it load that certificate again
join-cannot-tell-roots = which authorities the access point trusts: that depends on its model and software
join-data-unanswered = the { $who } reached { $service } on UDP port 5246, and its data channel on UDP port 5247 was never answered: { $times } packets in { $span }
join-data-first = the first packet of the data channel (UDP port 5247)
join-data-last = the last of { $times }; none came back
join-data-allow = let UDP port 5247 (the data channel) pass between { $device } and { $server }, both ways; port 5246 already passes
join-refused-summary = { $service } and the { $who } completed the DTLS handshake and ended it { $span } later, after { $count ->
    [one] 1 encrypted record
   *[other] { $count } encrypted records
}: the controller probably refused to let it join
join-refused-finished = the handshake is complete
join-refused-end = the { $who } ends the session with an encrypted alert
join-refused-cannot-tell = what the Join Response said: it is encrypted
join-refused-or-restart = an access point that loads new software or has found a better controller ends the session in the same way
join-refused-do = read why the controller refuses: its list of access points, the country, the number of access points that it may serve, its software for this model
because-capwap = an access point speaks CAPWAP with it

# QUIC
quic-version-summary = { $service } supports none of the QUIC versions that the { $who } asks for (version { $asked }); it lists { $offers }
quic-versions = { $count ->
    [one] version { $list }
   *[other] the versions { $list }
}
quic-no-versions = no version that exists
quic-version-asked = Client Hello in a packet of QUIC version { $asked }
quic-version-list = Version Negotiation: the server lists { $offers }
quic-version-cannot-tell = whether the { $who } knows another of the versions listed: it did not continue
quic-version-or = such a list is not protected: any host that sees the packets could have sent it
quic-version-do = enable QUIC version { $asked } on { $server }, or let the client use TCP there
quic-closed-summary-server = { $service } ended the QUIC handshake: { $what } ({ $error })
quic-closed-summary-client = the { $who } ended the QUIC handshake with { $service }: { $what } ({ $error })
quic-closed-with = the { $who } ends the connection: { $error }
quic-closed-with-reason = the { $who } ends the connection: { $error }, with the words { $reason }
quic-closed-cannot-tell = why: QUIC sends only the number
quic-closed-log = look at the log of the { $who } for the reason
quic-ended-summary = { $service } probably ended the QUIC connection right after the { $who }'s Finished, in place of an answer; the reason is encrypted
quic-ended-finished = the { $who }'s Finished, by its place; its packets are too short to hold a certificate
quic-ended-last = the server's last packets, as short as the end of a connection: the client sends no data after them
quic-ended-or-certificate = the server may demand a certificate of the { $who }, which by the sizes of its packets sent none
quic-ended-or-close = the server may have closed for a reason of its application; its log shows it
quic-ended-cannot-tell = which error it was: QUIC encrypts it behind the hellos; a qlog of either side names it, and Wireshark with the client's key log
quic-error-refused = it takes no new connections now
quic-error-protocol = it reports that the other side violated the rules of QUIC
quic-error-token = the token of a Retry is not the one it gave
quic-error-path = no path between the two carries packets that are large enough
quic-error-versions = the versions named inside the handshake do not fit those outside
quic-error-application = the application ended it
quic-error-other = it is no TLS alert
quic-then-tcp = the { $who } tried TCP to { $server } instead
quic-then-tcp-complete = the { $who } continued over TCP to { $server }, and that handshake was complete
quic-then-tcp-unanswered = the { $who } tried TCP to { $server } instead, which was not answered either
