//! Attempt → Finding: the client refused the server's certificate.

use std::borrow::Cow;

use super::certificate_alerts::{confirm, is_said_by, may_be_clock, may_have_been_public, refusal, with_warned_name};
use super::certificate_remedies::{Refused, url_by_name, with_remedies};
use super::wording::date;
use super::{
    alert_from, alert_text, certificate_causes, certificate_clauses, client, elsewhere, lacking, leaf_of, on_client,
    sees_handshake, service, watched_after,
};
use crate::attempt::Attempt;
use crate::attempt::other_connections::Stretch;
use crate::base::carrier::Carrier;
use crate::base::confidence::Confidence;
use crate::base::dialect::task;
use crate::base::frame::FrameNumber;
use crate::base::phrase::{Phrase, phrase};
use crate::connection::Connection;
use crate::connection::walk::{Alert, Side, StepKind, TlsFacts};
use crate::judge::alternative::OtherCause;
use crate::judge::context::Context;
use crate::judge::finding::{At, By, Finding, Owner, Rule};
use crate::judge::reason::Reason;
use crate::profile::Transport;
use crate::tls::AlertDescription;
use crate::tls::certificate::{Certificate, Fields};
use crate::tls::trust::{Chain, Fault, Judgement, NameMatch, Validity};

/// RFC 9846 section 6.2 (the alerts 42 to 46, 48). The alert is the client's statement; the cause is judged from the
/// certificate's own bytes.
pub(super) const RULE: Rule = rule!("server-certificate-rejected", Cause, check);

fn check(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    let case = recognise(attempt, context)?;
    let causes = case.causes();
    // The alert's number ranks the causes; a cause that it does not mention may not be the reason.
    let says_so = is_said_by(&causes, case.described) && !case.by_common_name();
    let finding = Finding::error(RULE.id, By::Client, At::Tls, case.summary())
        .confidence(case.confidence(says_so))
        .causes(causes);
    let finding = case.with_alert(case.with_certificate(finding));
    let finding = case.with_limits(case.with_reasons(finding, says_so));
    if case.accepted.is_some() {
        return Some(finding.remedy(elsewhere(
            attempt,
            Owner::Wlc,
            phrase("server-certificate-rejected-compare").with("who", client(attempt)),
        )));
    }
    let refused = Refused {
        connection: case.connection,
        described: case.described,
        judgement: case.judgement(),
        beside: case.beside,
        staple: case.staple,
    };
    Some(with_remedies(finding, attempt, &refused))
}

/// A server's certificate that was refused.
struct Case<'a, 'c> {
    attempt: &'a Attempt<'c>,
    connection: &'a Connection,
    tls: &'a TlsFacts,
    alert: &'a Alert,
    /// The confidence that the alert is about the certificate.
    sure: Confidence,
    described: Option<AlertDescription>,
    is_tls13: bool,
    /// The certificates were captured, whole.
    is_shown: bool,
    /// The certificates were captured whole, and are longer than the part of a message that is read.
    is_unread: bool,
    leaf: Option<&'a Fields>,
    /// `None` also if the client itself accepted this very certificate elsewhere: it trusts the issuer, and no visible
    /// fault of the certificate mattered.
    judgement: Option<Cow<'a, Judgement>>,
    /// The frame in which another server presents the issuer of the only certificate, as an intermediate.
    intermediate: Option<(FrameNumber, Stretch)>,
    /// The frame by which the client accepted it.
    accepted: Option<(FrameNumber, Stretch)>,
    /// An expired certificate sent along in the chain.
    beside: Option<&'a Fields>,
    /// A stapled response is required and was not sent.
    staple: bool,
    /// The client asked for an address that the certificate does not name, as a clause.
    by_address: Option<Phrase>,
    /// The faults of the certificate.
    clauses: Vec<Phrase>,
    /// Its chain may have led to a root that was public when the capture was made.
    then: bool,
}

