//! Judgement → Phrase: the faults of a presented chain, in the words of the report.

use super::wording::{date, span, span_between};
use crate::base::phrase::{Phrase, phrase};
use crate::base::wire_text::WireText;
use crate::judge::reason::Reason;
use crate::tls::certificate::{Certificate, Fields};
use crate::tls::trust::{Chain, Fault, Judgement, NameMatch, Validity};

/// The time that has passed since the end of a certificate, or until its beginning, beside its dates; `None` while it is
/// valid.
pub(super) fn span_outside(validity: Validity, fields: &Fields) -> Option<Phrase> {
    let (begin, end) = (fields.not_before.seconds(), fields.not_after.seconds());
    match validity {
        Validity::Expired(since) => Some(span_between(end, end.saturating_add(since))),
        Validity::NotYetValid(until) => Some(span_between(begin.saturating_sub(until), begin)),
        Validity::Current | Validity::Unknown => None,
    }
}

/// The readable part of a chain's own certificate.
pub(super) fn leaf_of(chain: &[Certificate]) -> Option<&Fields> {
    chain.first()?.fields.as_deref().ok()
}

/// True if neither the certificate nor an authority above it is valid yet: authorities are valid long before they issue,
/// so a slow clock is far more likely than several wrong certificates.
pub(super) fn is_all_early(judgement: &Judgement) -> bool {
    let is_early = |fault: &Fault| matches!(fault, Fault::IssuerDates(_, Validity::NotYetValid(_)));
    matches!(judgement.validity, Validity::NotYetValid(_)) && judgement.faults.iter().any(is_early)
}

/// The faults of a presented chain, in the words of the report; empty if no fault is visible.
pub(super) fn certificate_causes(judgement: &Judgement) -> Vec<Reason> {
    let mut causes = Vec::new();
    match judgement.validity {
        Validity::Expired(_) => causes.push(Reason::Expired),
        Validity::NotYetValid(_) => causes.push(Reason::NotYetValid),
        Validity::Unknown if matches!(judgement.chain, Chain::Unreadable | Chain::Empty) => {
            causes.push(Reason::Unreadable)
        }
        // Where nobody knows the time, nothing is said of dates.
        Validity::Current | Validity::Unknown => {}
    }
    match judgement.chain {
        Chain::SelfSigned => causes.push(Reason::SelfSigned),
        Chain::Broken { .. } => causes.push(Reason::BrokenChain),
        _ => {}
    }
    for fault in &judgement.faults {
        causes.push(match fault {
            Fault::WrongPurpose | Fault::IssuerPurpose(_) => Reason::WrongPurpose,
            Fault::WeakKey(..) => Reason::WeakKey,
            Fault::WeakSignature(..) => Reason::WeakSignature,
            Fault::MissingIntermediate(_) => Reason::MissingIntermediate,
            Fault::IssuerDates(_, Validity::Expired(_)) => Reason::IssuerExpired,
            Fault::IssuerDates(..) => Reason::IssuerNotYetValid,
            Fault::NotACa(_) | Fault::PathTooLong(_) | Fault::OutsideNameConstraints => Reason::BrokenChain,
            _ => continue,
        });
    }
    if judgement.name == NameMatch::Differs {
        causes.push(Reason::NameMismatch);
    }
    // Last: that the roots given do not hold this one need not be a fault, as all others are.
    if matches!(
        judgement.chain,
        Chain::PrivateRoot { .. } | Chain::IssuerNotGiven { .. }
    ) {
        causes.push(Reason::UnknownIssuer);
    }
    let mut seen = std::collections::BTreeSet::new();
    causes.retain(|cause| seen.insert(*cause));
    causes
}

/// The faults of a presented chain at the time of the capture, as clauses about its leaf.
pub(super) fn certificate_clauses(judgement: &Judgement, presented: &[Certificate]) -> Vec<Phrase> {
    let leaf = leaf_of(presented);
    let mut clauses = Vec::new();
    match &judgement.chain {
        Chain::SelfSigned => clauses.push(phrase("certificate-self-signed")),
        Chain::Unchecked { detail } => clauses.push(phrase("certificate-unchecked").with("detail", detail)),
        Chain::Broken { detail } => clauses.push(phrase("certificate-broken").with("detail", detail)),
        Chain::Unreadable => clauses.push(phrase("certificate-unreadable")),
        _ => {}
    }
    let outside = leaf.and_then(|leaf| Some((leaf, span_outside(judgement.validity, leaf)?)));
    let dates = outside.map(|(leaf, span)| match judgement.validity {
        Validity::Expired(_) => phrase("certificate-expired")
            .with("span", span)
            .with("date", date(leaf.not_after)),
        _ => phrase("certificate-not-yet-valid")
            .with("span", span)
            .with("date", date(leaf.not_before)),
    });
    // A clause about the chain ends with another certificate's name, and dates after it would seem to belong to that
    // certificate.
    let place = if judgement.chain == Chain::SelfSigned {
        clauses.len()
    } else {
        0
    };
    clauses.splice(place..place, dates);
    // A device's self-signed certificate is its own authority, which is no fault.
    let self_signed = judgement.chain == Chain::SelfSigned;
    let telling = judgement.faults.iter().filter(|fault| {
        !(matches!(
            fault,
            Fault::NameWrittenOtherwise(_) | Fault::IssuerDates(_, Validity::NotYetValid(_))
        ) || self_signed && **fault == Fault::CaAsLeaf)
    });
    clauses.extend(issuers_not_yet_valid(judgement));
    clauses.extend(telling.take(4).map(|fault| fault_clause(fault, presented)));
    match &judgement.name {
        NameMatch::Differs => clauses.push(phrase("certificate-other-names")),
        NameMatch::CommonNameOnly => clauses.push(phrase("certificate-common-name-only")),
        _ => {}
    }
    clauses.extend(open_end(judgement, leaf));
    clauses
}

