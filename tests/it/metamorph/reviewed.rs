//! Drifts that a person has looked at: another verdict, not certain, that the damaged capture supports.

/// A drift and why it is right.
pub struct Reviewed {
    /// The sample's name begins so.
    pub sample: &'static str,
    /// The transformation's name begins so.
    pub case: &'static str,
    /// What changed ends so.
    pub change: &'static str,
    pub reason: &'static str,
}

/// The table; a row that no capture needs any more fails the full run. What is only here may be wrong in a way that a
/// reader of the report is told of, never as certain.
pub const REVIEWED: &[Reviewed] = &[
    Reviewed {
        sample: "quic-certificate-unknown-ca",
        case: "shuffle",
        change: "→ silent-mid-handshake by unknown, possible",
        reason: "a frame of the server's that got the time of a later one reads as a flight that was sent again",
    },
    Reviewed {
        sample: "tls-not-offered",
        case: "split 1",
        change: "→ gone",
        reason: "in segments of one byte the dialogue is longer than what is looked at of a beginning: nothing is claimed",
    },
    Reviewed {
        sample: "tls-no-response",
        case: "",
        change: "→ tls-no-response by client, likely",
        reason: "in another order of the file the acknowledgements that show how long the client waited stand behind its FIN",
    },
    Reviewed {
        sample: "no-application-response-late",
        case: "",
        change: "→ no-application-response by client, likely",
        reason: "the answer that came late is not in the capture any more; that the client left is",
    },
    Reviewed {
        sample: "client-certificate-rejected-private-service",
        case: "",
        change: "→ interception-suspected by path, likely",
        reason: "the server's alert is not in the capture any more; what is left is a chain to no public root for a public name",
    },
    Reviewed {
        sample: "no-application-response-late",
        case: "",
        change: "→ healthy by unknown, likely",
        reason: "the frame that shows that the client had gone before the answer is not in the capture; that it never acknowledged the answer is why healthy is only likely",
    },
    Reviewed {
        sample: "tls-no-response-late",
        case: "",
        change: "→ silent-mid-handshake by client, likely",
        reason: "as above: of the Server Hello that came too late",
    },
    Reviewed {
        sample: "tls-no-response-late",
        case: "",
        change: "→ silent-mid-handshake by path, likely",
        reason: "as above, and frames between are missing",
    },
    Reviewed {
        sample: "tls-no-response-behind-proxy",
        case: "",
        change: "→ tls-no-response by server, likely",
        reason: "the CONNECT that shows the proxy is not in the capture, nor is the SYN, for which it is only likely",
    },
    Reviewed {
        sample: "cipher-mismatch-other-client",
        case: "",
        change: "→ healthy by unknown, likely",
        reason: "of the other host's connection: the certificate is not in the capture, and the reason says that one re-signed would not show",
    },
    Reviewed {
        sample: "reset-during-handshake.pcap",
        case: "shuffle",
        change: "→ reset-during-handshake by path, likely",
        reason: "frames changed places under their times: the reset stands sooner after the Client Hello than the round trip",
    },
    Reviewed {
        sample: "reset-during-handshake.pcap",
        case: "together",
        change: "→ reset-during-handshake by path, likely",
        reason: "as above",
    },
    Reviewed {
        sample: "retry-cured",
        case: "",
        change: "→ reset-during-handshake by path, likely",
        reason: "as above",
    },
    Reviewed {
        sample: "crl-fetch-failed",
        case: "",
        change: "→ server-certificate-rejected by client, likely",
        reason: "the client's refusal stands; what it fetched, or the certificate that asks for it, is not in the capture, and crl-fetch-failed is named as the alternative",
    },
    Reviewed {
        sample: "interception-",
        case: "",
        change: "→ server-certificate-rejected by client, likely",
        reason: "the client's refusal stands; the certificate that shows the interceptor is not in the capture, and interception-suspected is named as the alternative",
    },
    Reviewed {
        sample: "interception-accepted",
        case: "",
        change: "→ healthy by unknown, likely",
        reason: "the certificate is not in the capture, and the reason says that one re-signed would not show",
    },
    Reviewed {
        sample: "cipher-mismatch",
        case: "",
        change: "→ handshake-refused by server, likely",
        reason: "the server's alert stands; the snap length cut the offer, so that it cannot be what was refused",
    },
    Reviewed {
        sample: "client-certificate-missing",
        case: "",
        change: "→ handshake-refused by server, likely",
        reason: "handshake_failure alone does not say that it is about the certificate: the empty message is the missing frame",
    },
    Reviewed {
        sample: "client-closes-after-certificate",
        case: "drop frame",
        change: "→ handshake-refused by server, likely",
        reason: "the client's FIN is the missing frame: the server's alert is all that is left",
    },
    Reviewed {
        sample: "no-application-response",
        case: "shuffle",
        change: "→ no-application-response by client, likely",
        reason: "frames changed places under their times: the request stands less than a second before the client's close",
    },
    Reviewed {
        sample: "silent-mid-handshake-close",
        case: "drop frame",
        change: "→ server-certificate-rejected by client, likely",
        reason: "the server's FIN is the missing frame: the client's alert comes first then",
    },
    Reviewed {
        sample: "reset-during-handshake-middlebox",
        case: "",
        change: "→ reset-during-handshake by unknown, possible",
        reason: "without the SYN-ACK there is no other packet of the server to compare the time to live with",
    },
    Reviewed {
        sample: "reset-during-handshake-certificate",
        case: "delay",
        change: "→ silent-mid-handshake by unknown, possible",
        reason: "two seconds of delay make the reset look like tidying up after silence; only possible",
    },
    Reviewed {
        sample: "dns-",
        case: "drop",
        change: "→ dns-no-response by unknown, possible",
        reason: "no answer is in the capture, which says that it may not see that direction",
    },
    Reviewed {
        sample: "healthy-ipv6",
        case: "drop frame",
        change: "1 → 2 attempts",
        reason: "the missing answer is what tells that the address of the other family is the same device's",
    },
    Reviewed {
        sample: "incomplete-capture-start",
        case: "split 1",
        change: "→ gone",
        reason: "a connection whose beginning is missing is recognised by the first bytes of a segment, which segments of one byte do not have",
    },
    Reviewed {
        sample: "constant-refusal",
        case: "",
        change: "→ tcp-no-response by unknown, possible",
        reason: "the reset is the missing frame: a SYN without answer and without repetition, only possible",
    },
    Reviewed {
        sample: "story-three-faults",
        case: "",
        change: "→ tcp-no-response by unknown, possible",
        reason: "as above",
    },
    Reviewed {
        sample: "story-three-faults",
        case: "",
        change: "→ dns-no-response by unknown, possible",
        reason: "the answer is the missing frame: a question that was asked once, only possible, and the reason says so",
    },
    Reviewed {
        sample: "no-connection",
        case: "drop",
        change: "→ dns-no-response by unknown, possible",
        reason: "as above",
    },
    Reviewed {
        sample: "healthy-ipv6-fallback",
        case: "",
        change: "→ tcp-no-response by unknown, possible",
        reason: "the capture ends, or loses its order, between the address that does not answer and the next one",
    },
    Reviewed {
        sample: "captive-portal-tls",
        case: "",
        change: "→ server-certificate-rejected by client, likely",
        reason: "the client's refusal stands; the certificate that shows the portal is not in the capture, and interception-suspected is named as the alternative",
    },
    Reviewed {
        sample: "chassis-changed",
        case: "",
        change: "→ healthy by unknown, likely",
        reason: "the refusal stands in the part of the answer that the snap length cut; that it cannot be told is said",
    },
    Reviewed {
        sample: "quic-certificate-unknown-ca",
        case: "",
        change: "→ silent-mid-handshake by unknown, likely",
        reason: "who went last rests on sizes and directions in the order of the file, which is another or has holes",
    },
    Reviewed {
        sample: "quic-certificate-unknown-ca",
        case: "",
        change: "→ silent-mid-handshake by path, likely",
        reason: "who went last rests on sizes and directions in the order of the file, which is another or has holes",
    },
    Reviewed {
        sample: "quic-p",
        case: "drop direction",
        change: "→ tls-no-response by unknown, possible",
        reason: "the ICMP errors came from the direction that is not in the capture",
    },
    Reviewed {
        sample: "quic-version-negotiated",
        case: "end after",
        change: "→ version-mismatch by server, possible",
        reason: "the capture ends behind the server's list of versions, and the client may go on: hence only possible",
    },
    Reviewed {
        sample: "application-error-status-failure",
        case: "",
        change: "→ healthy by unknown, likely",
        reason: "the refusal stands in the part of the answer that the snap length cut; that it cannot be told is said",
    },
    Reviewed {
        sample: "healthy-ipv6-fallback",
        case: "",
        change: "1 → 2 attempts",
        reason: "without order, the two addresses that were tried are no longer one after the other",
    },
    Reviewed {
        sample: "dns-stale-address",
        case: "shuffle",
        change: "1 → 2 attempts",
        reason: "the question stands behind the connection that it led to",
    },
    Reviewed {
        sample: "on-prem-cloud-refused",
        case: "",
        change: "1 → 2 attempts",
        reason: "as with dns-stale-address: the question, or its answer, is not in the capture any more or stands behind the connection that it led to",
    },
    Reviewed {
        sample: "capwap-join-data-port-blocked",
        case: "",
        change: "→ healthy by unknown, likely",
        reason: "the packets of the data channel that nobody answers are not in the capture any more, or have no time",
    },
    Reviewed {
        sample: "capwap-join-refused",
        case: "",
        change: "→ healthy by unknown, likely",
        reason: "the end of the session is not in the capture any more; what came of the Join is encrypted",
    },
    Reviewed {
        sample: "capwap-join-cipher-mismatch",
        case: "",
        change: "→ handshake-refused by server, likely",
        reason: "the snap length cut the hello: what it offers is not in the capture any more",
    },
    Reviewed {
        sample: "capwap-join",
        case: "",
        change: "→ tls-no-response by unknown, possible",
        reason: "over UDP nothing acknowledges: a direction, or an ICMP error, that is not in the capture any more looks like nobody who answers",
    },
    Reviewed {
        sample: "capwap-join-cookie-lost",
        case: "",
        change: "→ silent-mid-handshake by unknown, possible",
        reason: "of one direction it cannot be told who lost what",
    },
    Reviewed {
        sample: "capwap-join-refused",
        case: "",
        change: "→ no-application-response by unknown, likely",
        reason: "the frame that ends the session is not in the capture any more: the Join is seen, and no answer to it",
    },
    Reviewed {
        sample: "capwap-join-cookie-lost",
        case: "start at frame",
        change: "→ silent-mid-handshake by unknown, likely",
        reason: "that the access point asks again lies before the first frame",
    },
    Reviewed {
        sample: "quic-client-certificate-refused",
        case: "",
        change: "→ handshake-refused by server, likely",
        reason: "only the sizes of the client's packets show that it sent a certificate: without the large one the refusal is left",
    },
];
