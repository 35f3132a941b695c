//! Attempt → Finding: the server refused the client's certificate, or its absence.

use super::certificate_alerts::confirm;
use super::client_certificate_remedies::with_remedies;
use super::{
    alert_text, certificate_causes, certificate_clauses, client, elsewhere, leaf_of, listed, seconds, sees_handshake,
    service,
};
use crate::attempt::Attempt;
use crate::base::carrier::Carrier;
use crate::base::confidence::Confidence;
use crate::base::phrase::{Phrase, phrase};
use crate::connection::Connection;
use crate::connection::walk::{Alert, Side, StepKind, TlsFacts};
use crate::judge::alternative::OtherCause;
use crate::judge::context::Context;
use crate::judge::finding::{At, By, Finding, Owner, Rule};
use crate::judge::reason::Reason;
use crate::tls::certificate::{Certificate, Fields};
use crate::tls::trust::{Chain, Fault, Judgement};
use crate::tls::{AlertDescription, SignatureScheme};

/// RFC 9846 section 6.2 (the alerts 42 to 46, 48, 116); RFC 5246 section 7.4.6: a server may answer a missing certificate
/// with handshake_failure (40).
pub(super) const RULE: Rule = rule!("client-certificate-rejected", Cause, check);

fn check(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    let connection = attempt.connection()?;
    let tls = connection.tls.as_ref()?;
    let Some(refusal) = refusal(connection, tls) else {
        if let Some(finding) = super::silent_refusal::finding(attempt, context, Side::Client, RULE.id) {
            let leaf = tls.certificates.client.as_ref().and_then(|it| leaf_of(&it.chain));
            let described = Some(AlertDescription::CERTIFICATE_EXPIRED);
            return Some(with_remedies(
                finding,
                attempt,
                leaf,
                &[Reason::Expired],
                false,
                described,
            ));
        }
        return super::bare_end::finding(attempt, connection, tls, RULE.id)
            .map(|finding| with_remedies(finding, attempt, None, &[], false, None));
    };
    let case = Case::of(attempt, connection, tls, refusal);
    let knows_issuer = case.knows_issuer();
    let finding = Finding::error(RULE.id, By::Server, At::Tls, case.summary())
        .confidence(case.refusal.confidence)
        .causes(case.causes());
    let finding = case.with_limits(case.with_certificate(case.with_request(finding)));
    if knows_issuer && attempt.carrier() != Carrier::Capwap {
        // Nothing is wrong with the certificate: another one would not help.
        let check = phrase("client-certificate-rejected-revocation-do").with("server", connection.tls_server());
        return Some(finding.remedy(elsewhere(attempt, Owner::Server, check)));
    }
    Some(with_remedies(
        finding,
        attempt,
        case.fields,
        &case.faults,
        case.is_missing || case.is_empty_by_size(),
        case.refusal.described,
    ))
}

/// A client's certificate that was refused.
struct Case<'a, 'c> {
    attempt: &'a Attempt<'c>,
    connection: &'a Connection,
    tls: &'a TlsFacts,
    refusal: Refusal<'a>,
    leaf: Option<&'a Certificate>,
    fields: Option<&'a Fields>,
    /// The client sent no certificate.
    is_missing: bool,
    /// The Certificate message cannot be read.
    is_encrypted: bool,
    /// The server lists the issuer as acceptable, so it knows the issuer: the alert then means something else.
    issuer_listed: bool,
    /// The visible faults of the certificate, most informative first, and as clauses.
    faults: Vec<Reason>,
    clauses: Vec<Phrase>,
}

impl<'a, 'c> Case<'a, 'c> {
    fn of(attempt: &'a Attempt<'c>, connection: &'a Connection, tls: &'a TlsFacts, refusal: Refusal<'a>) -> Self {
        let message = tls.certificates.client.as_ref();
        let leaf = message.and_then(|message| message.chain.first());
        let fields = leaf.and_then(|leaf| leaf.fields.as_deref().ok());
        let mut case = Self {
            attempt,
            connection,
            tls,
            refusal,
            leaf,
            fields,
            is_missing: message.is_some_and(|message| message.chain.is_empty() && message.missing == 0),
            is_encrypted: message.is_none(),
            issuer_listed: fields.is_some_and(|fields| issuer_is_listed(fields, tls) == Some(true)),
            faults: Vec::new(),
            clauses: Vec::new(),
        };
        case.find_faults();
        case
    }

