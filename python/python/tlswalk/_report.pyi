# Written by types_of_schema.py from schema/report-1.json.
"""The JSON report's shape (`tlswalk.report/1`). New keys may come."""

from typing import Any, Literal, NotRequired, TypedDict

class Report(TypedDict):
    "What tlswalk says of one capture. Fields marked x-wire-text hold text that somebody else chose (escaped, not quoted, perhaps hostile); in the sentences of the other fields such text is quoted and cut."
    schema: Literal['tlswalk.report/1']
    language: str
    dialect: NotRequired[str]
    tool: Tool
    capture: Capture
    verdict: Overall
    attempts: list[Attempt]
    connections: list[Connection]
    part: NotRequired[Part]
    settings: NotRequired[Settings]
    others: NotRequired[Others]
    left_out: NotRequired[list[LeftOut]]
    courses: NotRequired[list[Course]]
    cadence: NotRequired[Cadence]
    device_logs: NotRequired[list[DeviceLog]]
    options: NotRequired[MadeWith]

class Settings(TypedDict):
    "What a settings file, a site or the environment said beside the command line."
    file: NotRequired[str]
    sha256: NotRequired[str]
    site: NotRequired[str]
    options: NotRequired[list[Setting]]

# "An option that was not typed."
Setting = TypedDict(
    'Setting',
    {
        'option': str,
        'from': Literal['environment', 'site', 'file'],
    },
)

class Others(TypedDict):
    "TLS connections of others, judged because the capture holds nothing of the service that was looked for."
    failed: int
    not_failed: int

class LeftOut(TypedDict):
    "Attempts of one verdict that the report does not list."
    verdict: str
    severity: Literal['ok', 'note', 'warning', 'error']
    attempts: int

class Part(TypedDict):
    "A part of what there is to say of a capture that grows."
    number: int
    last: bool

class Tool(TypedDict):
    "Name and version of the program."
    name: Literal['tlswalk']
    version: str

class Capture(TypedDict):
    "The capture file."
    file: str
    format: Literal['pcap', 'pcapng', 'text', 'none']
    compression: str | None
    link_types: list[str]
    sha256: NotRequired[str]
    slice_of: NotRequired[SliceOf]
    frames: int
    bytes: int
    first: str | None
    last: str | None
    duration: float
    end: Literal['complete', 'truncated']
    end_detail: str | None
    damage: list[Damage]
    skipped: dict[str, int]
    visibility: Visibility
    anomalies: list[Anomaly]
    contents: Contents
    not_judged: NotRequired[int]

class SliceOf(TypedDict):
    "What a slice made by tlswalk says of its capture."
    sha256: str
    frames: int
    redacted: bool

class Damage(TypedDict):
    "A place in the middle of the file where no record could be read."
    offset: int
    lost: int
    after_frame: int

class Visibility(TypedDict):
    "What the capture can and cannot show."
    duplicates: int
    snap_length_cut: int
    one_direction: bool
    drops: int | None

class Anomaly(TypedDict):
    "An oddity of wire or capture."
    id: str
    frame: int
    detail: str

class Contents(TypedDict):
    "What a capture holds, by counts."
    tcp_connections: int
    tls_connections: int
    dns_names: list[str]
    server_names: list[str]
    quic_packets: NotRequired[int]
    capwap_packets: NotRequired[int]
    dtls_connections: NotRequired[int]
    quic_connections: NotRequired[int]
    capwap_data_dtls_packets: NotRequired[int]

class Overall(TypedDict):
    "The report's own verdict."
    id: str
    severity: Literal['ok', 'note', 'warning', 'error']
    summary: str
    cannot_tell: NotRequired[list[str]]
    remedy: NotRequired[list[Remedy]]
    evidence: NotRequired[list[Evidence]]

class Attempt(TypedDict):
    "One try to reach the service."
    id: int
    transport: Literal['cssm', 'on-prem', 'cslu', 'call-home', 'capwap', 'other']
    via_proxy: str | None
    device: str
    name: str
    verdict: Verdict
    findings: list[Finding]
    lookups: list[Lookup]
    connections: list[int]
    course: NotRequired[Place]
    baseline: NotRequired[Baseline]
    device_events: NotRequired[list[DeviceEvent]]
    client_looks_like: NotRequired[LooksLike]
    seen_again: NotRequired[SeenAgain]
    opened_by_service: NotRequired[bool]

class Verdict(TypedDict):
    "What happened to an attempt."
    id: str
    severity: Literal['ok', 'note', 'warning', 'error']
    confidence: Literal['certain', 'likely', 'possible']
    by: Literal['client', 'server', 'path', 'device', 'unknown']
    at: Literal['dns', 'tcp', 'proxy', 'tls', 'http', 'close']
    summary: str
    causes: list[str]
    evidence: list[Evidence]
    also: list[str]
    alternatives: list[Alternative]
    cannot_tell: list[str]
    remedy: list[Remedy]
    display_filter: str