fn recognise<'a, 'c>(attempt: &'a Attempt<'c>, context: &Context<'_>) -> Option<Case<'a, 'c>> {
    let connection = attempt.connection()?;
    let tls = connection.tls.as_ref()?;
    let (alert, sure) = refusal(attempt, connection, tls)?;
    // The end of QUIC shows only by the absence of further packets.
    if connection.carrier == Carrier::Quic && !watched_after(connection, alert.time, context) {
        return None;
    }
    let described = alert.content.map(|(_, description)| description);
    let message = tls.certificates.server.as_ref();
    let presented = message.map_or(&[][..], |it| it.chain.as_slice());
    let leaf = leaf_of(presented);
    let accepted = accepted_elsewhere(attempt, connection, tls, context);
    let judgement = attempt.presented.server.judgement().filter(|_| accepted.is_none());
    let intermediate = judgement.and_then(|it| intermediate_elsewhere(it, presented, context));
    let completed = judgement.map(|it| match &it.chain {
        Chain::IssuerNotGiven { issuer } if intermediate.is_some() => Cow::Owned(lacking(it, issuer)),
        _ => Cow::Borrowed(it),
    });
    let judgement = completed.as_deref();
    let beside = expired_beside(tls, judgement, described, context);
    let staple = staple_missing(connection, tls, leaf);
    let mut clauses = judgement
        .map(|it| certificate_clauses(it, presented))
        .unwrap_or_default();
    clauses.extend(beside.map(expired_clause));
    clauses.extend(staple.then(|| phrase("certificate-staple-missing")));
    // Beside another visible fault, the address is one more explanation of an alert that may mean either.
    let is_about_either = described == Some(AlertDescription::BAD_CERTIFICATE);
    let by_address = by_address(attempt, connection, alert, leaf).filter(|_| clauses.is_empty() || is_about_either);
    clauses.extend(by_address.clone());
    let shown = judgement.zip(tls.certificate_times.server);
    Some(Case {
        attempt,
        connection,
        tls,
        alert,
        sure,
        described,
        is_tls13: tls.version().is_some_and(crate::tls::Version::is_tls13),
        is_shown: message.is_some_and(|it| it.missing == 0 && !it.chain.is_empty()),
        is_unread: message.is_some_and(|it| it.unread > 0 && it.unread == it.missing),
        leaf,
        intermediate,
        accepted,
        beside,
        staple,
        by_address,
        clauses,
        then: shown.is_some_and(|(it, shown)| may_have_been_public(it, shown)),
        judgement: completed,
    })
}

/// The frame in which another server of the capture presents the issuer of a server's only certificate, as an
/// intermediate: it is no root that the client could have.
fn intermediate_elsewhere(
    judgement: &Judgement,
    presented: &[Certificate],
    context: &Context<'_>,
) -> Option<(FrameNumber, Stretch)> {
    let [only] = presented else { return None };
    let leaf = only.fields.as_ref().ok()?;
    let is_open = matches!(judgement.chain, Chain::IssuerNotGiven { .. });
    let known = context.surroundings.presents_intermediate(&leaf.issuer_raw);
    known.filter(|_| is_open)
}

impl Case<'_, '_> {
    fn judgement(&self) -> Option<&Judgement> {
        self.judgement.as_deref()
    }

    fn causes(&self) -> Vec<Reason> {
        let mut causes = self.judgement().map(certificate_causes).unwrap_or_default();
        if self.by_address.is_some() {
            causes.push(Reason::NameMismatch);
        }
        if self.beside.is_some() {
            causes.insert(0, Reason::IssuerExpired);
        }
        if self.staple {
            causes.push(Reason::MissingStaple);
        }
        if self.by_common_name() {
            causes.insert(0, Reason::NameMismatch);
        }
        confirm(&mut causes, self.described);
        // A root that may have been public is no fault beside one that shows, and no authority makes a certificate expire.
        let is_beside = self.then && !self.says_unknown() && causes.len() > 1;
        if is_beside || self.described == Some(AlertDescription::CERTIFICATE_EXPIRED) {
            causes.retain(|cause| *cause != Reason::UnknownIssuer);
        }
        if causes.is_empty() {
            // No fault in the bytes: the client's trust store or its clock is the reason. If the certificate is
            // encrypted, even that is unknown.
            causes.push(match (self.is_unread, self.is_tls13) {
                _ if self.is_shown && self.leaf.is_some() => Reason::NotTrustedByClient,
                (true, _) => Reason::NotRead,
                (false, true) => Reason::Encrypted,
                (false, false) => Reason::NotCaptured,
            });
        }
        causes
    }

