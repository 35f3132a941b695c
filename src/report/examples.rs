//! Hand-made Reports for the tests of this folder.

use super::*;
use crate::judge::finding::Severity;
use crate::profile::Transport;
use crate::profile::options::Options;

fn step(kind: &'static str, side: &'static str, frame: u64, ms: u64) -> Step {
    let time = format!("2021-08-24T11:31:13.{ms:03}000000Z");
    Step {
        kind,
        side,
        frame,
        frames: vec![frame],
        time,
        seen: "observed",
        detail: None,
    }
}

pub(crate) fn steps(list: &[(&'static str, &'static str, u64, u64)]) -> Vec<Step> {
    list.iter()
        .map(|&(kind, side, frame, ms)| step(kind, side, frame, ms))
        .collect()
}

fn evidence(frame: u64, what: &str) -> Evidence {
    Evidence {
        frame,
        what: what.into(),
    }
}

fn base(file: &str, frames: u64) -> Report {
    Report {
        schema: SCHEMA,
        language: "en",
        dialect: "ios-xe-wireless",
        tool: Tool {
            name: "tlswalk",
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        capture: Capture {
            file: file.into(),
            format: "pcap".into(),
            link_types: vec!["ethernet".into()],
            frames,
            bytes: 5678,
            first: Some("2021-08-24T11:31:13.000000000Z".into()),
            last: Some("2021-08-24T11:31:54.200000000Z".into()),
            duration: 41.2,
            end: "complete",
            ..Capture::default()
        },
        verdict: Overall {
            id: "healthy".into(),
            severity: Severity::Ok,
            summary: String::new(),
            ..Overall::default()
        },
        attempts: vec![],
        connections: vec![],
        courses: vec![],
        cadence: None,
        part: None,
        device_logs: vec![],
        beside: vec![],
        others: None,
        left_out: Vec::new(),
        made_with: Some(MadeWith::of(&Options::everything().unwrap())),
        options: Vec::new(),
        settings: None,
    }
}

pub(crate) fn connection(id: usize, steps: Vec<Step>) -> Connection {
    let ends = (
        steps.first().map_or(0, |step| step.frame),
        steps.last().map_or(0, |step| step.frame),
    );
    Connection {
        id,
        client: "192.168.10.150:22425".into(),
        server: "192.133.220.90:443".into(),
        licensing: true,
        tunnel: None,
        carrier: None,
        quic: None,
        tcp: Tcp {
            first_frame: ends.0,
            last_frame: ends.1,
            syn: Some(5),
            syns: vec![5],
            ..Tcp::default()
        },
        tls: Some(Tls {
            version: Some("1.2".into()),
            offered_versions: vec!["1.2".into()],
            sni: Some("smartreceiver.cisco.com".into()),
            cipher_suite: Some("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384".into()),
            ..Tls::default()
        }),
        history: steps.iter().map(|_| 'x').collect(),
        steps,
        certificates: Certificates::default(),
        http: vec![],
    }
}

pub(crate) fn attempt(id: usize, connections: Vec<usize>, verdict: Verdict) -> Attempt {
    Attempt {
        id,
        transport: Transport::Cssm,
        via_proxy: None,
        opened_by_service: false,
        device: "192.168.10.150".into(),
        name: "smartreceiver.cisco.com".into(),
        verdict,
        findings: vec![],
        client_looks_like: None,
        lookups: vec![],
        connections,
        course: None,
        baseline: None,
        seen_again: None,
        device_events: vec![],
    }
}

pub(crate) fn verdict(id: &'static str, severity: Severity, at: At, summary: &str) -> Verdict {
    Verdict {
        id: id.into(),
        severity,
        confidence: Confidence::Certain,
        by: By::Server,
        at,
        summary: summary.into(),
        causes: Vec::new(),
        evidence: vec![],
        also: vec![],
        alternatives: vec![],
        cannot_tell: vec![],
        remedy: vec![],
        display_filter: "tcp.stream eq 0".into(),
    }
}

/// The screen of CONTRACT.
pub(crate) fn rejected() -> Report {
    let mut report = base("export.pcap", 1254);
    report.capture.visibility.duplicates = 627;
    report.verdict = Overall {
        id: "client-certificate-rejected".into(),
        severity: Severity::Error,
        summary: "licensing failed: the server refused the controller's certificate".into(),
        ..Overall::default()
    };
    let mut walk = steps(&[
        ("syn", "client", 5, 0),
        ("syn-ack", "server", 6, 109),
        ("ack", "client", 7, 110),
        ("client-hello", "client", 8, 111),
        ("server-hello", "server", 10, 220),
        ("certificate", "server", 16, 280),
        ("server-key-exchange", "server", 16, 280),
        ("certificate-request", "server", 17, 281),
        ("server-hello-done", "server", 17, 281),
        ("certificate", "client", 20, 330),
        ("client-key-exchange", "client", 20, 330),
        ("certificate-verify", "client", 21, 331),
        ("alert", "server", 23, 420),
        ("reset", "server", 24, 421),
    ]);
    walk[12].detail = Some("fatal unknown_ca".into());
    let mut only = connection(1, walk);
    only.tcp.reset = Some(Close {
        frame: 24,
        side: "server",
    });
    if let Some(tls) = &mut only.tls {
        tls.alerts = vec![Alert {
            side: "server",
            level: Some("fatal".into()),
            description: Some("unknown_ca".into()),
            code: Some(48),
            frame: 23,
            seen: "observed",
        }];
    }
    only.certificates = Certificates {
        server: vec![Certificate {
            subject: Some("CN=smartreceiver.cisco.com,O=Cisco Systems Inc.".into()),
            issuer: Some("CN=HydrantID Server CA O1,O=IdenTrust,C=US".into()),
            not_before: Some("2021-05-01T00:00:00Z".into()),
            not_after: Some("2022-05-01T00:00:00Z".into()),
            validity: "current",
            names: vec!["smartreceiver.cisco.com".into()],
            sha256: "0".repeat(64),
            frames: vec![12, 14, 16],
            ..Certificate::default()
        }],
        client: vec![Certificate {
            subject: Some("CN=IOS-Self-Signed-Certificate-3042117825".into()),
            issuer: Some("CN=IOS-Self-Signed-Certificate-3042117825".into()),
            not_before: Some("2016-01-01T00:00:00Z".into()),
            not_after: Some("2020-01-01T00:00:00Z".into()),
            validity: "expired",
            self_signed: true,
            sha256: "1".repeat(64),
            frames: vec![20],
            ..Certificate::default()
        }],
    };
    let mut verdict = verdict(
        "client-certificate-rejected",
        Severity::Error,
        At::Tls,
        &report.verdict.summary,
    );
    verdict.evidence = vec![
        evidence(20, "the controller's certificate"),
        evidence(23, "alert unknown_ca"),
    ];
    verdict.alternatives = vec![Alternative {
        id: OtherCause::InterceptionSuspected.into(),
        why_not: "the server's own chain verifies up to IdenTrust Commercial Root CA 1".into(),
        excluded: true,
    }];
    verdict.remedy = vec![Remedy {
        owner: Owner::Wlc,
        who: "controller".into(),
        action: "choose a valid client certificate".into(),
        commands: [
            "show crypto pki trustpoints",
            "configure terminal",
            "  ip http client secure-trustpoint <trustpoint, e.g. CISCO_IDEVID_SUDI>",
            "  ip http client source-interface <the interface with 192.168.10.150>",
            "  end",
            "license smart trust idtoken <token> all force",
        ]
        .map(str::to_owned)
        .to_vec(),
        verify: "%SMART_LIC-6-TRUST_INSTALL_SUCCESS".into(),
    }];
    let mut failed = attempt(1, vec![1], verdict);
    failed.findings = vec![Finding {
        id: "client-certificate-rejected".into(),
        severity: Severity::Error,
        evidence: vec![evidence(23, "alert unknown_ca")],
        detail: "the server sent the fatal alert unknown_ca in frame 23, 0.09 s after it received the controller's \
                 certificate (frame 20). CN=IOS-Self-Signed-Certificate-3042117825 is self-signed and expired 601 \
                 days before this capture (2020-01-01)."
            .into(),
    }];
    report.attempts = vec![failed];
    report.connections = vec![only];
    report
}

/// The guide's successful trust establishment.
pub(crate) fn healthy() -> Report {
    let mut report = base("good.pcap", 2300);
    let mut only = connection(
        1,
        steps(&[
            ("syn", "client", 559, 350),
            ("syn-ack", "server", 576, 460),
            ("ack", "client", 578, 461),
            ("client-hello", "client", 580, 462),
            ("server-hello", "server", 608, 580),
            ("certificate", "server", 673, 700),
            ("server-hello-done", "server", 695, 710),
            ("certificate", "client", 711, 850),
            ("finished", "client", 718, 860),
            ("new-session-ticket", "server", 737, 870),
            ("finished", "server", 737, 870),
            ("application-data", "client", 745, 871),
            ("application-data", "client", 747, 872),
            ("application-data", "server", 760, 900),
            ("fin", "client", 2201, 950),
            ("fin", "server", 2204, 960),
        ]),
    );
    if let Some(tls) = &mut only.tls {
        tls.complete = true;
        tls.client_application_data = Count {
            records: 4,
            bytes: 3312,
        };
        tls.server_application_data = Count {
            records: 3,
            bytes: 5120,
        };
    }
    let verdict = verdict(
        "healthy",
        Severity::Ok,
        At::Close,
        "trust was established and the report was answered",
    );
    report.verdict.summary.clone_from(&verdict.summary);
    report.attempts = vec![attempt(1, vec![1], verdict)];
    report.connections = vec![only];
    report
}

/// TLS 1.3: the decisive messages are encrypted.
pub(crate) fn inferred() -> Report {
    let mut report = base("tls13.pcap", 40);
    let mut walk = steps(&[
        ("syn", "client", 1, 0),
        ("syn-ack", "server", 2, 10),
        ("ack", "client", 3, 11),
        ("client-hello", "client", 4, 12),
        ("server-hello", "server", 5, 20),
        ("change-cipher-spec", "server", 5, 20),
        ("certificate", "client", 7, 30),
        ("alert", "server", 8, 40),
        ("fin", "server", 9, 41),
    ]);
    for step in &mut walk[6..8] {
        step.seen = "inferred";
    }
    let mut only = connection(1, walk);
    only.tls = Some(Tls {
        version: Some("1.3".into()),
        ..Tls::default()
    });
    only.tcp.gaps = vec![Gap {
        side: "server",
        bytes: 536,
        before_frame: 5,
        cause: "not-captured",
    }];
    let mut verdict = verdict(
        "client-certificate-rejected",
        Severity::Error,
        At::Tls,
        "the server probably refused the controller's certificate",
    );
    verdict.confidence = Confidence::Likely;
    verdict.evidence = vec![evidence(
        8,
        "an encrypted record of 19 bytes, the size of an alert, then FIN",
    )];
    verdict.alternatives = vec![Alternative {
        id: OtherCause::VersionMismatch.into(),
        why_not: "a Server Hello was sent".into(),
        excluded: false,
    }];
    verdict.cannot_tell = vec!["which alert it was: TLS 1.3 encrypts it".into()];
    verdict.also = vec!["legacy-endpoint".into()];
    report.verdict = Overall {
        id: verdict.id,
        severity: Severity::Error,
        summary: verdict.summary.clone(),
        ..Overall::default()
    };
    let mut failed = attempt(1, vec![1], verdict);
    failed.via_proxy = Some("10.0.0.8:3128".into());
    failed.lookups = vec![Lookup {
        name: "smartreceiver.cisco.com".into(),
        kind: "A".into(),
        server: "10.0.0.53".into(),
        question: 1,
        asked: "2021-08-24T11:31:13.000000000Z".into(),
        answer: Some(2),
        answered: Some("2021-08-24T11:31:13.004000000Z".into()),
        status: Some("NOERROR".into()),
        addresses: vec!["192.133.220.90".into()],
    }];
    report.attempts = vec![failed];
    report.connections = vec![only];
    report
}

/// A successful attempt, then one whose name could not be resolved and one over readable HTTP.
pub(crate) fn several() -> Report {
    let mut report = healthy();
    report.capture.file = "several attempts.pcap".into();
    let mut dns = verdict(
        "dns-no-response",
        Severity::Error,
        At::Dns,
        "the DNS server never answered",
    );
    dns.by = By::Path;
    dns.evidence = vec![evidence(3000, "the question")];
    report.verdict = Overall {
        id: dns.id,
        severity: Severity::Error,
        summary: dns.summary.clone(),
        ..Overall::default()
    };
    let mut unresolved = attempt(2, vec![], dns);
    unresolved.lookups = vec![Lookup {
        name: "smartreceiver.cisco.com".into(),
        kind: "A".into(),
        server: "10.0.0.53".into(),
        question: 3000,
        asked: "2021-08-24T11:31:13.000000000Z".into(),
        answer: None,
        answered: None,
        status: None,
        addresses: vec![],
    }];
    let mut http = connection(
        2,
        steps(&[("syn", "client", 4000, 1), ("http-request", "client", 4004, 9)]),
    );
    http.tls = None;
    http.server = "[2001:db8::1]:8182".into();
    http.http = vec![Exchange {
        method: Some("POST".into()),
        target: Some("/cslu/v1/pi".into()),
        request: Some(4004),
        status: Some(503),
        reason: Some("Service Unavailable".into()),
        response: Some(4008),
    }];
    let mut cslu = attempt(
        3,
        vec![2],
        verdict("application-error", Severity::Error, At::Http, "the CSLU answered 503"),
    );
    cslu.transport = Transport::Cslu;
    cslu.name = "2001:db8::1".into();
    report.attempts.extend([unresolved, cslu]);
    report.connections.push(http);
    report
}

/// No licensing traffic, and a file that tries to control the terminal.
pub(crate) fn no_traffic() -> Report {
    let mut report = base("x\x1b[2J.pcap", 12);
    report.capture.end = "truncated";
    report.capture.end_detail = Some("inside frame 13, at byte 5678".into());
    report.capture.contents = Contents {
        tcp_connections: 3,
        tls_connections: 1,
        dtls_connections: 0,
        quic_connections: 0,
        capwap_data_dtls_packets: 0,
        dns_names: vec!["ntp.example.net".into()],
        server_names: vec!["evil\x07.example".into()],
        quic_packets: 0,
        capwap_packets: 0,
    };
    report.capture.anomalies = [
        ("time-goes-back", 7, "by 0.2 s"),
        ("bound", 0, "9 ICMP errors were not kept"),
    ]
    .map(|(id, frame, detail)| Anomaly {
        id: id.into(),
        frame,
        detail: detail.into(),
    })
    .to_vec();
    report.verdict = Overall {
        id: "no-licensing-traffic".into(),
        severity: Severity::Note,
        summary: String::new(),
        cannot_tell: vec!["whether licensing works".into()],
        remedy: vec![Remedy {
            owner: Owner::Capture,
            who: "whoever captures".into(),
            action: "capture again".into(),
            commands: vec!["monitor capture LIC start".into()],
            verify: "tlswalk then shows an attempt".into(),
        }],
        ..Overall::default()
    };
    report
}

/// Three faults one after the other, then success: a course.
pub(crate) fn story() -> Report {
    let mut report = several();
    let (mut attempts, mut tries) = (Vec::new(), Vec::new());
    let ends = [
        ("dns-error", Severity::Error, "the DNS server answered NXDOMAIN"),
        ("tcp-refused", Severity::Error, "the server refused the connection"),
        ("version-mismatch", Severity::Error, "no version in common"),
        ("healthy", Severity::Ok, "reached the server and was answered"),
    ];
    for (id, (verdict, severity, summary)) in (1..).zip(ends) {
        let mut attempt = report.attempts[0].clone();
        attempt.id = id;
        attempt.verdict.id = verdict.into();
        attempt.verdict.severity = severity;
        attempt.verdict.summary = summary.into();
        attempt.course = Some(Place {
            id: 1,
            kind: CourseKind::Cured,
            number: id,
            of: ends.len(),
        });
        attempts.push(attempt);
        tries.push(Try {
            attempt: id,
            verdict: verdict.into(),
            severity,
            frame: id as u64 * 10,
            time: format!("2021-08-24T11:3{id}:13.000000000Z"),
            pause: (id > 1).then_some(60.0),
            rhythm: (id > 1).then_some(Rhythm::Retry),
        });
    }
    report.attempts = attempts;
    report.verdict.id = "dns-error".into();
    report.courses = vec![Course {
        id: 1,
        device: "192.168.10.150".into(),
        name: "smartreceiver.cisco.com".into(),
        kind: CourseKind::Cured,
        summary: "cured: 3 tries failed, and from then on it worked".into(),
        failed: 3,
        worked: 1,
        tries,
    }];
    report.cadence = Some(Cadence {
        watched: 41.2,
        report_every: Some(28_800),
        reports: 0,
        retries: 3,
        polls: 0,
        controllers: vec![Controller {
            address: "192.168.10.150".into(),
            because: KnownBy::Attempt,
            seen: true,
            capwap_packets: 0,
            segments_sent: 12,
            segments_received: 10,
            opened: 3,
            lookups: 4,
        }],
    });
    report
}

/// One of each.
pub(crate) fn all() -> [Report; 6] {
    [rejected(), healthy(), inferred(), several(), no_traffic(), story()]
}