    fn find_faults(&mut self) {
        if let Some(judgement) = self.attempt.presented.client.judgement() {
            let mut faults = certificate_causes(judgement);
            // The server decides which authorities it accepts: an issuer outside the given roots counts only when the
            // server says so and no other fault explains the refusal better.
            faults.retain(|cause| *cause != Reason::MissingIntermediate);
            if !self.says_issuer() || faults.len() > 1 || self.issuer_listed {
                faults.retain(|cause| *cause != Reason::UnknownIssuer);
            }
            confirm(&mut faults, self.refusal.described);
            let message = self.tls.certificates.client.as_ref();
            let presented = message.map_or(&[][..], |it| it.chain.as_slice());
            self.clauses = certificate_clauses(&as_server_sees(judgement, &faults), presented);
            self.faults = faults;
        }
        let Some(fields) = self.fields else { return };
        let is_self_signed = || self.leaf.is_some_and(Certificate::is_self_signed);
        let not_acceptable = not_acceptable(fields, self.tls).filter(|_| !is_self_signed());
        let not_usable = not_usable(fields, self.tls, is_self_signed);
        self.clauses.extend(not_acceptable);
        if let Some(clause) = not_usable {
            self.clauses.push(clause);
            self.faults.push(Reason::UnsupportedAlgorithm);
        }
    }

    /// True if the alert may be about the certificate's issuer.
    fn says_issuer(&self) -> bool {
        matches!(
            self.refusal.described,
            Some(
                AlertDescription::UNKNOWN_CA | AlertDescription::CERTIFICATE_UNKNOWN | AlertDescription::ACCESS_DENIED
            )
        )
    }

    fn is_revoked(&self) -> bool {
        self.refusal.described == Some(AlertDescription::CERTIFICATE_REVOKED)
    }

    /// True if the size of a message that cannot be read shows that it was empty.
    fn is_empty_by_size(&self) -> bool {
        self.is_encrypted && self.tls.client_certificate_empty
    }

    fn causes(&self) -> Vec<Reason> {
        if self.is_missing || self.is_empty_by_size() {
            return vec![Reason::Missing];
        }
        let revoked = self.is_revoked().then_some(Reason::Revoked);
        let causes: Vec<Reason> = revoked.into_iter().chain(self.faults.iter().copied()).collect();
        if causes.is_empty() { vec![Reason::Other] } else { causes }
    }

    fn summary(&self) -> Phrase {
        if self.is_missing {
            phrase("client-certificate-rejected-summary-missing")
        } else if self.is_empty_by_size() {
            phrase("client-certificate-rejected-summary-empty").with("span", self.span())
        } else if self.is_encrypted {
            phrase("client-certificate-rejected-summary-encrypted").with("span", self.span())
        } else if self.clauses.is_empty() {
            phrase("client-certificate-rejected-summary")
        } else {
            phrase("client-certificate-rejected-summary-why").with("clauses", self.clauses.clone())
        }
        .with("service", service(self.attempt))
        .with("who", client(self.attempt))
    }

    /// The time from the client's last handshake message to the server's answer to it.
    fn span(&self) -> Phrase {
        let finished = self.connection.step_by(StepKind::Finished, Side::Client);
        let time = self.refusal.alert.time;
        seconds(finished.map_or(0, |step| time.since(step.time)))
    }

    /// The server knows the issuer by name, and the alert speaks of the issuer: it could not complete its own check.
    fn knows_issuer(&self) -> bool {
        self.issuer_listed && self.says_issuer() && self.causes() == [Reason::Other]
    }

    fn with_request(&self, finding: Finding) -> Finding {
        let Some(step) = self.connection.step_by(StepKind::CertificateRequest, Side::Server) else {
            return finding;
        };
        let finding = finding.evidence(step.frame, phrase("client-certificate-rejected-asks"));
        let request = self.tls.certificate_request.as_ref();
        let request = request.filter(|request| self.is_missing && !request.broken);
        let Some(request) = request.filter(|request| !request.signature_schemes.is_empty()) else {
            return finding;
        };
        finding.evidence(
            step.frame,
            phrase("client-certificate-rejected-asks-for")
                .with("schemes", listed(&request.signature_schemes))
                .with("count", request.authorities.len()),
        )
    }

