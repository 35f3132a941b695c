//! Alert → Cause: the facts of the handshake, other than certificates and the choice of suites, that explain an unspecific alert.
//!
//! An alert is a number, and handshake_failure (40) stands for a dozen reasons. Many of them can be read in the
//! messages before the alert: an extension that one side demands and the other lacks, a short prime, a session that the
//! server no longer knows. Only if none of them is found may a report say that the capture does not explain the alert.

use super::large_hello::{large_hello, try_smaller};
use super::modern_offer::{is_modern, offers_tls13};
use super::negotiation::version_name;
use super::{client, elsewhere, listed, listed_texts};
use crate::attempt::Attempt;
use crate::attempt::other_connections::Stretch;
use crate::base::carrier::Carrier;
use crate::base::frame::FrameNumber;
use crate::base::phrase::{Phrase, phrase};
use crate::connection::Connection;
use crate::connection::walk::{Alert, Side, StepKind, TlsFacts};
use crate::judge::context::Context;
use crate::judge::finding::{Owner, Remedy};
use crate::judge::reason::Reason;
use crate::tls::hello::ClientHello;
use crate::tls::{AlertDescription, AlertLevel, Version};

/// A fact that explains an alert.
#[derive(Debug)]
pub(super) struct Cause {
    /// The fault.
    pub(super) reason: Reason,
    /// The frame that shows it.
    pub(super) frame: FrameNumber,
    /// The fact as a clause.
    pub(super) clause: Phrase,
    /// The remedy for it.
    pub(super) remedy: Remedy,
    /// What the other side can do instead.
    pub(super) otherwise: Option<Remedy>,
    /// The stretch of another connection that it rests on.
    pub(super) beside: Option<Stretch>,
}

/// The largest Certificate message, in bytes, that clients accept: OpenSSL's default (SSL_CTX_set_max_cert_list).
const LARGEST_CERTIFICATE: usize = 102_400;

/// The size of a Diffie-Hellman prime, in bits, below which clients refuse it: 1,024 in many (Logjam, 2015), 2,048 in
/// today's.
const SHORTEST_PRIME: u32 = 2048;

/// The facts that explain an alert, most informative first.
pub(super) fn causes(
    attempt: &Attempt<'_>,
    connection: &Connection,
    tls: &TlsFacts,
    alert: &Alert,
    context: &Context<'_>,
) -> Vec<Cause> {
    let seen = Seen {
        attempt,
        connection,
        tls,
        alert,
    };
    if alert.side == Side::Server && !seen.said(StepKind::ServerHello, Side::Server) {
        return seen.of_hello(context);
    }
    let found = [
        seen.protocols(),
        seen.unsigned(),
        seen.large_certificate(),
        seen.warned_name(),
        seen.short_prime(),
        seen.foreign_signature(),
        seen.old_signature(),
        seen.without_renegotiation(),
        seen.without_master_secret(),
    ];
    found.into_iter().flatten().collect()
}

/// The facts in a Client Hello that explain why the server refused it, whatever suites it offers.
pub(super) fn of_refused_hello(
    attempt: &Attempt<'_>,
    connection: &Connection,
    tls: &TlsFacts,
    alert: &Alert,
    context: &Context<'_>,
) -> Vec<Cause> {
    let seen = Seen {
        attempt,
        connection,
        tls,
        alert,
    };
    // A large hello, or one with unknown numbers, explains a failure to read it, not a refusal of its offer.
    let mut causes = seen.of_hello(context);
    causes.retain(|cause| !matches!(cause.reason, Reason::LargeHello | Reason::HelloNotUnderstood));
    causes
}

/// The messages up to an alert.
struct Seen<'a, 'c> {
    attempt: &'a Attempt<'c>,
    connection: &'a Connection,
    tls: &'a TlsFacts,
    alert: &'a Alert,
}

impl Seen<'_, '_> {
    fn said(&self, kind: StepKind, side: Side) -> bool {
        let mut before = self.connection.steps.iter().take(self.alert.step);
        before.any(|step| step.kind == kind && step.side == side)
    }