    /// True if the alert says that no authority is known: dates, names and keys have nothing to do with it.
    fn says_unknown(&self) -> bool {
        self.described == Some(AlertDescription::UNKNOWN_CA)
    }

    /// True if nothing but the place of the name can be at fault: some clients read the common name, and most do not.
    fn by_common_name(&self) -> bool {
        let only = |it: &Judgement| {
            let faults = certificate_causes(it);
            it.name == NameMatch::CommonNameOnly && faults.iter().all(|cause| *cause == Reason::UnknownIssuer)
        };
        !self.says_unknown() && self.judgement().is_some_and(only)
    }

    fn confidence(&self, says_so: bool) -> Confidence {
        // The client was fetching revocation data: a fetch may have failed outside the capture.
        let fetches = !self.attempt.revocation.is_empty();
        let is_seen = self.is_tls13 || self.is_shown;
        let is_open = self.then && self.causes() == [Reason::UnknownIssuer];
        let is_plain = says_so && self.accepted.is_none() && !is_open && self.by_address.is_none();
        if is_seen && !fetches && is_plain {
            self.sure
        } else {
            self.sure.min(Confidence::Likely)
        }
    }

    fn summary(&self) -> Phrase {
        let message = self.tls.certificates.server.as_ref();
        let leaf = message.and_then(|it| it.chain.first());
        let subject = leaf.map(|leaf| match &leaf.fields {
            Ok(fields) => Phrase::verbatim(fields.subject.in_prose()),
            Err(_) => phrase("server-certificate-rejected-unreadable"),
        });
        match subject {
            Some(subject) if !self.clauses.is_empty() => phrase("server-certificate-rejected-summary-why")
                .with("subject", subject)
                .with("clauses", self.clauses.clone()),
            Some(_) if self.accepted.is_some() => phrase("server-certificate-rejected-summary-accepted"),
            Some(_) if self.says_unknown() => phrase("server-certificate-rejected-summary-unknown-ca"),
            Some(_) => phrase("server-certificate-rejected-summary-sound"),
            None if self.is_unread => phrase("server-certificate-rejected-summary-unread"),
            None if !self.is_tls13 => phrase("server-certificate-rejected-summary-uncaptured"),
            None => phrase("server-certificate-rejected-summary-encrypted"),
        }
        .with("who", client(self.attempt))
        .with("service", service(self.attempt))
        .with("alert", alert_text(self.alert))
    }

    fn with_certificate(&self, finding: Finding) -> Finding {
        let finding = with_warned_name(finding, self.tls, self.judgement());
        let Some(step) = self.connection.step_by(StepKind::Certificate, Side::Server) else {
            let Some(step) = self.connection.step(StepKind::ServerHello) else {
                return finding;
            };
            let hello = phrase(if self.is_tls13 {
                "server-certificate-rejected-hello"
            } else {
                "server-certificate-rejected-hello-cut"
            });
            return finding.evidence(step.frame, hello);
        };
        let certificate = match &step.detail {
            Some(subject) => phrase("server-certificate-rejected-certificate").with("subject", subject.phrase()),
            None => phrase("server-certificate-rejected-received"),
        };
        let finding = finding.evidence(step.frame, certificate);
        let Some(Chain::Anchored { anchor, origin }) = self.judgement().map(|it| &it.chain) else {
            return finding;
        };
        let leads_to = |id| {
            phrase(id)
                .with("anchor", anchor)
                .with("origin", crate::tls::trust::origin_name(origin))
        };
        finding
            .evidence(step.frame, leads_to("server-certificate-rejected-chain"))
            .excluded(
                OtherCause::InterceptionSuspected,
                leads_to("server-certificate-rejected-genuine"),
            )
    }