    fn with_certificate(&self, mut finding: Finding) -> Finding {
        let who = client(self.attempt);
        if self.is_missing {
            finding = finding.cannot_tell(phrase("client-certificate-rejected-cannot-tell-missing").with("who", &who));
        }
        let alert = self.refusal.alert;
        let Some(step) = self.connection.step_by(StepKind::Certificate, Side::Client) else {
            if let Some(finished) = self
                .tls
                .finished
                .client
                .filter(|_| self.connection.carrier == Carrier::Quic)
            {
                finding = finding.evidence(finished, phrase("bare-end-certificate").with("who", &who));
            }
            if let Some((frame, bytes)) = self.tls.client_empty_record.filter(|_| self.is_empty_by_size()) {
                let size = phrase("client-certificate-rejected-size")
                    .with("who", &who)
                    .with("bytes", bytes);
                finding = finding.evidence(frame, size);
            }
            return finding.evidence(
                alert.frame,
                phrase("client-certificate-rejected-short-record").with("alert", alert_text(alert)),
            );
        };
        let what = match self.leaf.map(|leaf| &leaf.fields) {
            Some(Ok(fields)) => phrase(if self.clauses.is_empty() {
                "client-certificate-rejected-certificate-sound"
            } else {
                "client-certificate-rejected-certificate"
            })
            .with("subject", &fields.subject)
            .with("issuer", &fields.issuer),
            Some(Err(why)) => phrase("client-certificate-rejected-certificate-unreadable").with("why", why),
            None if self.is_missing => phrase("client-certificate-rejected-certificate-empty"),
            None => phrase("client-certificate-rejected-certificate-partial"),
        };
        // All frames of a dump without times have the same time.
        let said = match alert.time.since(step.time) {
            0 => phrase("alert-from").with("who", phrase("server")),
            later => phrase("client-certificate-rejected-alert-later").with("span", seconds(later)),
        };
        finding
            .evidence(step.frame, what.with("who", who))
            .evidence(alert.frame, said.with("alert", alert_text(alert)))
    }

    /// True if the certificate was not captured whole.
    fn is_cut(&self) -> bool {
        let message = self.tls.certificates.client.as_ref();
        message.is_some_and(|message| message.missing > 0)
    }

    /// Adds what the capture hides, and the other explanations.
    fn with_limits(&self, mut finding: Finding) -> Finding {
        if self.is_revoked() {
            finding = finding.cannot_tell(phrase("client-certificate-rejected-cannot-tell-revoked"));
        }
        if self.is_encrypted && !self.tls.version().is_some_and(crate::tls::Version::is_tls13) {
            finding = finding.cannot_tell(phrase("client-certificate-rejected-cannot-tell-uncaptured"));
        } else if self.is_encrypted {
            let hidden = if self.is_empty_by_size() {
                "client-certificate-rejected-cannot-tell-empty"
            } else {
                "client-certificate-rejected-cannot-tell-encrypted"
            };
            finding = finding.cannot_tell(phrase(hidden)).alternative(
                OtherCause::ApplicationClose,
                phrase("client-certificate-rejected-close"),
            );
        } else if self.is_missing && self.refusal.confidence != Confidence::Certain {
            finding = finding.alternative(
                OtherCause::HandshakeRefused,
                phrase("client-certificate-rejected-other-alert"),
            );
        } else if self.is_cut() {
            finding = finding.cannot_tell(phrase("client-certificate-rejected-cannot-tell-uncaptured"));
        } else if self.clauses.is_empty() && !self.is_missing && !self.is_revoked() && !self.knows_issuer() {
            finding = finding.cannot_tell(phrase("client-certificate-rejected-cannot-tell-why"));
        }
        if self.knows_issuer() {
            let request = self.connection.step_by(StepKind::CertificateRequest, Side::Server);
            let at = request.map_or(self.refusal.alert.frame, |step| step.frame);
            finding = finding
                .evidence(at, phrase("client-certificate-rejected-issuer-listed"))
                .behind(
                    OtherCause::RevocationUnavailable,
                    phrase("client-certificate-rejected-revocation"),
                );
        }
        if let Some(Chain::Anchored { anchor, .. }) = self.attempt.presented.server.judgement().map(|it| &it.chain) {
            finding = finding.excluded(
                OtherCause::InterceptionSuspected,
                phrase("client-certificate-rejected-chain").with("anchor", anchor),
            );
        }
        finding
    }
}

/// The judgement without faults that only say that the client's authority is unknown here: the server has its own list.
fn as_server_sees(judgement: &Judgement, causes: &[Reason]) -> Judgement {
    let mut judgement = judgement.clone();
    if !causes.contains(&Reason::UnknownIssuer) && matches!(judgement.chain, Chain::IssuerNotGiven { .. }) {
        judgement.chain = Chain::Empty;
    }
    judgement
        .faults
        .retain(|fault| !matches!(fault, Fault::MissingIntermediate(_)));
    judgement
}

/// How the server refused.
struct Refusal<'a> {
    alert: &'a Alert,
    described: Option<AlertDescription>,
    confidence: Confidence,
}

