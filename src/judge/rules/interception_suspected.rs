//! Attempt → Finding: the certificate is not the licensing service's own.

use super::certificate_alerts::may_have_been_public;
use super::{alert_from, alert_text, client, elsewhere, hops_field, side_name, span_between, watched_after};
use crate::attempt::Attempt;
use crate::attempt::other_connections::Stretch;
use crate::base::confidence::Confidence;
use crate::base::frame::{FrameNumber, Timestamp};
use crate::base::phrase::{Phrase, phrase};
use crate::base::wire_text::WireText;
use crate::connection::Connection;
use crate::connection::walk::{Side, Step, StepKind, TlsFacts};
use crate::judge::alternative::OtherCause;
use crate::judge::context::Context;
use crate::judge::finding::{At, By, Finding, Owner, Rule, Severity};
use crate::profile::Interceptor;
use crate::tls::certificate::{Fields, organization, same_organization};
use crate::tls::trust::{Chain, Judgement, NameMatch};

/// A public service's certificate leads to a public root. If a certificate for its name does not, another party made
/// it. The issuer's name may show which party, but an administrator can choose that name freely.
pub(super) const RULE: Rule = rule!("interception-suspected", Cause, before_a_refusal);

/// The same if the client continued nevertheless and the server then aborted: the reason for the abort comes first.
pub(super) const PASSED: Rule = rule!("interception-suspected", Cause, let_pass);

fn before_a_refusal(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    (!went_on(attempt)).then(|| check(attempt, context))?
}

fn let_pass(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    went_on(attempt).then(|| check(attempt, context))?
}

/// True if the client accepted the certificate: it was the server that aborted the handshake.
fn went_on(attempt: &Attempt<'_>) -> bool {
    attempt
        .tls()
        .and_then(TlsFacts::first_error)
        .is_some_and(|alert| alert.side == Side::Server)
}

fn check(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    let case = recognise(attempt, context)?;
    let signs = if case.is_portal {
        Vec::new()
    } else {
        signs(case.connection, case.leaf, case.judgement, case.step.time, context)
    };
    let strong = signs.iter().filter(|sign| sign.is_strong).count();
    let finding = Finding::error(RULE.id, By::Path, At::Tls, case.summary())
        .severity(if case.failed() {
            Severity::Error
        } else {
            Severity::Warning
        })
        .confidence(case.confidence(strong));
    Some(case.with_remedies(case.with_alternatives(case.with_evidence(finding, signs))))
}

/// A certificate that leads to no public root, made by a product or an unknown authority.
struct Case<'a, 'c> {
    attempt: &'a Attempt<'c>,
    connection: &'a Connection,
    tls: &'a TlsFacts,
    /// The server's Certificate.
    step: &'a Step,
    judgement: &'a Judgement,
    leaf: &'a Fields,
    product: Option<&'a Interceptor>,
    /// The certificate is a captive portal's own.
    is_portal: bool,
    /// The connection was captured for long enough afterwards to show the outcome.
    watched: bool,
    /// The chain may have led to a root that was public when the capture was made.
    then: bool,
}

fn recognise<'a, 'c>(attempt: &'a Attempt<'c>, context: &Context<'a>) -> Option<Case<'a, 'c>> {
    let connection = attempt.connection()?;
    let tls = connection.tls.as_ref()?;
    let step = connection.step_by(StepKind::Certificate, Side::Server)?;
    // If the service is not a known public one, two signs are needed: the name of a product that re-signs, and a client
    // that refuses.
    let refused = tls.first_error().is_some_and(|alert| alert.side == Side::Client);
    let is_public = attempt.service.public_certificate;
    if !is_public && (attempt.licensing || !refused) {
        return None;
    }
    let judgement = attempt.presented.server.judgement()?;
    let leaf = tls.certificates.server.as_ref()?.chain.first()?.fields.as_ref().ok()?;
    let site = attempt.service.name.as_str();
    let portal = portal(leaf, judgement, site, context);
    if portal.is_none() && !is_foreign(judgement, leaf, site, context) {
        return None;
    }
    let product = portal.or_else(|| product(tls, judgement, leaf, site, context));
    if !is_public && product.is_none() {
        return None;
    }
    Some(Case {
        attempt,
        connection,
        tls,
        step,
        judgement,
        leaf,
        product,
        is_portal: portal.is_some(),
        watched: watched_after(connection, step.time, context),
        then: may_have_been_public(judgement, step.time),
    })
}

impl Case<'_, '_> {
    fn failed(&self) -> bool {
        !self.attempt.exchanged() && (self.watched || self.tls.first_error().is_some())
    }

