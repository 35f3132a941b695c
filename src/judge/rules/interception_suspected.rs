//! Attempt → Finding: the certificate is not the licensing service's own.

use super::certificate_alerts::may_have_been_public;
use super::{alert_from, alert_text, client, elsewhere, side_name, span, watched_after};
use crate::attempt::Attempt;
use crate::attempt::other_connections::Stretch;
use crate::base::confidence::Confidence;
use crate::base::frame::Timestamp;
use crate::base::phrase::{Phrase, phrase};
use crate::connection::Connection;
use crate::connection::walk::{Side, StepKind, TlsFacts};
use crate::judge::context::Context;
use crate::judge::finding::{At, By, Finding, Owner, Rule, Severity};
use crate::profile::Interceptor;
use crate::tls::certificate::{Fields, organization, same_organization};
use crate::tls::trust::{Chain, Judgement, NameMatch};

/// A public service's certificate leads to a public root. One for its name that does not was made by somebody else; who
/// that is, the issuer's name may tell, but an administrator can choose it freely.
pub(super) const RULE: Rule = rule!("interception-suspected", Cause, before_a_refusal);

/// The same where the client went on all the same and the server then broke it off: why it did comes first.
pub(super) const PASSED: Rule = rule!("interception-suspected", Cause, let_pass);

fn before_a_refusal(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    (!went_on(attempt)).then(|| check(attempt, context))?
}

fn let_pass(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    went_on(attempt).then(|| check(attempt, context))?
}

/// Whether the client took the certificate: it was the server that broke the handshake off.
fn went_on(attempt: &Attempt<'_>) -> bool {
    attempt
        .tls()
        .and_then(TlsFacts::first_error)
        .is_some_and(|alert| alert.side == Side::Server)
}

fn check(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    let connection = attempt.connection()?;
    let tls = connection.tls.as_ref()?;
    let step = connection.step_by(StepKind::Certificate, Side::Server)?;
    let judgement = attempt.judgements.server.as_ref()?;
    let leaf = tls.certificates.server.as_ref()?.chain.first()?.fields.as_ref().ok()?;
    if !is_foreign(judgement, leaf, context) {
        return None;
    }
    let issuer = &leaf.issuer;
    let product = product(tls, judgement, context);
    // Of a service that nobody knows, only the name of a product that re-signs tells, and a client that minds.
    let refused = tls.first_error().is_some_and(|alert| alert.side == Side::Client);
    if !attempt.service.public_certificate && (product.is_none() || attempt.licensing || !refused) {
        return None;
    }
    let name = &attempt.service.name;
    let exchanged = attempt.exchanged();
    let watched = watched_after(connection, step.time, context);
    let failed = !exchanged && (watched || tls.first_error().is_some());
    let consequence = match tls.first_error() {
        Some(alert) if alert.side == Side::Client => {
            phrase("interception-suspected-refused").with("alert", alert_text(alert))
        }
        Some(alert) => phrase("interception-suspected-accepted-then").with("alert", alert_text(alert)),
        None if exchanged => phrase("interception-suspected-accepted"),
        None if watched => phrase("interception-suspected-incomplete"),
        None => phrase("interception-suspected-unseen"),
    }
    .with("who", client(attempt));
    let who = product.map_or_else(
        || phrase("interception-suspected-authority").with("issuer", issuer),
        |it| {
            phrase("interception-suspected-product")
                .with("product", it.product.as_str())
                .with("issuer", issuer)
        },
    );
    let signs = signs(connection, leaf, judgement, step.time, context);
    let then = may_have_been_public(judgement, step.time);
    let strong = signs.iter().filter(|sign| sign.is_strong).count();
    let mut finding = Finding::error(
        RULE.id,
        By::Path,
        At::Tls,
        phrase("interception-suspected-summary")
            .with("name", name)
            .with("signer", who)
            .with("consequence", consequence),
    )
    .severity(if failed { Severity::Error } else { Severity::Warning })
    .confidence(match (product.is_some(), strong) {
        (false, _) if then => Confidence::Possible,
        (true, 1..) if attempt.service.public_certificate => Confidence::Certain,
        (true, 1..) => Confidence::Likely,
        (true, 0) | (false, 1..) => Confidence::Likely,
        (false, 0) => Confidence::Possible,
    })
    .evidence(
        step.frame,
        phrase("interception-suspected-certificate")
            .with("subject", &leaf.subject)
            .with("issuer", issuer)
            .with("chain", chain_clause(&judgement.chain)),
    );
    for sign in signs {
        finding = finding.evidence(step.frame, sign.what);
        finding.beside.extend(sign.beside);
    }
    if let Some(alert) = tls.first_error() {
        finding = finding.evidence(alert.frame, alert_from(alert, side_name(alert.side)));
    }
    if judgement.name == NameMatch::Differs {
        finding = finding.alternative("wrong-server", phrase("interception-suspected-other-names"));
    }
    if let Some(request) = connection.step_by(StepKind::CertificateRequest, Side::Server) {
        finding = finding.alternative(
            "private-service",
            phrase("interception-suspected-asks-client").with("frame", request.frame),
        );
    } else if product.is_none() {
        finding = finding.alternative("private-service", phrase("interception-suspected-private-service"));
    }
    if product.is_none() {
        finding = finding.cannot_tell(phrase("interception-suspected-cannot-tell"));
    }
    if then {
        finding = finding.cannot_tell(phrase("cannot-tell-roots-then"));
    }
    Some(
        finding
            .remedy(elsewhere(
                attempt,
                if attempt.service.proxy.is_some() {
                    Owner::Proxy
                } else {
                    Owner::Firewall
                },
                phrase("interception-suspected-exempt")
                    .with("name", name)
                    .with("issuer", issuer),
            ))
            .remedy(elsewhere(
                attempt,
                Owner::Wlc,
                phrase(if attempt.licensing {
                    "interception-suspected-second-best"
                } else {
                    "interception-suspected-trust-root"
                }),
            )),
    )
}

