//! Presented certificates → Path: from the leaf upwards, signature by signature, towards an anchor.
//!
//! RFC 8446 section 4.4.2 asks receivers to cope with any order and with surplus certificates, and cross-signing gives
//! a certificate several possible issuers. So this is a breadth-first search: an issuer is a presented certificate
//! whose subject is the issuer's name and whose key made the signature. Dates and usages are checked afterwards.
//!
//! Chains are followed link by link with ring's signature checks rather than by webpki alone, because webpki gives one
//! answer that hides the rest; webpki judges nameConstraints. The search is bounded (16 certificates, 32 signatures).

use crate::base::phrase::{Phrase, phrase};
use std::collections::HashSet;

use x509_parser::asn1_rs::FromDer as _;
use x509_parser::certificate::X509Certificate;

use super::Purpose;
use super::anchors::{Anchor, Anchors, unreadable};
use crate::base::wire_text::WireText;
use crate::tls::certificate::signature::{Check, check};
use crate::tls::certificate::{Certificate, Fields};

/// Certificates looked at in one chain. Real ones have up to 5; OpenSSL and webpki stop at 100 and 6.
const MOST_LINKS: usize = 16;

/// Signatures checked for one chain, 20 to 500 µs each: crafted certificates that all bear one name cost no more than that.
const MOST_CHECKS: usize = 32;

/// One certificate of a path.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link<'a> {
    /// Its position among those presented.
    pub(super) at: usize,
    pub(super) fields: &'a Fields,
}

/// The best path found: one that reaches an anchor, or else the longest.
#[derive(Debug)]
pub(super) struct Path<'a> {
    /// The leaf first.
    pub(super) links: Vec<Link<'a>>,
    pub(super) end: End<'a>,
    /// Names of anchors whose key did not make the signature that their name suggests.
    pub(super) same_name_other_key: Vec<WireText>,
}

/// Why a path goes no further.
#[derive(Debug)]
pub(super) enum End<'a> {
    Anchor(Anchor<'a>),
    SelfSigned,
    IssuerNotGiven,
    Wrong(Phrase),
    Unchecked(Phrase),
    Unreadable,
}

/// A certificate reached by the search, and the step by which.
#[derive(Clone, Copy)]
struct Step<'a> {
    link: Link<'a>,
    below: Option<usize>,
    depth: usize,
}

struct Search<'a> {
    presented: &'a [Certificate],
    purpose: Purpose,
    anchors: &'a Anchors,
    steps: Vec<Step<'a>>,
    seen: HashSet<[u8; 32]>,
    checks_left: usize,
    same_name_other_key: Vec<WireText>,
}