    /// The consequence, as a clause.
    fn consequence(&self) -> Phrase {
        match self.tls.first_error() {
            Some(alert) if alert.side == Side::Client => {
                phrase("interception-suspected-refused").with("alert", alert_text(alert))
            }
            Some(alert) => phrase("interception-suspected-accepted-then").with("alert", alert_text(alert)),
            None if self.attempt.exchanged() && self.product.is_some() => phrase("interception-suspected-accepted"),
            // A service of one's own may have this certificate: only an interceptor could read.
            None if self.attempt.exchanged() => phrase("interception-suspected-continued"),
            None if self.watched => phrase("interception-suspected-incomplete"),
            None => phrase("interception-suspected-unseen"),
        }
        .with("who", client(self.attempt))
    }

    fn summary(&self) -> Phrase {
        let signer = match self.product {
            Some(it) => phrase("interception-suspected-product").with("product", it.product.as_str()),
            None => phrase("interception-suspected-authority"),
        };
        phrase(if self.is_portal {
            "interception-suspected-summary-portal"
        } else {
            "interception-suspected-summary"
        })
        .with("name", &self.attempt.service.name)
        .with("signer", signer.with("issuer", &self.leaf.issuer))
        .with("consequence", self.consequence())
    }

    /// Never certain: anyone can give an authority the name of a product.
    fn confidence(&self, strong_signs: usize) -> Confidence {
        match (self.product.is_some(), strong_signs) {
            (false, _) if self.then => Confidence::Possible,
            (true, _) | (false, 1..) => Confidence::Likely,
            (false, 0) => Confidence::Possible,
        }
    }

    fn with_evidence(&self, finding: Finding, signs: Vec<Sign>) -> Finding {
        let mut finding = finding.evidence(
            self.step.frame,
            phrase("interception-suspected-certificate")
                .with("subject", &self.leaf.subject)
                .with("issuer", &self.leaf.issuer)
                .with("chain", chain_clause(&self.judgement.chain)),
        );
        for sign in signs {
            finding = finding.evidence(sign.frame.unwrap_or(self.step.frame), sign.what);
            finding.beside.extend(sign.beside);
        }
        if let Some(alert) = self.tls.first_error() {
            finding = finding.evidence(alert.frame, alert_from(alert, side_name(alert.side)));
        }
        finding
    }

    fn with_alternatives(&self, mut finding: Finding) -> Finding {
        if self.judgement.name == NameMatch::Differs {
            finding = finding.alternative(OtherCause::WrongServer, phrase("interception-suspected-other-names"));
        }
        if let Some(request) = self.connection.step_by(StepKind::CertificateRequest, Side::Server) {
            finding = finding.alternative(
                OtherCause::PrivateService,
                phrase("interception-suspected-asks-client").with("frame", request.frame),
            );
        } else if self.product.is_none() {
            finding = finding.alternative(
                OtherCause::PrivateService,
                phrase("interception-suspected-private-service"),
            );
        }
        if self.product.is_none() {
            finding = finding.cannot_tell(phrase("interception-suspected-cannot-tell"));
        }
        if self.then {
            finding = finding.cannot_tell(phrase("cannot-tell-roots-then"));
        }
        finding
    }

    fn with_remedies(&self, finding: Finding) -> Finding {
        if self.is_portal {
            let sign_in = phrase("in-between-sign-in").with("device", self.attempt.device);
            return finding.remedy(elsewhere(self.attempt, Owner::Firewall, sign_in));
        }
        let owner = match self.attempt.service.proxy {
            Some(_) => Owner::Proxy,
            None => Owner::Firewall,
        };
        let exempt = phrase("interception-suspected-exempt")
            .with("name", &self.attempt.service.name)
            .with("issuer", &self.leaf.issuer);
        let finding = finding.remedy(elsewhere(self.attempt, owner, exempt));
        // A client that continues trusts that authority already, or does not check.
        if self.attempt.exchanged() || went_on(self.attempt) {
            return finding;
        }
        let otherwise = phrase(if self.attempt.licensing {
            "interception-suspected-second-best"
        } else {
            "interception-suspected-trust-root"
        });
        finding.remedy(elsewhere(self.attempt, Owner::Wlc, otherwise))
    }
}