class Evidence(TypedDict):
    "One frame and what it shows."
    frame: int
    what: str

class Alternative(TypedDict):
    "Another explanation."
    id: str
    why_not: str
    excluded: bool

class Remedy(TypedDict):
    "Something to do."
    owner: Literal['wlc', 'firewall', 'proxy', 'server', 'capture']
    who: NotRequired[str]
    do: str
    commands: list[str]
    verify: str

class Finding(TypedDict):
    "Something a rule recognised."
    id: str
    severity: Literal['ok', 'note', 'warning', 'error']
    evidence: list[Evidence]
    detail: str

class Lookup(TypedDict):
    "A DNS look-up."
    name: str
    kind: str
    server: str
    question: int
    asked: NotRequired[str]
    answer: int | None
    answered: NotRequired[str | None]
    status: str | None
    addresses: list[str]

class Connection(TypedDict):
    "One TCP connection."
    id: int
    client: str
    server: str
    licensing: bool
    tunnel: str | None
    carrier: NotRequired[Literal['dtls', 'capwap', 'quic']]
    quic: NotRequired[Quic]
    tcp: Tcp
    tls: Tls | None
    steps: list[Step]
    history: str
    certificates: Certificates
    http: list[Exchange]

class Quic(TypedDict):
    "What anybody can read of an attempt at QUIC, beside the handshake that it carries. Versions are 1, 2, draft-29, or a number."
    asked: str | None
    version: str | None
    listed: list[str]
    offered_protocols: list[str]
    close: QuicClose | None

class QuicClose(TypedDict):
    "The end of an attempt at QUIC, said in a packet that anybody can read."
    frame: int
    side: Literal['client', 'server']
    code: int
    name: str

class Tcp(TypedDict):
    "TCP facts."
    first_frame: int
    last_frame: int
    syn: int | None
    syns: list[int]
    syn_ack: int | None
    ack: int | None
    fin: list[Close]
    reset: Close | None
    gaps: list[Gap]
    retransmissions: int
    duplicates: int
    client_bytes: int
    server_bytes: int
    client_frames: int
    server_frames: int
    client_seen: dict[str, Any]
    server_seen: dict[str, Any]
    copies: list[dict[str, Any]]

class Close(TypedDict):
    "A FIN or RST."
    frame: int
    side: Literal['client', 'server']

class Gap(TypedDict):
    "A hole in one direction."
    side: Literal['client', 'server']
    bytes: int
    before_frame: int
    cause: Literal['not-captured', 'never-arrived', 'snap-length', 'unknown']

class Tls(TypedDict):
    "TLS facts."
    version: str | None
    offered_versions: list[str]
    sni: str | None
    cipher_suite: str | None
    group: str | None
    alpn: str | None
    resumed: bool
    complete: bool
    client_certificate_requested: bool | None
    acceptable_cas: list[str]
    alerts: list[Alert]
    client_application_data: Count
    server_application_data: Count

class Count(TypedDict):
    "Records and their bytes."
    records: int
    bytes: int

class Alert(TypedDict):
    "A TLS alert."
    side: Literal['client', 'server']
    level: str | None
    description: str | None
    code: int | None
    frame: int
    seen: Literal['observed', 'inferred', 'decrypted']

class Step(TypedDict):
    "One step of the walk."
    kind: Literal['syn', 'syn-ack', 'ack', 'connect-request', 'connect-response', 'http-request', 'http-response', 'discovery-request', 'discovery-response', 'join-request', 'join-response', 'client-hello', 'hello-verify-request', 'hello-retry-request', 'retry', 'version-negotiation', 'connection-close', 'hello-request', 'server-hello', 'encrypted-extensions', 'certificate', 'certificate-status', 'server-key-exchange', 'certificate-request', 'server-hello-done', 'client-key-exchange', 'certificate-verify', 'change-cipher-spec', 'finished', 'new-session-ticket', 'key-update', 'encrypted-handshake', 'other-message', 'application-data', 'heartbeat', 'alert', 'fin', 'reset']
    side: Literal['client', 'server']
    frame: int
    frames: list[int]
    time: str
    seen: Literal['observed', 'inferred', 'decrypted']
    detail: str | None

class Certificates(TypedDict):
    "Certificate chains as presented."
    server: list[Certificate]
    client: list[Certificate]

