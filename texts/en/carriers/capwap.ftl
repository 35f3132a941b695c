# An access point that joins a wireless controller: it is the client, the controller the server.
-device = access point

device = access point
client = access point
server = controller
service = the controller { $name }
healthy-summary = joined { $service } as far as can be seen: { $version }, then encrypted messages both ways (DTLS in { $took })
healthy-answer = the controller's first encrypted message
healthy-cannot-tell = what the encrypted messages say: the Join Response is one of them; the list of access points on the controller shows the result
no-application-response-summary = the { $who } sent its first encrypted message, usually its Join Request, to { $service } and got no answer for { $span }
no-application-response-request = the access point's first encrypted message, usually its Join Request
version-mismatch-upgrade = let the controller at { $server } accept DTLS 1.2: check its setting for the DTLS version of access points
version-mismatch-older = or let the controller accept the older version, if that is acceptable
cipher-mismatch-allow = or let the controller accept one of the offered cipher suites, groups and signature algorithms
incomplete-capture-no-beginning = the beginning of the session was not captured: the handshake lies before the first frame
silent-mid-handshake-server-log = look at the log of the controller { $server } for the reason
certificate-fault-accepted-replace = give the controller { $server } a certificate without that fault before a stricter access point refuses it
page-server = controller
page-server-chain = From the controller
client-certificate-rejected-asks = the controller asks for a certificate
client-certificate-rejected-alert-later = { $alert } from the controller, { $span } later
verify-handshake = the controller lists the access point as joined