/// The product that re-signs: recognised by the name of any authority in the chain, or by its own name in the
/// certificates that it signs.
fn product<'a>(
    tls: &TlsFacts,
    judgement: &Judgement,
    leaf: &Fields,
    site: &str,
    context: &Context<'a>,
) -> Option<&'a Interceptor> {
    let profile = &context.options.profile;
    let presented = tls.certificates.server.iter().flat_map(|message| &message.chain);
    let issuers = presented.filter_map(|one| one.fields.as_deref().ok().map(|fields| &fields.issuer));
    let top = match &judgement.chain {
        Chain::IssuerNotGiven { issuer } => Some(issuer),
        Chain::PrivateRoot { root } => Some(root),
        _ => None,
    };
    let by_issuer = issuers.chain(top).find_map(|name| profile.re_signer(name.raw(), site));
    by_issuer.or_else(|| profile.re_signer_of(leaf.subject.raw(), site))
}

/// The captive portal whose own certificate replaces the service's, whatever root its chain leads to.
fn portal<'a>(leaf: &Fields, judgement: &Judgement, site: &str, context: &Context<'a>) -> Option<&'a Interceptor> {
    if judgement.name != NameMatch::Differs {
        return None;
    }
    let names = leaf.names.iter().chain(&leaf.common_name).map(WireText::raw);
    context.options.profile.shows_itself(names, site)
}

/// A sign of interception.
struct Sign {
    what: Phrase,
    /// The frame that shows it, if that is not the certificate's.
    frame: Option<FrameNumber>,
    /// Other explanations are improbable, given that the chain leads to no public root.
    is_strong: bool,
    /// The other connections that the sign rests on.
    beside: Vec<Stretch>,
}

impl Sign {
    fn new(is_strong: bool, what: Phrase) -> Self {
        Self {
            what,
            frame: None,
            is_strong,
            beside: Vec::new(),
        }
    }

    /// The same, shown by a frame of its own.
    fn at(self, frame: Option<FrameNumber>) -> Self {
        Self { frame, ..self }
    }
}

/// The signs of interception apart from the chain.
fn signs(
    connection: &Connection,
    leaf: &Fields,
    judgement: &Judgement,
    at: Timestamp,
    context: &Context<'_>,
) -> Vec<Sign> {
    let mut signs = vec![lifetime(leaf, at)];
    if judgement.name == NameMatch::Matches {
        signs.push(Sign::new(true, phrase("interception-suspected-very-name")));
    }
    if let Some(organization) =
        organization(&leaf.subject_raw).filter(|_| !same_organization(&leaf.subject_raw, &leaf.issuer_raw))
    {
        let copied = phrase("interception-suspected-copied").with("organization", organization);
        signs.push(Sign::new(true, copied));
    }
    signs.extend(other_names(leaf, context));
    let server = &connection.tcp.server;
    let answer = server.syns.first().map(|syn| syn.frame);
    if let Some(ordinary) = server.ordinary.filter(|_| !server.syns.is_empty())
        && (ordinary.lowest_ttl.abs_diff(server.ttl) > 1 || ordinary.highest_ttl.abs_diff(server.ttl) > 1)
    {
        let differ = phrase("interception-suspected-times-to-live")
            .with("field", hops_field(connection.server.ip))
            .with("ttl", server.ttl)
            .with("lowest", ordinary.lowest_ttl)
            .with("highest", ordinary.highest_ttl);
        signs.push(Sign::new(true, differ).at(answer));
    }
    if let Some(round_trip) = near(connection) {
        let milliseconds = format!("{:.1}", (round_trip as f64 / 1e6).max(0.1));
        let near = phrase("interception-suspected-near").with("milliseconds", milliseconds);
        signs.push(Sign::new(false, near).at(answer));
    }
    signs
}

/// How long the certificate is valid, its age, and whether it was logged.
fn lifetime(leaf: &Fields, at: Timestamp) -> Sign {
    let days = leaf.not_after.seconds().saturating_sub(leaf.not_before.seconds()) / DAY;
    let age = at.seconds().saturating_sub(leaf.not_before.seconds());
    let since = span_between(leaf.not_before.seconds(), at.seconds());
    let timestamps = phrase(
        match (leaf.has_scts, leaf.issuer_urls.is_empty() && leaf.ocsp_urls.is_empty()) {
            (false, true) => "interception-suspected-no-timestamps-no-address",
            (false, false) => "interception-suspected-no-timestamps",
            (true, _) => "interception-suspected-timestamps",
        },
    );
    let longest = longest_public_lifetime(leaf.not_before);
    let (is_strong, lifetime) = if days > longest {
        (true, phrase("interception-suspected-too-long").with("longest", longest))
    } else if (0..FRESH).contains(&age) {
        (true, phrase("interception-suspected-fresh").with("span", since))
    } else {
        (false, phrase("interception-suspected-older").with("span", since))
    };
    Sign::new(is_strong, lifetime.with("days", days).with("timestamps", timestamps))
}

