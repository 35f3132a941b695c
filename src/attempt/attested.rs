//! Note → Judgement: the judgement on a chain before redaction replaced the bytes that prove it.
//!
//! A redacted certificate has other names, another key and another signature of the same lengths. Dates, usages and
//! names can still be read and compared; only the original shows whether the signatures verified, and up to which root.
//! Such facts travel with the slice and are used in place of a check, and the report says so.

use serde::{Deserialize, Serialize};

use crate::attempt::Attempt;
use crate::base::hexadecimal::hexadecimal;
use crate::capture::note::Note;
use crate::connection::Connection;
use crate::connection::step::Side;
use crate::tls::certificate::Certificate;
use crate::tls::trust::{self, Fault, Judgement, NameMatch, Purpose};

/// The sides that present chains, and the purpose of each.
const SIDES: [(Side, Purpose); 2] = [(Side::Server, Purpose::Server), (Side::Client, Purpose::Client)];

/// A judgement on a presented chain, kept for a redacted slice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chain {
    /// SHA-256 of its certificates as they are in the slice, in hexadecimal.
    pub certificates: Vec<String>,
    /// True if a server presented it, false if a client did.
    pub of_server: bool,
    /// The root or gap that it leads to.
    pub chain: trust::Chain,
    /// Other faults of the chain.
    pub faults: Vec<Fault>,
    /// The leaf's issuer is of the same organization as a root that was given.
    #[serde(default)]
    pub kindred: bool,
    /// It ends at an issuer that is not known, of the same organization as a public root.
    #[serde(default)]
    pub public_kin: bool,
    /// The certificates that were linked.
    pub path: Vec<usize>,
    /// Whether the leaf is for the requested name, if names were replaced and certificates were not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<NameMatch>,
    /// The certificates that are signed by their own keys, by index.
    pub self_signed: Vec<usize>,
}

impl Chain {
    /// The note on a chain: its judgement, and the form that its certificates will have.
    #[must_use]
    pub fn of(original: &[Certificate], judgement: &Judgement, purpose: Purpose, certificates: Vec<String>) -> Self {
        Self {
            certificates,
            of_server: purpose == Purpose::Server,
            chain: judgement.chain.clone(),
            faults: judgement.faults.clone(),
            kindred: judgement.kindred,
            public_kin: judgement.public_kin,
            path: judgement.path.clone(),
            name: None,
            self_signed: (0..)
                .zip(original)
                .filter(|(_, it)| it.is_self_signed())
                .map(|(at, _)| at)
                .collect(),
        }
    }

    /// True if the note is about this chain.
    #[must_use]
    pub fn is_about(&self, presented: &[Certificate], purpose: Purpose) -> bool {
        self.of_server == (purpose == Purpose::Server)
            && self.certificates.len() == presented.len()
            && self
                .certificates
                .iter()
                .zip(presented)
                .all(|(known, it)| *known == hexadecimal(&it.sha256))
    }

    /// Marks the certificates that were signed by their own keys.
    pub fn mark(&self, presented: &mut [Certificate]) {
        for at in &self.self_signed {
            if let Some(certificate) = presented.get_mut(*at) {
                certificate.attest_self_signed();
            }
        }
    }

    /// Puts the attested facts in place of what the replaced bytes seem to show. Name and dates are judged from the
    /// bytes.
    pub fn correct(&self, judgement: &mut Judgement) {
        judgement.chain = self.chain.clone();
        judgement.faults.clone_from(&self.faults);
        judgement.path.clone_from(&self.path);
        judgement.kindred = self.kindred;
        judgement.public_kin = self.public_kin;
        if let Some(name) = &self.name {
            judgement.name = name.clone();
        }
    }
}

/// The chains of a slice's note. Chains in the form of another version, which is not understood, are left out.
pub(crate) fn chains(note: Option<&Note>) -> Vec<Chain> {
    let written = note.into_iter().flat_map(|note| &note.chains);
    written.filter_map(|chain| Chain::deserialize(chain).ok()).collect()
}

/// The chains in the form that a note carries.
pub(crate) fn written(chains: &[Chain]) -> Vec<serde_json::Value> {
    // These types have only strings as keys of maps, and other keys are the only possible error.
    chains
        .iter()
        .filter_map(|chain| serde_json::to_value(chain).ok())
        .collect()
}

/// Marks the certificates of all connections that were signed by their own keys.
pub(crate) fn mark(connections: &mut [Connection], chains: &[Chain]) {
    if chains.is_empty() {
        return;
    }
    for tls in connections.iter_mut().filter_map(|connection| connection.tls.as_mut()) {
        for (side, purpose) in SIDES {
            let Some(message) = &mut tls.certificates[side] else {
                continue;
            };
            if let Some(chain) = chains.iter().find(|chain| chain.is_about(&message.chain, purpose)) {
                chain.mark(&mut message.chain);
            }
        }
    }
}

/// Corrects the judgements of all attempts; returns for each attempt whether it rests on attested facts only.
pub(crate) fn correct(attempts: &mut [Attempt<'_>], chains: &[Chain]) -> Vec<bool> {
    attempts
        .iter_mut()
        .map(|attempt| {
            let mut is_attested = false;
            let Some(tls) = attempt.tls().filter(|_| !chains.is_empty()) else {
                return false;
            };
            for (side, purpose) in SIDES {
                let Some(message) = tls.certificates[side].as_ref().filter(|it| !it.chain.is_empty()) else {
                    continue;
                };
                if let Some(chain) = chains.iter().find(|chain| chain.is_about(&message.chain, purpose)) {
                    attempt.presented[side].correct(|judgement| chain.correct(judgement));
                    is_attested = true;
                }
            }
            is_attested
        })
        .collect()
}
