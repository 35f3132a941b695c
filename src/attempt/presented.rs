//! Certificates → Judgement, when a rule first needs it: most connections succeed, and nothing needs their chains.

use std::cell::OnceCell;

use crate::attempt::Attempt;
use crate::base::frame::Timestamp;
use crate::connection::Connection;
use crate::connection::walk::Side;
use crate::profile::Transport;
use crate::profile::options::Options;
use crate::tls::certificate::Certificate;
use crate::tls::trust::{self, Anchors, Judgement, Purpose, ServerName};

/// The chain that a side presented.
#[derive(Debug, Default)]
pub struct Presented<'a> {
    question: Option<Question<'a>>,
    judgement: OnceCell<Judgement>,
}

/// The facts by which a chain is judged.
#[derive(Debug)]
struct Question<'a> {
    chain: &'a [Certificate],
    name: Option<ServerName>,
    purpose: Purpose,
    at: Timestamp,
    anchors: &'a Anchors,
}

impl<'a> Presented<'a> {
    const fn new(question: Question<'a>) -> Self {
        Self {
            question: Some(question),
            judgement: OnceCell::new(),
        }
    }

    /// Its judgement; `None`: no certificate was seen.
    #[must_use]
    pub fn judgement(&self) -> Option<&Judgement> {
        let question = self.question.as_ref()?;
        Some(self.judgement.get_or_init(|| question.judge()))
    }

    /// Corrects its judgement.
    pub(super) fn correct(&mut self, correct: impl FnOnce(&mut Judgement)) {
        if self.judgement().is_some()
            && let Some(judgement) = self.judgement.get_mut()
        {
            correct(judgement);
        }
    }
}

impl Question<'_> {
    fn judge(&self) -> Judgement {
        let mut judgement = trust::judge(self.chain, self.name.as_ref(), self.purpose, self.at, self.anchors);
        // Without a date no certificate is expired or not yet valid.
        if !self.at.is_dated() {
            judgement.forget_dates();
        }
        judgement
    }
}

/// Both sides' chains, to be judged at the time they were presented.
pub(super) fn present<'a>(attempt: &mut Attempt<'a>, options: &'a Options) {
    let Some(connection) = attempt.connection() else { return };
    let Some(tls) = &connection.tls else { return };
    let name = expected_name(attempt, connection);
    for (side, purpose) in [(Side::Server, Purpose::Server), (Side::Client, Purpose::Client)] {
        let Some(message) = tls.certificates[side]
            .as_ref()
            .filter(|message| !message.chain.is_empty())
        else {
            continue;
        };
        let at = options
            .at
            .or(tls.certificate_times[side])
            .unwrap_or(connection.first.time);
        attempt.presented[side] = Presented::new(Question {
            chain: &message.chain,
            name: name.clone().filter(|_| side == Side::Server),
            purpose,
            at,
            anchors: &options.anchors,
        });
    }
}

/// The name that the client must have expected in the certificate.
fn expected_name(attempt: &Attempt<'_>, connection: &Connection) -> Option<ServerName> {
    if let Some(name) = connection.server_name() {
        return Some(ServerName::Dns(name.raw().to_owned()));
    }
    let name = attempt.service.name.as_str();
    // Access points do not check the name in a controller's certificate.
    if matches!(attempt.service.transport, Transport::Other | Transport::Capwap) {
        return None;
    }
    match name.parse() {
        Ok(ip) => Some(ServerName::Ip(ip)),
        Err(_) => Some(ServerName::Dns(name.to_owned())),
    }
}