    fn frame(&self, kind: StepKind, side: Side) -> FrameNumber {
        let step = self.connection.step_by(kind, side);
        step.map_or(self.alert.frame, |step| step.frame)
    }

    fn description(&self) -> Option<AlertDescription> {
        self.alert.content.map(|(_, description)| description)
    }

    /// True if the client refused before it sent anything more: the message it had just read is the reason.
    fn client_refused_server(&self) -> bool {
        self.alert.side == Side::Client
            && self.tls.server_hello.is_some()
            && !self.said(StepKind::ClientKeyExchange, Side::Client)
            && !self.tls.version().is_some_and(Version::is_tls13)
            && !self.description().is_some_and(AlertDescription::is_about_certificate)
    }

    fn cause(&self, reason: Reason, frame: FrameNumber, clause: Phrase, owner: Owner, action: Phrase) -> Cause {
        Cause {
            reason,
            frame,
            clause,
            remedy: elsewhere(self.attempt, owner, action),
            otherwise: None,
            beside: None,
        }
    }

    /// The facts that explain why the server refused the hello.
    fn of_hello(&self, context: &Context<'_>) -> Vec<Cause> {
        let Some(hello) = self
            .tls
            .client_hello
            .as_deref()
            .filter(|_| self.alert.side == Side::Server)
        else {
            return Vec::new();
        };
        let found = [
            self.protocols(),
            self.sslv2(hello),
            self.resumption(hello, context),
            self.client_without_master_secret(hello),
            self.nameless(hello),
            self.large(hello),
            self.not_understood(hello),
        ];
        found.into_iter().flatten().collect()
    }

    /// RFC 7301 section 3.2.
    fn protocols(&self) -> Option<Cause> {
        let hello = self.tls.client_hello.as_deref()?;
        let chosen = self.tls.server_hello.as_ref().and_then(|choice| choice.alpn.as_ref());
        let foreign = chosen.filter(|chosen| !hello.alpn.contains(chosen));
        let frame = self.frame(StepKind::ClientHello, Side::Client);
        let clause = match (self.description()?, foreign) {
            (AlertDescription::NO_APPLICATION_PROTOCOL, _) if hello.alpn.is_empty() => {
                phrase("refusal-protocols-none").with("who", client(self.attempt))
            }
            (AlertDescription::NO_APPLICATION_PROTOCOL, _) => phrase("refusal-protocols")
                .with("who", client(self.attempt))
                .with("list", listed_texts(&hello.alpn)),
            (_, Some(chosen)) if self.client_refused_server() => phrase("refusal-protocols-foreign")
                .with("chosen", chosen)
                .with("list", listed_texts(&hello.alpn)),
            _ => return None,
        };
        let on_server = |id| phrase(id).with("server", self.connection.tls_server());
        let cause = |owner, action| self.cause(Reason::ApplicationProtocol, frame, clause, owner, action);
        if self.alert.side == Side::Client {
            return Some(cause(Owner::Server, on_server("refusal-protocols-choose-do")));
        }
        // No vendor adds a protocol to its service for one client.
        let accept = || elsewhere(self.attempt, Owner::Server, on_server("refusal-protocols-do"));
        let offered = |name: &str| hello.alpn.iter().any(|own| own.raw() == name);
        let offer = match (self.connection.carrier, offered("http/1.1"), offered("h2")) {
            (Carrier::Tcp, true, false) => phrase("refusal-protocols-client-do-such").with("example", "h2"),
            (Carrier::Tcp, false, _) => phrase("refusal-protocols-client-do-such").with("example", "http/1.1"),
            _ => phrase("refusal-protocols-client-do"),
        };
        let offer = offer.with("who", client(self.attempt));
        Some(Cause {
            otherwise: (!self.attempt.is_at_vendors()).then(accept),
            ..cause(Owner::Wlc, offer)
        })
    }