fn refusal<'a>(connection: &Connection, tls: &'a TlsFacts) -> Option<Refusal<'a>> {
    if let Some(alert) = tls.first_error() {
        let (_, description) = alert.content?;
        let certificate = connection
            .steps
            .iter()
            .position(|step| step.kind == StepKind::Certificate && step.side == Side::Client);
        let about = description.is_about_certificate();
        // Only the certificate can be meant, even if it was not captured.
        if certificate.is_none() && alert.side == Side::Server && about && !sees_handshake(connection) {
            return Some(Refusal {
                alert,
                described: Some(description),
                confidence: Confidence::Likely,
            });
        }
        if alert.side != Side::Server || alert.step < certificate? {
            return None;
        }
        // A generic failure after an empty certificate is about the missing certificate; after a real one it may also
        // be about the key exchange or the signature.
        let generic = matches!(
            description,
            AlertDescription::HANDSHAKE_FAILURE | AlertDescription::DECRYPT_ERROR
        );
        let empty = tls
            .certificates
            .client
            .as_ref()
            .is_some_and(|message| message.chain.is_empty() && message.missing == 0);
        let confidence = if about || generic && empty {
            Confidence::Certain
        } else {
            Confidence::Likely
        };
        // Some libraries answer an empty certificate with an alert that has another meaning: GnuTLS 3.7 sends
        // decode_error in TLS 1.2.
        let of_empty = empty
            && matches!(
                description,
                AlertDescription::UNEXPECTED_MESSAGE
                    | AlertDescription::ILLEGAL_PARAMETER
                    | AlertDescription::DECODE_ERROR
            );
        return (about || generic || of_empty).then_some(Refusal {
            alert,
            described: Some(description),
            confidence,
        });
    }
    // TLS 1.3: the handshake looks complete; the server's first record is as short as an alert, and it is also its
    // last.
    let frame = tls.server_alert_after_finished?;
    let alert = tls
        .alerts
        .iter()
        .find(|alert| alert.side == Side::Server && alert.frame == frame)?;
    // The connection was ended by the server, or by a client that had read the alert (GnuTLS lets its peer close).
    // Which record is the first and which the last is known only if no record is missing.
    let by_server = connection.tcp.server.fin.is_some() || connection.tcp.server.reset.is_some();
    let by_reader = super::is_closed(connection) && !alert.after_close;
    // Of QUIC, that nothing follows is what shows the end.
    let is_quic = connection.carrier == Carrier::Quic;
    let closed = (by_server || by_reader || is_quic) && sees_handshake(connection);
    (closed && tls.client_sent_certificate).then_some(Refusal {
        alert,
        described: None,
        confidence: Confidence::Likely,
    })
}

/// True if an issuer of the presented chain is among the authorities that the server listed (RFC 5246 section 7.4.4:
/// roots or authorities below them); `None` if the server listed none.
fn issuer_is_listed(fields: &Fields, tls: &TlsFacts) -> Option<bool> {
    let request = tls
        .certificate_request
        .as_ref()
        .filter(|request| !request.authorities_raw.is_empty())?;
    let chain = tls.certificates.client.iter().flat_map(|message| &message.chain);
    let mut issuers = chain
        .filter_map(|it| it.fields.as_deref().ok())
        .chain(std::iter::once(fields))
        .map(|it| &it.issuer_raw);
    Some(issuers.any(|issuer| request.authorities_raw.iter().any(|name| **name == **issuer)))
}

/// A clause saying that the certificate's issuer is missing from the authorities that the server listed.
fn not_acceptable(fields: &Fields, tls: &TlsFacts) -> Option<Phrase> {
    if issuer_is_listed(fields, tls)? {
        return None;
    }
    Some(
        phrase("client-certificate-rejected-not-acceptable")
            .with("issuer", &fields.issuer)
            .with("count", tls.certificate_request.as_ref()?.authorities.len()),
    )
}

/// A clause saying that the server's request does not allow this key or signature (RFC 5246 section 7.4.4).
fn not_usable(fields: &Fields, tls: &TlsFacts, is_self_signed: impl Fn() -> bool) -> Option<Phrase> {
    let request = tls.certificate_request.as_ref()?;
    // rsa_sign and ecdsa_sign; Ed25519 goes with the latter (RFC 8422 section 5.5).
    let wanted = match fields.key.split_whitespace().next()? {
        "RSA" | "RSA-PSS" => 1,
        "EC" | "Ed25519" | "Ed448" => 64,
        _ => return None,
    };
    if !request.certificate_types.is_empty() && !request.certificate_types.contains(&wanted) {
        return Some(phrase("client-certificate-rejected-key-kind").with("key", &fields.key));
    }
    let scheme = SignatureScheme(match fields.signature_algorithm.as_str() {
        "sha1WithRSAEncryption" => 0x0201,
        "sha256WithRSAEncryption" => 0x0401,
        "sha384WithRSAEncryption" => 0x0501,
        "sha512WithRSAEncryption" => 0x0601,
        "ecdsa-with-SHA1" => 0x0203,
        "ecdsa-with-SHA256" => 0x0403,
        "ecdsa-with-SHA384" => 0x0503,
        "ecdsa-with-SHA512" => 0x0603,
        "Ed25519" => 0x0807,
        "Ed448" => 0x0808,
        _ => return None,
    });
    let schemes = &request.signature_schemes;
    (!schemes.is_empty() && !schemes.contains(&scheme) && !is_self_signed())
        .then(|| phrase("client-certificate-rejected-signature").with("scheme", scheme))
}
