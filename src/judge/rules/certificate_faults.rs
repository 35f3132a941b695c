//! Judgement → Phrase: the faults of a presented chain, in the words of the report.

use super::wording::{date, span};
use crate::base::phrase::{Phrase, phrase};
use crate::judge::reason::Reason;
use crate::tls::certificate::Fields;
use crate::tls::trust::{Chain, Fault, Judgement, NameMatch, Validity};

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
        Chain::PrivateRoot { .. } | Chain::IssuerNotGiven { .. } => causes.push(Reason::UnknownIssuer),
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
    let mut seen = std::collections::BTreeSet::new();
    causes.retain(|cause| seen.insert(*cause));
    causes
}

/// The faults of a presented chain at the time of the capture, as clauses about its leaf.
pub(super) fn certificate_clauses(judgement: &Judgement, leaf: Option<&Fields>) -> Vec<Phrase> {
    let mut clauses = Vec::new();
    match &judgement.chain {
        Chain::SelfSigned => clauses.push(phrase("certificate-self-signed")),
        Chain::PrivateRoot { root } => clauses.push(phrase("certificate-private-root").with("root", root)),
        Chain::IssuerNotGiven { issuer } => clauses.push(match leaf.map(|leaf| &leaf.issuer) {
            // A missing certificate is a fault of the chain, not of the leaf: the leaf's own issuer is present.
            Some(own) if judgement.path.len() > 1 => {
                phrase("certificate-chain-ends").with("own", own).with("issuer", issuer)
            }
            _ => phrase("certificate-issuer-not-given").with("issuer", issuer),
        }),
        Chain::Unchecked { detail } => clauses.push(phrase("certificate-unchecked").with("detail", detail)),
        Chain::Broken { detail } => clauses.push(phrase("certificate-broken").with("detail", detail)),
        Chain::Unreadable => clauses.push(phrase("certificate-unreadable")),
        _ => {}
    }
    let dates = match (judgement.validity, leaf) {
        (Validity::Expired(since), Some(leaf)) => Some(
            phrase("certificate-expired")
                .with("span", span(since))
                .with("date", date(leaf.not_after)),
        ),
        (Validity::NotYetValid(until), Some(leaf)) => Some(
            phrase("certificate-not-yet-valid")
                .with("span", span(until))
                .with("date", date(leaf.not_before)),
        ),
        _ => None,
    };
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
        !(matches!(fault, Fault::NameWrittenOtherwise(_)) || self_signed && **fault == Fault::CaAsLeaf)
    });
    clauses.extend(telling.take(4).map(fault_clause));
    match &judgement.name {
        NameMatch::Differs => clauses.push(phrase("certificate-other-names")),
        NameMatch::CommonNameOnly => clauses.push(phrase("certificate-common-name-only")),
        _ => {}
    }
    clauses
}

fn fault_clause(fault: &Fault) -> Phrase {
    match fault {
        Fault::WrongPurpose => phrase("certificate-wrong-purpose"),
        Fault::CaAsLeaf => phrase("certificate-is-authority"),
        Fault::WeakKey(subject, key) => phrase("certificate-weak-key").with("key", key).with("subject", subject),
        Fault::WeakSignature(subject, algorithm) => phrase("certificate-weak-signature")
            .with("algorithm", algorithm)
            .with("subject", subject),
        Fault::MissingIntermediate(issuer) => phrase("certificate-missing-intermediate").with("issuer", issuer),
        Fault::NotACa(subject) => phrase("certificate-not-a-ca").with("subject", subject),
        Fault::IssuerDates(subject, Validity::Expired(since)) => phrase("certificate-issuer-expired")
            .with("span", span(*since))
            .with("subject", subject),
        Fault::IssuerDates(subject, _) => phrase("certificate-issuer-not-yet-valid").with("subject", subject),
        Fault::IssuerPurpose(subject) => phrase("certificate-issuer-purpose").with("subject", subject),
        Fault::PathTooLong(subject) => phrase("certificate-path-too-long").with("subject", subject),
        Fault::OutsideNameConstraints => phrase("certificate-name-constraints"),
        Fault::NameWrittenOtherwise(subject) => phrase("certificate-name-written-otherwise").with("subject", subject),
        Fault::SameNameOtherKey(subject) => phrase("certificate-same-name-other-key").with("subject", subject),
    }
}