    fn with_alert(&self, mut finding: Finding) -> Finding {
        let who = client(self.attempt);
        if let Some(revocation) = self.attempt.revocation.first() {
            let hidden = phrase("server-certificate-rejected-cannot-tell-revocation").with("host", &revocation.host);
            finding = finding.cannot_tell(hidden).behind(
                OtherCause::CrlFetchFailed,
                phrase("server-certificate-rejected-revocation"),
            );
        }
        if let Some((frame, said)) = self.intermediate {
            finding = finding
                .evidence(frame, phrase("server-certificate-rejected-intermediate-elsewhere"))
                .beside(said);
        }
        if let Some((frame, said)) = self.accepted {
            finding = finding
                .evidence(frame, phrase("server-certificate-rejected-accepted").with("who", &who))
                .beside(said);
        }
        finding.evidence(self.alert.frame, alert_from(self.alert, who))
    }

    /// Adds possible reasons for the refusal.
    fn with_reasons(&self, mut finding: Finding, says_so: bool) -> Finding {
        let who = client(self.attempt);
        if self.leaf.is_some() && !says_so {
            let reasons = phrase("server-certificate-rejected-other-reasons").with("who", &who);
            finding = finding.behind(OtherCause::ClientPolicy, reasons);
        }
        if self.then {
            finding = finding.cannot_tell(phrase("cannot-tell-roots-then"));
        }
        let is_current = self.judgement().is_some_and(|it| it.validity == Validity::Current);
        let may_be_clock = is_current && self.by_address.is_none() && may_be_clock(self.described);
        if let Some(leaf) = self.leaf.filter(|_| may_be_clock) {
            finding = finding.behind(
                OtherCause::Clock,
                phrase("server-certificate-rejected-client-clock")
                    .with("who", &who)
                    .with("from", date(leaf.not_before))
                    .with("to", date(leaf.not_after)),
            );
        }
        let is_strange = |it: &Judgement| it.name == NameMatch::Differs && !matches!(it.chain, Chain::Anchored { .. });
        if self.judgement().is_some_and(is_strange) {
            finding = finding.behind(
                OtherCause::WrongServer,
                phrase("server-certificate-rejected-wrong-server"),
            );
        }
        if self.by_address.is_some() {
            let url = match self.judgement() {
                _ if self.attempt.service.transport == Transport::Cssm => task("use-default-url"),
                Some(judgement) => url_by_name(self.attempt, judgement),
                None => task("use-on-prem-url").with("host", &"<name in the certificate>"),
            };
            finding = finding
                .cannot_tell(phrase("server-certificate-rejected-cannot-tell-url"))
                .behind(OtherCause::Clock, phrase("server-certificate-rejected-slow-clock"))
                .remedy(on_client(
                    self.attempt,
                    phrase("server-certificate-rejected-address"),
                    &[task("show-transport"), url],
                ));
        }
        finding
    }

    /// Adds what the capture hides.
    fn with_limits(&self, mut finding: Finding) -> Finding {
        if self.alert.content.is_none() {
            finding = finding.cannot_tell(phrase("server-certificate-rejected-cannot-tell-alert"));
        }
        if self.sure == Confidence::Possible {
            finding = finding.alternative(OtherCause::NoRequest, phrase("client-left-probe"));
        }
        if !self.is_shown && !self.is_tls13 {
            return finding
                .cannot_tell(phrase(if self.is_unread {
                    "server-certificate-rejected-cannot-tell-unread"
                } else {
                    "server-certificate-rejected-cannot-tell-certificate"
                }))
                .behind(
                    OtherCause::InterceptionSuspected,
                    phrase("server-certificate-rejected-resigned"),
                )
                .behind(
                    OtherCause::CrlFetchFailed,
                    phrase("server-certificate-rejected-revocation-unknown"),
                );
        }
        if self.tls.certificates.server.is_some() {
            return finding;
        }
        finding
            .cannot_tell(phrase("server-certificate-rejected-cannot-tell-encrypted"))
            .behind(
                OtherCause::InterceptionSuspected,
                phrase("server-certificate-rejected-resigned-encrypted"),
            )
    }
}