    /// RFC 5246 appendix E.2: hellos in the form of SSL 2.0, which RFC 6176 forbade.
    fn sslv2(&self, hello: &ClientHello) -> Option<Cause> {
        let frame = self.frame(StepKind::ClientHello, Side::Client);
        hello.sslv2_format.then(|| {
            self.cause(
                Reason::SslV2Hello,
                frame,
                phrase("refusal-sslv2"),
                Owner::Wlc,
                phrase("refusal-sslv2-do").with("who", client(self.attempt)),
            )
        })
    }

    /// RFC 9846 section 4.2.11: a session that the server does not know, or whose proof it cannot check. If the server
    /// accepted a full handshake elsewhere, nothing else in the offer is at fault.
    fn resumption(&self, hello: &ClientHello, context: &Context<'_>) -> Option<Cause> {
        let (frame, beside) = context
            .surroundings
            .completed(self.connection.server)
            .find(|(client, ..)| *client == self.connection.client.ip)
            .map(|(_, frame, said)| (frame, said))
            .filter(|_| hello.offers_psk || hello.offers_ticket)?;
        let own = self.frame(StepKind::ClientHello, Side::Client);
        let extension = if hello.offers_psk {
            "pre_shared_key"
        } else {
            "session_ticket"
        };
        let mut cause = self.cause(
            Reason::SessionResumption,
            own,
            phrase("refusal-resumption")
                .with("extension", extension)
                .with("frame", frame),
            Owner::Server,
            phrase("refusal-resumption-do")
                .with("server", self.connection.tls_server())
                .with("who", client(self.attempt)),
        );
        cause.beside = Some(beside);
        Some(cause)
    }

    /// RFC 7627 section 5.2: a server may refuse a TLS 1.2 client without it.
    fn client_without_master_secret(&self, hello: &ClientHello) -> Option<Cause> {
        let refuses_offer = matches!(
            self.description()?,
            AlertDescription::HANDSHAKE_FAILURE | AlertDescription::INSUFFICIENT_SECURITY
        );
        let lacks = !hello.extended_master_secret && refuses_offer && is_modern(hello) && !offers_tls13(hello);
        lacks.then(|| {
            self.cause(
                Reason::ExtendedMasterSecret,
                self.frame(StepKind::ClientHello, Side::Client),
                phrase("refusal-no-master-secret-client"),
                Owner::Wlc,
                phrase("refusal-no-master-secret-client-do").with("who", client(self.attempt)),
            )
        })
    }

    /// RFC 6066 section 3: a server with several names has no certificate for a client that names none.
    fn nameless(&self, hello: &ClientHello) -> Option<Cause> {
        let says = self.description()?;
        let about = matches!(
            says,
            AlertDescription::UNRECOGNIZED_NAME
                | AlertDescription::HANDSHAKE_FAILURE
                | AlertDescription::INTERNAL_ERROR
                | AlertDescription::ACCESS_DENIED
        );
        let lacks =
            hello.server_name.is_none() && !hello.malformed && !hello.sslv2_format && hello.broken_extensions == 0;
        (lacks && about && (says == AlertDescription::UNRECOGNIZED_NAME || is_modern(hello))).then(|| {
            self.cause(
                Reason::ServerNameMissing,
                self.frame(StepKind::ClientHello, Side::Client),
                phrase("refusal-nameless"),
                Owner::Wlc,
                phrase("refusal-nameless-do").with("who", client(self.attempt)),
            )
        })
    }

    fn large(&self, hello: &ClientHello) -> Option<Cause> {
        let unread = matches!(
            self.description()?,
            AlertDescription::DECODE_ERROR
                | AlertDescription::ILLEGAL_PARAMETER
                | AlertDescription::INTERNAL_ERROR
                | AlertDescription::UNEXPECTED_MESSAGE
                | AlertDescription::RECORD_OVERFLOW
                | AlertDescription::HANDSHAKE_FAILURE
        );
        let clause = large_hello(self.connection, hello).filter(|_| unread)?;
        Some(Cause {
            reason: Reason::LargeHello,
            frame: self.frame(StepKind::ClientHello, Side::Client),
            clause,
            remedy: try_smaller(self.attempt, self.connection),
            otherwise: None,
            beside: None,
        })
    }