/// A clause about the unknown issuer at which a chain ends.
fn open_end(judgement: &Judgement, leaf: Option<&Fields>) -> Option<Phrase> {
    match &judgement.chain {
        Chain::PrivateRoot { root } => Some(phrase("certificate-private-root").with("root", root)),
        // That the issuer is an intermediate says more.
        Chain::IssuerNotGiven { issuer } if lacks(judgement, issuer) => None,
        Chain::IssuerNotGiven { issuer } => Some(match leaf.map(|leaf| &leaf.issuer) {
            // A missing certificate is a fault of the chain, not of the leaf: the leaf's own issuer is present.
            Some(own) if judgement.path.len() > 1 => {
                phrase("certificate-chain-ends").with("own", own).with("issuer", issuer)
            }
            _ => phrase("certificate-issuer-not-given").with("issuer", issuer),
        }),
        _ => None,
    }
}

/// The judgement on a chain that lacks its intermediate.
pub(super) fn lacking(judgement: &Judgement, issuer: &WireText) -> Judgement {
    let mut judgement = judgement.clone();
    let missing = Fault::MissingIntermediate(issuer.clone());
    if !judgement.faults.contains(&missing) {
        judgement.faults.push(missing);
    }
    judgement
}

/// True if a chain lacks this issuer, an intermediate.
fn lacks(judgement: &Judgement, issuer: &WireText) -> bool {
    let is_it = |fault: &Fault| matches!(fault, Fault::MissingIntermediate(missing) if missing == issuer);
    judgement.faults.iter().any(is_it)
}

/// One clause about all authorities that are not valid yet.
fn issuers_not_yet_valid(judgement: &Judgement) -> Option<Phrase> {
    let early = judgement.faults.iter().filter_map(|fault| match fault {
        Fault::IssuerDates(subject, Validity::NotYetValid(_)) => Some(Phrase::verbatim(subject.in_prose())),
        _ => None,
    });
    let subjects: Vec<Phrase> = early.collect();
    (!subjects.is_empty()).then(|| {
        phrase("certificate-issuer-not-yet-valid")
            .with("count", subjects.len())
            .with("subjects", subjects)
    })
}

/// An authority that had expired, with its date if it was presented.
fn issuer_expired(subject: &WireText, validity: Validity, since: i64, presented: &[Certificate]) -> Phrase {
    let mut fields = presented.iter().filter_map(|it| it.fields.as_deref().ok());
    let shown = fields.find(|fields| fields.subject == *subject);
    match shown.and_then(|fields| Some((fields, span_outside(validity, fields)?))) {
        Some((fields, span)) => phrase("certificate-issuer-expired-on")
            .with("date", date(fields.not_after))
            .with("span", span),
        None => phrase("certificate-issuer-expired").with("span", span(since)),
    }
    .with("subject", subject)
}

fn fault_clause(fault: &Fault, presented: &[Certificate]) -> Phrase {
    match fault {
        Fault::WrongPurpose => phrase("certificate-wrong-purpose"),
        Fault::CaAsLeaf => phrase("certificate-is-authority"),
        Fault::WeakKey(subject, key) => phrase("certificate-weak-key").with("key", key).with("subject", subject),
        Fault::WeakSignature(subject, algorithm) => phrase("certificate-weak-signature")
            .with("algorithm", algorithm)
            .with("subject", subject),
        Fault::MissingIntermediate(issuer) => phrase("certificate-missing-intermediate").with("issuer", issuer),
        Fault::NotACa(subject) => phrase("certificate-not-a-ca").with("subject", subject),
        Fault::IssuerDates(subject, validity @ Validity::Expired(since)) => {
            issuer_expired(subject, *validity, *since, presented)
        }
        Fault::IssuerDates(subject, _) => phrase("certificate-issuer-not-yet-valid")
            .with("count", 1)
            .with("subjects", subject),
        Fault::IssuerPurpose(subject) => phrase("certificate-issuer-purpose").with("subject", subject),
        Fault::PathTooLong(subject) => phrase("certificate-path-too-long").with("subject", subject),
        Fault::OutsideNameConstraints => phrase("certificate-name-constraints"),
        Fault::NameWrittenOtherwise(subject) => phrase("certificate-name-written-otherwise").with("subject", subject),
        Fault::SameNameOtherKey(subject) => phrase("certificate-same-name-other-key").with("subject", subject),
    }
}
