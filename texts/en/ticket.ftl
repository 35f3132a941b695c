# Tickets for another team (--for): the same facts in its words, ready to paste.

ticket-team-firewall = Firewall
ticket-team-pki = PKI
ticket-team-proxy = Proxy
ticket-team-server = Server
ticket-team-support = Support
ticket-subject = { $team }: { $device } cannot complete TLS with { $name }
ticket-subject-dns = { $team }: { $device } cannot resolve { $name }
ticket-subject-connect = { $team }: { $device } cannot connect to { $name }
ticket-subject-answer = { $team }: { $device } gets no usable answer from { $name }
ticket-subject-fault = { $team }: a fault in the TLS connection from { $device } to { $name }
ticket-subject-nothing = { $team }: nothing failed in this capture, so there is nothing to ask for

ticket-what = What happened
ticket-began = Began { $time } (frame { $frame })
ticket-again = The same { $count } more { $count ->
    [one] time
   *[other] times
}: { $times }

ticket-connection = Connection
ticket-asks = DNS { $device } → { $resolver }, question for { $name }, { $time }
ticket-translated = The same connection behind an address translation: { $client } → { $server } (frame { $frame })
ticket-not-translated = Addresses are as seen at the capture point. No translation is visible in this capture: if { $device } is translated, find the session by its inside address { $client }
ticket-name = Name: { $name }
ticket-proxy = Through the proxy { $proxy }

ticket-look = Look for in your log
ticket-look-firewall-dns = UDP and TCP port 53 from { $device } to { $server } at that time: denied or dropped?
ticket-look-firewall-tcp = { $transport } from { $client } to { $server } at that time: denied, dropped, or reset? Were answers of the server dropped on the way back?
ticket-look-firewall-tls = The session { $client } → { $server } at that time: resets sent by the firewall, TLS inspection (decryption), URL or application control
ticket-look-pki-unseen = The certificates that { $name } and { $device } use (none is readable in this capture): issued by whom, valid until when, revoked, renewed since?
ticket-look-pki = The certificates below by serial number: issued by whom, revoked, renewed since?
ticket-look-proxy = Requests of { $device } for { $name } at that time: status, user, category, and whether TLS was inspected
ticket-look-server-dns = On { $server }: queries of { $device } for { $name } at that time: did they arrive, were they forwarded, and what was answered?
ticket-look-server-tcp = On { $server }: was the service listening at that time, and did packets from { $client } arrive (the address may be translated)?
ticket-look-server-tls = On { $server }: TLS errors of connections from { $client } at that time (the address may be translated): which alert was sent or received, and why
ticket-look-server-http = On { $server }: requests from { $client } at that time (the address may be translated): status, duration, errors
ticket-look-support = The log of { $device } around that time, and what the service at { $server } says about it
ticket-proves-firewall = Confirms it: an entry with deny, drop, reset or decrypt for this session
ticket-disproves-firewall = Refutes it: an entry that allows this session, without inspection, with bytes in both directions and an end that was not the firewall's
ticket-proves-pki = Confirms it: dates, revocation or issuer that agree with the fault named above
ticket-disproves-pki = Refutes it: the certificate is valid, not revoked, and its chain is complete on the side that rejected it
ticket-proves-proxy = Confirms it: an entry that was denied, needs authentication, failed towards the server, or was inspected
ticket-disproves-proxy = Refutes it: no entry at all (the traffic did not pass the proxy), or a tunnel that was opened and not inspected
ticket-proves-server = Confirms it: a log entry for this connection that names the reason
ticket-disproves-server = Refutes it: no entry, although logging was on: then the connection did not reach this server, and something in between answered
ticket-proves-support = Confirms it: a message of the device at that time with the same reason
ticket-disproves-support = Refutes it: the device reports success at that time, or another reason

ticket-change = Change asked for
ticket-no-change = None: the capture does not show what to change. Please check the log as above
ticket-no-change-others = None here, as far as the capture shows. Who has to act: { $owners }. Please check the log as above
ticket-done-when = Done when: { $verify }

ticket-certificates = Certificates
ticket-no-certificate = None can be read in this capture (TLS 1.3 encrypts them, or they were not captured)
ticket-certificate = From the { $side }: { $subject }, issued by { $issuer }, serial number { $serial }, valid from { $from } to { $until }, SHA-256 { $sha256 }

ticket-frames = Evidence (frame numbers as in Wireshark)
ticket-evidence = Frame { $frame }: { $what }
ticket-with = { $what } ({ $beside })
ticket-open = Not settled
ticket-or = Could also be: { $name }: { $what }
ticket-excluded = Ruled out: { $name }: { $what }
ticket-hidden = Not visible in this capture: { $what }
ticket-footer = From { $file }, { $frames ->
    [one] 1 frame
   *[other] { $frames } frames
}, judged by tlswalk { $version }.