    /// RFC 9846 section 6.2: decode_error says that the message could not be read. A server must ignore numbers and
    /// extensions that it does not know (RFC 8701).
    fn not_understood(&self, hello: &ClientHello) -> Option<Cause> {
        let says = matches!(
            self.description()?,
            AlertDescription::DECODE_ERROR | AlertDescription::ILLEGAL_PARAMETER
        );
        let what = match (hello.encrypted_client_hello, hello.has_grease) {
            (true, _) => phrase("refusal-not-understood-ech"),
            (false, true) => phrase("refusal-not-understood-grease"),
            (false, false) if hello.broken_extensions > 0 => phrase("refusal-not-understood-broken"),
            (false, false) => return None,
        };
        says.then(|| {
            self.cause(
                Reason::HelloNotUnderstood,
                self.frame(StepKind::ClientHello, Side::Client),
                phrase("refusal-not-understood").with("what", what),
                Owner::Server,
                phrase("refusal-not-understood-do").with("server", self.connection.tls_server()),
            )
        })
    }

    /// RFC 5246 section 7.4.8: a side that sends a certificate proves that it holds the key.
    fn unsigned(&self) -> Option<Cause> {
        let message = self.tls.certificates.client.as_ref();
        let sent = message.is_some_and(|message| !message.chain.is_empty())
            && self.said(StepKind::Certificate, Side::Client)
            && !self.said(StepKind::CertificateVerify, Side::Client);
        (sent && self.alert.side == Side::Client).then(|| {
            self.cause(
                Reason::ClientKeyUnusable,
                self.alert.frame,
                phrase("refusal-unsigned").with("who", client(self.attempt)),
                Owner::Wlc,
                phrase("refusal-unsigned-do").with("who", client(self.attempt)),
            )
        })
    }

    fn large_certificate(&self) -> Option<Cause> {
        let message = self.tls.certificates.server.as_ref()?;
        let certificates: usize = message.chain.iter().map(|it| it.der.len().saturating_add(3)).sum();
        let bytes = certificates.saturating_add(message.missing as usize);
        (self.client_refused_server() && bytes > LARGEST_CERTIFICATE).then(|| {
            self.cause(
                Reason::CertificateTooLarge,
                self.frame(StepKind::Certificate, Side::Server),
                phrase("refusal-large-certificate")
                    .with("bytes", bytes)
                    .with("count", message.chain.len().saturating_add(message.surplus)),
                Owner::Server,
                phrase("refusal-large-certificate-do").with("server", self.connection.tls_server()),
            )
        })
    }

    /// RFC 6066 section 3: this alert must not be sent as a warning, because clients react to it differently.
    fn warned_name(&self) -> Option<Cause> {
        let warning = self.tls.alerts.iter().find(|alert| {
            alert.side == Side::Server
                && alert.step < self.alert.step
                && alert.content == Some((AlertLevel(1), AlertDescription::UNRECOGNIZED_NAME))
        })?;
        let name = self.tls.client_hello.as_ref()?.server_name.clone()?;
        self.client_refused_server().then(|| {
            self.cause(
                Reason::ServerNameWarning,
                warning.frame,
                phrase("refusal-warned-name").with("name", &name),
                Owner::Server,
                phrase("refusal-warned-name-do")
                    .with("server", self.connection.tls_server())
                    .with("name", &name),
            )
        })
    }

    fn short_prime(&self) -> Option<Cause> {
        let bits = self.tls.key_exchange?.prime_bits?;
        let refused = self.client_refused_server() && self.said(StepKind::ServerKeyExchange, Side::Server);
        (refused && bits < SHORTEST_PRIME).then(|| {
            self.cause(
                Reason::ShortPrime,
                self.frame(StepKind::ServerKeyExchange, Side::Server),
                phrase("refusal-short-prime").with("bits", bits),
                Owner::Server,
                phrase("refusal-short-prime-do").with("server", self.connection.tls_server()),
            )
        })
    }