/// A clause about the certificate saying that the client seems to have asked for an address that the certificate does
/// not name: the Client Hello has no server name, there was no look-up, and the alert fits.
fn by_address(attempt: &Attempt<'_>, connection: &Connection, alert: &Alert, leaf: Option<&Fields>) -> Option<Phrase> {
    let (_, description) = alert.content?;
    let nameless =
        connection.server_name().is_none() && attempt.lookups.is_empty() && connection.tunnel_target().is_none();
    let about_names = matches!(
        description,
        AlertDescription::BAD_CERTIFICATE | AlertDescription::CERTIFICATE_UNKNOWN
    );
    let ip = connection.server.ip;
    let leaf = leaf.filter(|leaf| !leaf.names.iter().any(|name| name.raw().parse() == Ok(ip)))?;
    let names: Vec<String> = leaf.names.iter().take(3).map(ToString::to_string).collect();
    (nameless && about_names && !names.is_empty()).then(|| {
        phrase("server-certificate-rejected-by-address")
            .with("names", names.join(", "))
            .with("ip", ip)
    })
}

/// The frame by which the same client had continued with a server that sent this very certificate.
fn accepted_elsewhere(
    attempt: &Attempt<'_>,
    connection: &Connection,
    tls: &TlsFacts,
    context: &Context<'_>,
) -> Option<(FrameNumber, Stretch)> {
    // Revocation data is fetched again, and may fail today.
    let leaf = tls.certificates.server.as_ref()?.chain.first()?;
    let known = context.surroundings.accepted(leaf.sha256, connection.client.ip);
    known.filter(|_| attempt.revocation.is_empty())
}

/// A certificate that was sent along, is not needed for the path that was found, and had expired: clients that build
/// their path through it refuse the chain (as clients of 2020 and 2021 did with AddTrust and DST Root CA X3).
fn expired_beside<'a>(
    tls: &'a TlsFacts,
    judgement: Option<&Judgement>,
    described: Option<AlertDescription>,
    context: &Context<'_>,
) -> Option<&'a Fields> {
    let judgement = judgement?;
    let on_path_expired = judgement
        .faults
        .iter()
        .any(|fault| matches!(fault, Fault::IssuerDates(_, Validity::Expired(_))));
    if described != Some(AlertDescription::CERTIFICATE_EXPIRED)
        || judgement.validity != Validity::Current
        || on_path_expired
    {
        return None;
    }
    let at = context.options.at.or(tls.certificate_times.server)?;
    let chain = tls.certificates.server.as_ref()?.chain.iter().enumerate();
    chain
        .filter(|(position, _)| !judgement.path.contains(position))
        .find_map(|(_, one)| one.fields.as_deref().ok().filter(|fields| fields.not_after < at))
}

fn expired_clause(fields: &Fields) -> Phrase {
    phrase("certificate-sent-along-expired")
        .with("subject", &fields.subject)
        .with("issuer", &fields.issuer)
        .with("date", date(fields.not_after))
}

/// True if the certificate requires a stapled OCSP response (RFC 7633), the client asked for one, and none was sent. In
/// TLS 1.3 the response would be encrypted.
fn staple_missing(connection: &Connection, tls: &TlsFacts, leaf: Option<&Fields>) -> bool {
    let asked = tls.client_hello.as_ref().is_some_and(|hello| hello.asks_staple);
    leaf.is_some_and(|leaf| leaf.must_staple)
        && asked
        && !tls.version().is_some_and(crate::tls::Version::is_tls13)
        && connection.step(StepKind::CertificateStatus).is_none()
        && sees_handshake(connection)
}