/// The product that re-signs under the name of any authority in the chain.
fn product<'a>(tls: &TlsFacts, judgement: &Judgement, context: &Context<'a>) -> Option<&'a Interceptor> {
    let profile = &context.options.profile;
    let presented = tls.certificates.server.iter().flat_map(|message| &message.chain);
    let issuers = presented.filter_map(|one| one.fields.as_deref().ok().map(|fields| &fields.issuer));
    let top = match &judgement.chain {
        Chain::IssuerNotGiven { issuer } => Some(issuer),
        Chain::PrivateRoot { root } => Some(root),
        _ => None,
    };
    issuers.chain(top).find_map(|name| profile.interceptor(name.raw()))
}

/// Something that speaks for interception.
struct Sign {
    what: Phrase,
    /// Hardly to be explained otherwise, given that the chain leads to no public root.
    is_strong: bool,
    /// The other connections that it rests on.
    beside: Vec<Stretch>,
}

/// What speaks for interception besides the chain.
fn signs(
    connection: &Connection,
    leaf: &Fields,
    judgement: &Judgement,
    at: Timestamp,
    context: &Context<'_>,
) -> Vec<Sign> {
    let mut signs = Vec::new();
    let sign = |is_strong, what: Phrase| Sign {
        what,
        is_strong,
        beside: Vec::new(),
    };
    let lifetime = leaf.not_after.seconds().saturating_sub(leaf.not_before.seconds());
    let days = lifetime / DAY;
    let age = at.seconds().saturating_sub(leaf.not_before.seconds());
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
        (true, phrase("interception-suspected-fresh").with("span", span(age)))
    } else {
        (false, phrase("interception-suspected-older").with("span", span(age)))
    };
    signs.push(sign(
        is_strong,
        lifetime.with("days", days).with("timestamps", timestamps),
    ));
    if judgement.name == NameMatch::Matches {
        signs.push(sign(true, phrase("interception-suspected-very-name")));
    }
    if let Some(organization) =
        organization(&leaf.subject_raw).filter(|_| !same_organization(&leaf.subject_raw, &leaf.issuer_raw))
    {
        signs.push(sign(
            true,
            phrase("interception-suspected-copied").with("organization", organization),
        ));
    }
    let (mut others, beside): (Vec<&str>, Vec<Stretch>) = context
        .surroundings
        .names_signed_by(&leaf.issuer_raw)
        .map(|(name, shown)| (name.raw(), *shown))
        .unzip();
    others.sort_by_key(|name| domain(name));
    others.dedup_by_key(|name| domain(name));
    if others.len() > 1 {
        let shown: Vec<String> = others
            .iter()
            .take(4)
            .map(|name| crate::base::wire_text::WireText::from(*name).to_string())
            .collect();
        signs.push(Sign {
            beside,
            ..sign(
                true,
                phrase("interception-suspected-others").with("names", shown.join(", ")),
            )
        });
    }
    let server = &connection.tcp.server;
    if let Some(ordinary) = server.ordinary.filter(|_| !server.syns.is_empty())
        && (ordinary.lowest_ttl.abs_diff(server.ttl) > 1 || ordinary.highest_ttl.abs_diff(server.ttl) > 1)
    {
        signs.push(sign(
            true,
            phrase("interception-suspected-times-to-live")
                .with("ttl", server.ttl)
                .with("lowest", ordinary.lowest_ttl)
                .with("highest", ordinary.highest_ttl),
        ));
    }
    if let Some(round_trip) = near(connection) {
        signs.push(sign(
            false,
            phrase("interception-suspected-near")
                .with("milliseconds", format!("{:.1}", (round_trip as f64 / 1e6).max(0.1))),
        ));
    }
    signs
}