    /// RFC 5246 section 7.4.3: the signature's algorithm must be one of those offered.
    fn foreign_signature(&self) -> Option<Cause> {
        let scheme = self.tls.key_exchange?.scheme?;
        let hello = self.tls.client_hello.as_deref()?;
        let offered = &hello.signature_schemes;
        let refused = self.client_refused_server() && self.said(StepKind::ServerKeyExchange, Side::Server);
        (refused && !offered.is_empty() && !offered.contains(&scheme)).then(|| {
            self.cause(
                Reason::SignatureAlgorithm,
                self.frame(StepKind::ServerKeyExchange, Side::Server),
                phrase("refusal-foreign-signature")
                    .with("scheme", scheme)
                    .with("list", listed(offered)),
                Owner::Server,
                phrase("refusal-foreign-signature-do").with("server", self.connection.tls_server()),
            )
        })
    }

    /// RFC 4346 section 7.4.3: up to TLS 1.1 a key exchange is signed with MD5 and SHA-1, or with SHA-1 alone.
    fn old_signature(&self) -> Option<Cause> {
        let version = self.tls.version()?;
        let hello = self.tls.client_hello.as_deref()?;
        let takes_sha1 = hello.signature_schemes.iter().any(|scheme| scheme.0 >> 8 == 2);
        let lacks = version < Version::TLS12 && !hello.signature_schemes.is_empty() && !takes_sha1;
        // Without a certificate nothing is signed.
        let signed = self.tls.key_exchange.is_some()
            && self.said(StepKind::Certificate, Side::Server)
            && self.said(StepKind::ServerKeyExchange, Side::Server);
        (lacks && signed && self.client_refused_server()).then(|| {
            self.cause(
                Reason::SignatureAlgorithm,
                self.frame(StepKind::ServerKeyExchange, Side::Server),
                phrase("refusal-old-signature").with("version", version_name(version, self.connection.carrier)),
                Owner::Server,
                phrase("refusal-old-signature-do").with("server", self.connection.tls_server()),
            )
        })
    }

    /// RFC 5746 section 3.4: a client may refuse a server without it.
    fn without_renegotiation(&self) -> Option<Cause> {
        let hello = self.tls.client_hello.as_deref()?;
        let choice = self.tls.server_hello.as_deref()?;
        let lacks = hello.secure_renegotiation && !choice.secure_renegotiation && choice.broken_extensions == 0;
        (lacks && self.refused_choice()).then(|| {
            self.cause(
                Reason::RenegotiationInfo,
                self.frame(StepKind::ServerHello, Side::Server),
                phrase("refusal-no-renegotiation"),
                Owner::Server,
                phrase("refusal-no-renegotiation-do").with("server", self.connection.tls_server()),
            )
        })
    }

    /// RFC 7627 section 5.2: a client may refuse a server without it.
    fn without_master_secret(&self) -> Option<Cause> {
        let hello = self.tls.client_hello.as_deref()?;
        let choice = self.tls.server_hello.as_deref()?;
        let lacks = hello.extended_master_secret && !choice.extended_master_secret && choice.broken_extensions == 0;
        (lacks && self.refused_choice()).then(|| {
            self.cause(
                Reason::ExtendedMasterSecret,
                self.frame(StepKind::ServerHello, Side::Server),
                phrase("refusal-no-master-secret-server"),
                Owner::Server,
                phrase("refusal-no-master-secret-server-do").with("server", self.connection.tls_server()),
            )
        })
    }

    fn refused_choice(&self) -> bool {
        let says = matches!(
            self.description(),
            Some(
                AlertDescription::HANDSHAKE_FAILURE
                    | AlertDescription::ILLEGAL_PARAMETER
                    | AlertDescription::INSUFFICIENT_SECURITY
            )
        );
        says && self.client_refused_server()
    }
}
