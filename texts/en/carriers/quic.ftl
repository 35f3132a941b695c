# Texts that differ for QUIC, which carries TLS 1.3 in datagrams.
icmp-blocked-allow = on { $from }: allow UDP port { $port } from { $device } to { $target }, or let the client use TCP
version-mismatch-summary-client = the { $who } does not accept TLS { $chosen }, which { $service } chose inside QUIC
version-mismatch-summary-client-gave-up = the { $who } gave up because it has no TLS version in common with { $service }
version-mismatch-summary-server = { $service } accepts none of the TLS versions that the { $who } offers inside QUIC ({ $offer })
version-mismatch-chooses = Server Hello chooses TLS { $version }
version-mismatch-newer = let the { -device } use a newer version than TLS { $newest }: QUIC needs TLS 1.3
version-mismatch-newer-than-now = let the { -device } use TLS 1.3: QUIC needs it
version-mismatch-upgrade = upgrade the server at { $server }: QUIC needs TLS 1.3
version-mismatch-offer = TLS { $versions }
version-mismatch-offer-only = only TLS { $newest }
version-mismatch-server-newest = enable TLS 1.3 on { $server }: QUIC needs it
version-mismatch-client-older = or let the { $who } use TCP, where it may offer TLS 1.2 as well
version-mismatch-offer-newest = at most TLS { $newest }
server-certificate-rejected-summary-encrypted = the { $who } probably refused the certificate of { $service }: it aborted the QUIC handshake right after the server's flight; the reason and the certificate are encrypted
server-certificate-rejected-cannot-tell-encrypted = the server's certificate: QUIC encrypts it; the log of the { -device } usually names the reason
client-certificate-rejected-summary-encrypted = { $service } probably refused the { $who }'s certificate: it ended the QUIC connection { $span } after the { $who }'s Finished; the reason and the certificate are encrypted
bare-end-certificate = the { $who }'s last packet of the handshake; by their sizes its packets hold a certificate
client-certificate-rejected-short-record = the server's last packets, as short as the end of a connection: the client sends no data after them
client-certificate-rejected-close = the server may have ended the connection for another reason before it answered
client-certificate-rejected-cannot-tell-encrypted = which certificate was sent, and why it was refused: QUIC encrypts both; the server's log shows it
no-application-response-request = the client's first packet after the handshake
datagrams-repeated-doubling = the { $who } sends its flight again, { $times } times since frame { $first }; the pauses grow from { $shortest } to { $longest }, as timers of QUIC do
healthy-summary = reached { $service } with { $version } and was answered, as far as sizes and directions show (handshake in { $took })
healthy-answer = the server's first packet after the handshake
healthy-cannot-tell-certificate = whether the certificate was the service's own: QUIC encrypts it
healthy-ticket-or-answer = the server's packets after the handshake may be tickets, acknowledgements or a refusal, or the answer: QUIC encrypts their type
incomplete-capture-tls13 = QUIC encrypts what follows the Server Hello
incomplete-capture-still-open = no readable packet ends the connection by frame { $last }, the last one of it: QUIC encrypts its end
incomplete-capture-still-open-limit = no readable packet ends the connection by frame { $last }, the last one of it, { $limit }: QUIC encrypts its end
certificate-fault-accepted-summary = { $whose } { $clauses }; the { $other }'s TLS accepted it nevertheless
certificate-fault-accepted-choose = if the exchange inside QUIC succeeded and the application still reports a failure: choose a valid client certificate
unexplained-end-summary-bare = no readable packet shows how the connection with { $service } ended: QUIC encrypts that
because-all = every TLS, DTLS and QUIC connection is reported
datagrams-no-answer = { $service } never answered the { $who }'s QUIC Client Hello: it was sent { $times } { $times ->
    [one] time
   *[other] times
} in { $span }
icmp-blocked-summary-server = the QUIC connection to { $target } is answered with ICMP from the server's address: { $kind }
icmp-blocked-summary-other = { $from } answers the QUIC connection to { $target } with ICMP: { $kind }
handshake-refused-summary-client = the { $who } aborted the QUIC handshake with { $service }: { $alert }
handshake-refused-summary-server = { $service } aborted the QUIC handshake with the { $who }: { $alert }
cipher-mismatch-summary-offer = { $service } finds nothing it accepts among the cipher suites, groups and signature algorithms that the { $who } offers inside QUIC
cipher-mismatch-summary-misses = { $service } needs something that the { $who }'s Client Hello inside QUIC lacks