class Certificate(TypedDict):
    "One certificate."
    subject: str | None
    issuer: str | None
    serial: str | None
    not_before: str | None
    not_after: str | None
    validity: Literal['current', 'expired', 'not-yet-valid', 'unknown']
    names: list[str]
    key: str | None
    signature_algorithm: str | None
    usages: list[str]
    self_signed: bool
    sha256: str
    frames: list[int]
    error: str | None

class Exchange(TypedDict):
    "A readable HTTP request and its answer."
    method: str | None
    target: str | None
    request: int | None
    status: int | None
    reason: str | None
    response: int | None

# "An attempt's place among the tries of its device for its service."
Place = TypedDict(
    'Place',
    {
        'id': int,
        'kind': str,
        'try': int,
        'of': int,
    },
)

class Course(TypedDict):
    "Several tries of one device for one service."
    id: int
    device: str
    name: str
    kind: Literal['steady', 'constant', 'changing', 'cured', 'broke', 'flapping', 'unclear']
    summary: str
    failed: int
    worked: int
    tries: list[Try]

class Try(TypedDict):
    "One try of a course."
    attempt: int
    verdict: str
    severity: str
    frame: int
    time: str
    pause: float | None
    rhythm: Literal['report', 'retry', 'poll', None]

class Cadence(TypedDict):
    "The rhythm of licensing against the length of the capture."
    watched: float
    report_every: int | None
    reports: int
    retries: int
    polls: int
    controllers: list[Controller]

class Controller(TypedDict):
    "A controller, and what the capture holds of it."
    address: str
    because: Literal['option', 'capwap', 'attempt']
    seen: bool
    capwap_packets: int
    segments_sent: int
    segments_received: int
    opened: int
    lookups: int

class Baseline(TypedDict):
    "Where an attempt leaves the good one of its transport."
    id: str
    source: str
    checked: str
    phase: int
    after: str | None
    after_frame: int | None
    expected: str
    by: Literal['client', 'server']
    consequence: str

class DeviceLog(TypedDict):
    "One text of a device."
    file: str
    host: str | None
    device: str | None
    compression: str | None
    encoding: Literal['utf-8', 'utf-16', 'unknown']
    bytes: int
    lines: int
    recognised: int
    unrecognised: int
    cut_lines: int
    end_detail: str | None
    forms: dict[str, int]
    clock: Literal['set', 'not-synchronised', 'not-set']
    offsets: list[ClockOffset]
    settings: dict[str, str]
    messages: list[MessageCount]
    event_count: int
    events: list[DeviceEvent]

class ClockOffset(TypedDict):
    "How far the stamps of one form are from the capture's time."
    form: str
    ahead: float
    give: float
    clock_error: float
    pairs: int
    confidence: Literal['certain', 'likely', 'possible']
    utc: bool

class MessageCount(TypedDict):
    "What the device has counted of one type of message."
    message: str
    line: int
    total: int
    success: int
    fail: int
    ongoing: int
    last_response: str | None
    reason: str | None
    standing: Literal['untried', 'works', 'no-reply', 'refused', 'fails']

class DeviceEvent(TypedDict):
    "A line of a device's text."
    file: str
    line: int
    form: str
    kind: str
    written: str | None
    time: str | None
    confidence: str | None
    bearing: str | None
    text: str

class LooksLike(TypedDict):
    "What a Client Hello looks like. It makes no verdict surer: any program can write any hello."
    stack: Literal['openssl', 'gnutls', 'java', 'go', 'node', 'nss', 'chromium', 'schannel']
    because: str

class SeenAgain(TypedDict):
    ""
    client: str
    server: str
    frame: int

class MadeWithListing(TypedDict):
    "Which attempts a report was to list; what is said twice of one kind is an alternative."
    only: NotRequired[list[str]]
    servers: NotRequired[list[str]]
    clients: NotRequired[list[str]]
    since: NotRequired[str]
    until: NotRequired[str]
    first: NotRequired[int]
    whole: NotRequired[bool]

class MadeWith(TypedDict):
    ""
    version: str
    profile: MadeWithProfile
    anchors: list[MadeWithAnchor]
    logs: list[MadeWithFile]
    key_log: str | None
    wlc: list[str]
    cssm: list[str]
    on_prem: list[str]
    cslu: list[str]
    proxy: list[str]
    all: bool
    at: str | None
    language: str
    dialect: str | None
    redaction: Redaction | None
    listing: NotRequired[MadeWithListing]
    merged: list[str]

class MadeWithProfile(TypedDict):
    ""
    name: str
    sha256: str
    built_in: bool

class MadeWithAnchor(TypedDict):
    ""
    file: str
    subject: str
    sha256: str

class MadeWithFile(TypedDict):
    ""
    file: str
    sha256: str

class Redaction(TypedDict):
    ""
    key: Literal['capture', 'file']
    keeps_certificates: bool