/// Finds the path upwards from the first certificate presented.
pub(super) fn find<'a>(presented: &'a [Certificate], purpose: Purpose, anchors: &'a Anchors) -> Path<'a> {
    let mut search = Search {
        presented,
        purpose,
        anchors,
        steps: Vec::new(),
        seen: HashSet::new(),
        checks_left: MOST_CHECKS,
        same_name_other_key: Vec::new(),
    };
    search.add(0, None);
    // The end that explains most: the one furthest from the leaf, a root before others.
    let mut best: Option<(usize, usize, End<'a>)> = None;
    let mut next = 0;
    while let Some(step) = search.steps.get(next).copied() {
        match search.climb(step, next) {
            Some(end @ End::Anchor(_)) => return search.path(next, end),
            Some(end) => {
                let is_better = best.as_ref().is_none_or(|(_, depth, best)| {
                    step.depth > *depth
                        || (step.depth == *depth && matches!(end, End::SelfSigned) && !matches!(best, End::SelfSigned))
                });
                if is_better {
                    best = Some((next, step.depth, end));
                }
            }
            None => {}
        }
        next = next.saturating_add(1);
    }
    match best {
        Some((last, _, end)) => search.path(last, end),
        None => {
            let last = search.steps.len().saturating_sub(1);
            let detail = if search.steps.len() < MOST_LINKS {
                phrase("chain-circle")
            } else {
                phrase("chain-too-long").with("most", MOST_LINKS)
            };
            search.path(last, End::Wrong(detail))
        }
    }
}

impl<'a> Search<'a> {
    fn add(&mut self, at: usize, below: Option<usize>) {
        let Some(certificate) = self.presented.get(at) else {
            return;
        };
        let Ok(fields) = &certificate.fields else {
            return;
        };
        if self.steps.len() < MOST_LINKS && self.seen.insert(certificate.sha256) {
            let depth = below
                .and_then(|below| self.steps.get(below))
                .map_or(1, |step| step.depth.saturating_add(1));
            self.steps.push(Step {
                link: Link { at, fields },
                below,
                depth,
            });
        }
    }

    /// Looks for the issuer of one certificate: an end, or `None` when presented certificates lead on.
    fn climb(&mut self, step: Step<'a>, index: usize) -> Option<End<'a>> {
        let certificate = self.presented.get(step.link.at)?;
        let fields = step.link.fields;
        if let Some(anchor) = self.anchors.exact(&certificate.der, self.purpose) {
            return Some(End::Anchor(anchor));
        }
        let mut problem = None;
        if let Some(anchor) = self.anchor_of(certificate, fields, &mut problem) {
            return Some(End::Anchor(anchor));
        }
        if self.anchors.is_self_signed(certificate) {
            return Some(End::SelfSigned);
        }
        if self.leads_on(certificate, fields, index, &mut problem) {
            return None;
        }
        // A certificate whose names cannot be read may be the missing link.
        let mut others = self.presented.iter();
        let is_nameless = |other: &Certificate| other.fields.is_err() && other.salvaged.is_none();
        let end = || match others.any(is_nameless) {
            true => End::Unreadable,
            false => End::IssuerNotGiven,
        };
        Some(problem.unwrap_or_else(end))
    }

    /// The anchor that signed a certificate; the first problem with one of its issuer's name is kept.
    fn anchor_of(
        &mut self,
        certificate: &'a Certificate,
        fields: &'a Fields,
        problem: &mut Option<End<'a>>,
    ) -> Option<Anchor<'a>> {
        let mut has_namesake = false;
        for anchor in self.anchors.issuers(fields, self.purpose) {
            match self.check(certificate, anchor.sha256(), |x509| anchor.check(x509)) {
                Check::Verified => return Some(anchor),
                Check::Wrong => {
                    let given = || {
                        phrase("chain-as-given")
                            .with("issuer", &fields.issuer)
                            .with("origin", super::origin_name(anchor.origin()))
                    };
                    problem.get_or_insert_with(|| End::Wrong(wrong(fields, given())));
                    has_namesake = true;
                }
                Check::Unchecked(why) => {
                    problem.get_or_insert_with(|| End::Unchecked(unchecked(fields, &why)));
                }
            }
        }
        if has_namesake && !self.same_name_other_key.contains(&fields.issuer) {
            self.same_name_other_key.push(fields.issuer.clone());
        }
        None
    }

    /// Adds the presented certificates that signed this one; returns whether there are any.
    fn leads_on(
        &mut self,
        certificate: &'a Certificate,
        fields: &'a Fields,
        index: usize,
        problem: &mut Option<End<'a>>,
    ) -> bool {
        let mut leads_on = false;
        let mut tried = HashSet::new();
        let presented = self.presented;
        for (at, candidate) in presented.iter().enumerate() {
            let issuer = match (&candidate.fields, &candidate.salvaged) {
                (Ok(issuer), _) if fields.names_issuer(&issuer.subject_raw, &issuer.subject) => issuer,
                (Err(_), Some(identity)) if fields.names_issuer(&identity.subject_raw, &identity.subject) => {
                    problem.get_or_insert(End::Unreadable);
                    continue;
                }
                _ => continue,
            };
            let is_itself = candidate.sha256 == certificate.sha256;
            if !tried.insert(candidate.sha256) {
                continue;
            }
            match self.check(certificate, candidate.sha256, |x509| signed_by(x509, &candidate.der)) {
                // One already on the way is not added again: there circles end.
                Check::Verified => {
                    leads_on = true;
                    self.add(at, Some(index));
                }
                // A certificate that bears its issuer's name is no issuer of itself: that one is not given.
                Check::Wrong if is_itself => {}
                Check::Wrong => {
                    let presented = || phrase("chain-as-presented").with("issuer", &issuer.subject);
                    problem.get_or_insert_with(|| End::Wrong(wrong(fields, presented())));
                }
                Check::Unchecked(why) => {
                    problem.get_or_insert_with(|| End::Unchecked(unchecked(fields, &why)));
                }
            }
        }
        leads_on
    }

    /// Checks whether a key made a certificate's signature, unless that is known already. `issuer` is a hash of what
    /// the key is given in.
    fn check(
        &mut self,
        certificate: &Certificate,
        issuer: [u8; 32],
        check: impl FnOnce(&X509Certificate<'_>) -> Check,
    ) -> Check {
        let Some(left) = self.checks_left.checked_sub(1) else {
            return Check::Unchecked(phrase("chain-too-many").with("most", MOST_CHECKS));
        };
        self.checks_left = left;
        self.anchors.remembered(certificate, issuer, || {
            // It was read before, or it would have no fields.
            X509Certificate::from_der(&certificate.der).map_or_else(|_| unreadable(), |(_, x509)| check(&x509))
        })
    }

    fn path(self, last: usize, end: End<'a>) -> Path<'a> {
        let mut links = Vec::new();
        let mut next = Some(last);
        while let Some(step) = next.and_then(|at| self.steps.get(at)) {
            links.push(step.link);
            next = step.below;
        }
        links.reverse();
        Path {
            links,
            end,
            same_name_other_key: self.same_name_other_key,
        }
    }
}

fn signed_by(certificate: &X509Certificate<'_>, issuer_der: &[u8]) -> Check {
    X509Certificate::from_der(issuer_der)
        .map_or_else(|_| unreadable(), |(_, issuer)| check(certificate, issuer.public_key()))
}

fn wrong(fields: &Fields, issuer: Phrase) -> Phrase {
    phrase("chain-wrong-signature")
        .with("subject", &fields.subject)
        .with("issuer", issuer)
}

fn unchecked(fields: &Fields, why: &Phrase) -> Phrase {
    phrase("chain-unchecked")
        .with("subject", &fields.subject)
        .with("issuer", &fields.issuer)
        .with("why", why)
}