/// The same authority signed for names of several owners.
fn other_names(leaf: &Fields, context: &Context<'_>) -> Option<Sign> {
    let (mut others, beside): (Vec<&str>, Vec<Stretch>) = context
        .surroundings
        .names_signed_by(&leaf.issuer_raw)
        .map(|(name, shown)| (name.raw(), *shown))
        .unzip();
    others.sort_by_key(|name| domain(name));
    others.dedup_by_key(|name| domain(name));
    if others.len() < 2 {
        return None;
    }
    let shown: Vec<String> = others
        .iter()
        .take(4)
        .map(|name| WireText::from(*name).to_string())
        .collect();
    let what = phrase("interception-suspected-others").with("names", shown.join(", "));
    Some(Sign {
        beside,
        ..Sign::new(true, what)
    })
}

/// Seconds in a day.
const DAY: i64 = 86_400;

/// A certificate younger than this was made for the connection, as interceptors do; services renew theirs a few times a
/// year.
const FRESH: i64 = 3 * DAY;

/// The longest validity that a public authority may give a server's certificate, by the date of issue: CA/Browser
/// Forum, Baseline Requirements section 6.3.2 (ballots 193, SC31 and SC-081v3).
fn longest_public_lifetime(made: Timestamp) -> i64 {
    const LIMITS: [(i64, i64); 6] = [
        (1_868_227_200, 47),  // 2029-03-15
        (1_805_068_800, 100), // 2027-03-15
        (1_773_532_800, 200), // 2026-03-15
        (1_598_918_400, 398), // 2020-09-01
        (1_519_862_400, 825), // 2018-03-01
        (i64::MIN, 1187),     // 39 months
    ];
    let limit = LIMITS.iter().find(|(since, _)| made.seconds() >= *since);
    limit.map_or(1187, |(_, days)| *days)
}

/// The last two labels of a name: not always the domain that an owner registers, but close enough to call two names
/// unrelated.
fn domain(name: &str) -> String {
    let mut labels: Vec<&str> = name.trim_end_matches('.').rsplit('.').take(2).collect();
    labels.reverse();
    labels.join(".").to_ascii_lowercase()
}

/// Round trips below this stay within one site.
const NEAR: i64 = 2_000_000;

/// The round trip to the server if it is too short for a service on the Internet, measured at the client's end.
fn near(connection: &Connection) -> Option<i64> {
    let (asked, answered) = (connection.tcp.client.syns.last()?, connection.tcp.server.syns.first()?);
    let acknowledged = connection.step(StepKind::Ack)?.time;
    // If the capture was made beside the server, the first leg would be short as well, but not the second.
    let (there, back) = (answered.time.since(asked.time), acknowledged.since(answered.time));
    ((1..NEAR).contains(&there) && (0..NEAR).contains(&back)).then_some(there)
}

/// True if the chain leads to an unknown party: to no given root, and not only because an intermediate of a given root
/// is missing.
pub(super) fn is_foreign(judgement: &Judgement, leaf: &Fields, site: &str, context: &Context<'_>) -> bool {
    match judgement.chain {
        Chain::SelfSigned | Chain::PrivateRoot { .. } => true,
        // The issuing authority is unknown. If it has the organization of a known root, it is more likely an
        // intermediate that the server did not send. A product that re-signs may use the very organization of a known
        // root, as Umbrella's authorities do.
        Chain::IssuerNotGiven { .. } => {
            context.options.profile.re_signer(leaf.issuer.raw(), site).is_some() || !judgement.kindred
        }
        _ => false,
    }
}

fn chain_clause(chain: &Chain) -> Phrase {
    match chain {
        Chain::SelfSigned => phrase("interception-suspected-chain-self-signed"),
        Chain::PrivateRoot { root } => phrase("interception-suspected-chain-private-root").with("root", root),
        Chain::IssuerNotGiven { .. } => phrase("interception-suspected-chain-issuer-not-given"),
        Chain::Anchored { .. } => phrase("interception-suspected-chain-anchored"),
        _ => phrase("interception-suspected-chain-broken"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unrelated_by_their_last_two_labels() {
        assert_eq!(domain("smartreceiver.cisco.com."), domain("Tools.Cisco.com"));
        assert_ne!(domain("smartreceiver.cisco.com"), domain("www.example.com"));
    }

    #[test]
    fn the_longest_life_depends_on_the_day() {
        let most = |seconds| longest_public_lifetime(Timestamp::from_seconds(seconds));
        assert_eq!(most(1_500_000_000), 1187);
        assert_eq!(most(1_598_918_399), 825);
        assert_eq!(most(1_598_918_400), 398);
        assert_eq!(most(1_790_000_000), 200);
        assert_eq!(most(2_000_000_000), 47);
    }
}
