# Oddities of a capture, its damage, and the reasons why a chain of certificates cannot be followed: clauses.

nanoseconds = { $count } ns
microseconds = { $count } µs
milliseconds = { $count } ms

anomaly-wrong-checksums = { $wrong } of the first { $tried } TCP checksums are wrong, as where a network card fills them in after the capture; they are tolerated
anomaly-wireless-clients = { $count ->
    [one] 1 connection travels inside CAPWAP: it belongs to a wireless client, not to the tunnel's ends
   *[other] { $count } connections travel inside CAPWAP: they belong to wireless clients, not to the tunnel's ends
}
anomaly-wireless-clients-also = { $count ->
    [one] 1 connection travels inside CAPWAP: it belongs to a wireless client, not to the tunnel's ends; it runs
   *[other] { $count } connections travel inside CAPWAP: they belong to wireless clients, not to the tunnel's ends; one of them runs
} between { $one } and { $other } and asks for { $name }
anomaly-quic = { $count ->
    [one] one attempt
   *[other] { $count } attempts
} at QUIC to { $name }, the first by { $client }: they are not judged here; --all judges them
anomaly-quic-unanswered = { $count ->
    [one] one attempt
   *[other] { $count } attempts
} at QUIC to { $name }, the first by { $client }, and no answer came back: they are not judged here; --all judges them
anomaly-eap-tls = { $count ->
    [one] 1 frame carries
   *[other] { $count } frames carry
} TLS inside EAP (802.1X or RADIUS), which is not read here; Wireshark shows it with the display filter “eap && tls”
anomaly-redaction-emptied = { $count ->
    [one] 1 frame was
   *[other] { $count } frames were
} emptied in part or whole by the redaction, which takes apart TCP and DNS only: the counts above leave out tunnels (CAPWAP, GRE, VXLAN), fragments, other UDP and other protocols
anomaly-overlap-differs = frame { $frame } carries other bytes than captured before for the same place of the { $who }'s stream ({ $client } → { $server }): “{ $other }” instead of “{ $kept }”; the first copy is used
anomaly-bound-connections = { $count ->
    [one] 1 TLS connection was
   *[other] { $count } TLS connections were
} not kept: there are too many
anomaly-bound-unconnected = { $count ->
    [one] 1 connection that never connected was
   *[other] { $count } connections that never connected were
} not kept: there are too many
anomaly-bound-icmp = { $count ->
    [one] 1 ICMP error was
   *[other] { $count } ICMP errors were
} not kept
anomaly-bound-events = { $count ->
    [one] 1 message or record of a single connection was
   *[other] { $count } messages and records of single connections were
} not kept
anomaly-bound-evicted = { $count ->
    [one] 1 connection was
   *[other] { $count } connections were
} closed early: too many were open at once
anomaly-bound-lookups = { $count } DNS look-ups were not kept
anomaly-fragments-incomplete = some fragments of { $count } { $count ->
    [one] datagram
   *[other] datagrams
} are not in the capture
anomaly-record-without-packet = a record that is not a packet (a custom block, a system call or a journal entry) has a frame number
anomaly-time-out-of-range = the clock shows a year before 1678 or after 2261
anomaly-key-log-fits-none = no secret of the key log fits a connection of this capture
anomaly-key-log-opened = the key log opened the handshakes of { $count ->
    [one] 1 connection
   *[other] { $count } connections
}; their messages and alerts are read, their application data is not
anomaly-no-time = the file gives no time
anomaly-times = { $detail } ({ $count } times)
anomaly-numbering-uncertain = the file is damaged in { $places ->
    [one] one place
   *[other] { $places } places
}, { $lost } bytes of it were skipped, and the number of frames in them is unknown: from here on, frame numbers count only the frames that could be read
anomaly-time-goes-back = a frame is older than the one before it { $count ->
    [one] once
   *[other] { $count } times
}, by up to { $span }
anomaly-gap-between-files = nothing was captured for { $pause } between two files, and within a file for no more than { $longest }: a file may be missing
anomaly-zeros-after-end = { $count ->
    [one] 1 zero byte follows
   *[other] { $count } zero bytes follow
} the last record
anomaly-garbage-after-end = { $count ->
    [one] 1 byte that is no record follows
   *[other] { $count } bytes that are no record follow
} the last record
anomaly-unknown-block = blocks of unknown type were skipped, first { $kind }
anomaly-session-secrets = the file holds secrets of its encrypted sessions (a Decryption Secrets Block): whoever gets the file can decrypt them. tlswalk slice leaves them out; those of TLS are used only where --keylog names this file
anomaly-dump-without-date = the text gives times of day without a date, shown here as of 1970: whether a certificate was valid is not judged without --at
anomaly-dump-with-relative-time = the text gives times since its first packet, shown here as of 1970: whether a certificate was valid is not judged without --at
anomaly-dump-without-zone = the text gives dates without a time zone, or in one that is not known; they are taken for UTC
anomaly-dump-time-missing = the text gives no time for this packet; it is shown with that of the packet before it
anomaly-dump-rows-missing = rows are missing in the middle of a packet, as where a page break took one: what follows in it counts as not captured
anomaly-dump-rows-without-beginning = the rows here belong to a packet whose first row is missing; they are not read
anomaly-dump-counts-from-zero = the text counts packets from 0; here the first is frame 1
anomaly-dump-counts-again = the packet numbers of the text begin again; from here on, the frame numbers continue
anomaly-dump-unrecognised = hexadecimal bytes before this frame do not look like a packet; they are not read
anomaly-too-many-interfaces = a section describes more than { $most } interfaces; later ones are unknown

# Where a capture file ends early, or is damaged.
text-end-detail = at byte { $offset }, after frame { $after }: { $detail }; { $lost } bytes were not read as packets
damage-in-file = in { $name }, { $detail }
damage-because = { $detail }: { $why }
damage-and-nothing-behind = { $detail }, and nothing that can be a record within { $mebibytes } MiB
damage-text-cut = the text ends in the middle of a packet
damage-header-cut = { $there } of a record header's { $len } bytes
damage-record-claims = a record that claims { $bytes } bytes
damage-record-cut = { $there } of a record's { $len } bytes
damage-too-few-for-block = { $len } bytes, too few for a block
damage-no-byte-order = a section header without a byte-order mark
damage-block-claims = a block of type { $kind } that claims { $claimed } bytes
damage-block-cut = { $there } of a block's { $len } bytes
damage-block-contradicts = a block that claims { $claimed } bytes at its start and { $trailer } at its end
damage-packet-too-short = a packet block too short for its fields
damage-packet-lengths = a packet of { $wire } bytes of which it claims to hold { $captured }
damage-packet-claims = a packet that claims { $captured } bytes in a block with room for { $room }
damage-interface-unknown = a packet of interface { $index }, of which the section describes { $declared }
damage-section-too-short = a section header too short for its fields
damage-section-version = a section of pcapng version { $major }
damage-interface-too-short = an interface description too short for its fields

# Why a chain does not hold, or cannot be checked.
chain-circle = the certificates presented issue each other in a circle
chain-too-long = no root within { $most } certificates
chain-wrong-signature = the signature on { $subject } was not made by the key of { $issuer }
chain-as-given = { $issuer }, as given by { $origin }
chain-as-presented = { $issuer }, as presented
chain-unchecked = the signature on { $subject } by { $issuer } cannot be checked: { $why }
chain-too-many = more than { $most } signatures would have to be checked
chain-anchor-unreadable = the anchor's key cannot be read
signature-unsupported = { $name } with a key { $key } is not supported here