/// Seconds of a day.
const DAY: i64 = 86_400;

/// A certificate younger than this was made for the occasion, as interceptors do; services renew theirs some times a year.
const FRESH: i64 = 3 * DAY;

/// The longest life that a public authority may give a server's certificate, by the day on which it is made: CA/Browser
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

/// The last two labels of a name: not always what one owner registers, but close enough to say "unrelated".
fn domain(name: &str) -> String {
    let mut labels: Vec<&str> = name.trim_end_matches('.').rsplit('.').take(2).collect();
    labels.reverse();
    labels.join(".").to_ascii_lowercase()
}

/// Round trips below this stay within one site.
const NEAR: i64 = 2_000_000;

/// The round trip to the server where it is too short for a service on the Internet, seen from the client's end.
fn near(connection: &Connection) -> Option<i64> {
    let (&(_, asked), &(_, answered)) = (connection.tcp.client.syns.last()?, connection.tcp.server.syns.first()?);
    let acknowledged = connection.step(StepKind::Ack)?.time;
    // Beside the server the first leg would be short as well, but not the second.
    let (there, back) = (answered.since(asked), acknowledged.since(answered));
    ((1..NEAR).contains(&there) && (0..NEAR).contains(&back)).then_some(there)
}

/// Whether the chain leads to a stranger: to no root given, and not because an intermediate of a given root is missing.
pub(super) fn is_foreign(judgement: &Judgement, leaf: &Fields, context: &Context<'_>) -> bool {
    match judgement.chain {
        Chain::SelfSigned | Chain::PrivateRoot { .. } => true,
        // The authority that issued it is unknown; of the same organization as a known root, it is rather an intermediate
        // that the server forgot to send.
        // A product that re-signs may bear the very organization of a known root: Umbrella's authorities do.
        Chain::IssuerNotGiven { .. } => {
            context.options.profile.interceptor(leaf.issuer.raw()).is_some() || !judgement.kindred
        }
        _ => false,
    }
}

fn chain_clause(chain: &Chain) -> Phrase {
    match chain {
        Chain::SelfSigned => phrase("interception-suspected-chain-self-signed"),
        Chain::PrivateRoot { root } => phrase("interception-suspected-chain-private-root").with("root", root),
        Chain::IssuerNotGiven { .. } => phrase("interception-suspected-chain-issuer-not-given"),
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
