//! Rule, Finding: the statement a rule makes when it recognises a cause.
//!
//! Closed sets are enums (`words!`), and each member has one name, which reports write. Verdict ids are a newtype
//! instead: RULES already lists them with their texts and checks, and an enum would be a second list to keep equal.

use std::fmt;
use std::ops::Deref;

use crate::attempt::Attempt;
use crate::attempt::other_connections::Stretch;
use crate::base::command::Command;
use crate::base::confidence::Confidence;
use crate::base::frame::FrameNumber;
use crate::base::phrase::Phrase;
use crate::base::word::words;
use crate::connection::walk::Side;
use crate::judge::alternative::AlternativeId;
use crate::judge::context::Context;
use crate::judge::explanation::Explanation;
use crate::judge::reason::Reason;
use serde::Serialize;

words! {
    /// How serious a finding is; the most serious one decides the exit code.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
    pub enum Severity {
        /// As intended.
        #[default]
        Ok = "ok",
        /// Worth knowing.
        Note = "note",
        /// Works, but not as intended.
        Warning = "warning",
        /// Does not work.
        Error = "error",
    }
}

words! {
    /// The party that caused it.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    #[allow(missing_docs)] // the contract's own words
    pub enum By {
        Client = "client",
        Server = "server",
        /// Something between the two: a firewall, a proxy, a link.
        Path = "path",
        /// The device's own configuration.
        Device = "device",
        #[default]
        Unknown = "unknown",
    }
}

impl From<Side> for By {
    fn from(side: Side) -> Self {
        match side {
            Side::Client => Self::Client,
            Side::Server => Self::Server,
        }
    }
}

words! {
    /// The step of an attempt at which it happened.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    #[allow(missing_docs)] // the contract's own words
    pub enum At {
        Dns = "dns",
        Tcp = "tcp",
        Proxy = "proxy",
        Tls = "tls",
        Http = "http",
        /// After the exchange, or nowhere: nothing is wrong.
        #[default]
        Close = "close",
    }
}

words! {
    /// The party that has to act; `Wlc` is the device that connects, whatever its kind.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[allow(missing_docs)] // the contract's own words
    pub enum Owner {
        Wlc = "wlc",
        Firewall = "firewall",
        Proxy = "proxy",
        Server = "server",
        Capture = "capture",
    }
}

impl Owner {
    /// The message that names this party: the dialect knows what the device is called.
    #[must_use]
    pub const fn who(self) -> &'static str {
        match self {
            Self::Wlc => "device",
            Self::Firewall => "firewall",
            Self::Proxy => "proxy",
            Self::Server => "server",
            Self::Capture => "whoever-captures",
        }
    }
}

/// The id of a verdict. Only rules make one; an id read back from a report is looked up in RULES.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct VerdictId(&'static str);

impl VerdictId {
    pub(super) const fn new(id: &'static str) -> Self {
        Self(id)
    }

    /// The form that reports write and that a person types.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.0
    }
}

impl Deref for VerdictId {
    type Target = str;

    fn deref(&self) -> &str {
        self.0
    }
}

impl fmt::Display for VerdictId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl PartialEq<str> for VerdictId {
    fn eq(&self, id: &str) -> bool {
        self.0 == id
    }
}

impl PartialEq<&str> for VerdictId {
    fn eq(&self, id: &&str) -> bool {
        self.0 == *id
    }
}

#[cfg(test)]
impl From<&'static str> for VerdictId {
    fn from(id: &'static str) -> Self {
        Self(id)
    }
}

/// A frame and what it shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The frame.
    pub frame: FrameNumber,
    /// A clause that says what the frame shows.
    pub what: Phrase,
}

/// Another explanation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alternative {
    /// What it is.
    pub id: AlternativeId,
    /// Why it is less likely, or what would prove it.
    pub why_not: Phrase,
    /// True if the bytes exclude it.
    pub excluded: bool,
}

/// A step to take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remedy {
    /// The party that has to act.
    pub owner: Owner,
    /// The step to take, and the observation it rests on.
    pub action: Phrase,
    /// The commands to type, with observed values filled in.
    pub commands: Vec<Command>,
    /// How to check that it worked.
    pub verify: Phrase,
}

/// A cause or state that a rule recognised.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The verdict id.
    pub id: VerdictId,
    /// How serious.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// The party that caused it; `None` if nothing is wrong.
    pub by: Option<By>,
    /// The step at which it happened; `None` if nothing is wrong.
    pub at: Option<At>,
    /// One sentence that a manager understands.
    pub summary: Phrase,
    /// The exact faults, most informative first.
    pub causes: Vec<Reason>,
    /// The frames it rests on.
    pub evidence: Vec<Evidence>,
    /// Stretches of other connections that the evidence needs in addition to its own frames: a slice without them loses
    /// the evidence.
    pub beside: Vec<Stretch>,
    /// Other explanations, and why each is less likely or what would prove it.
    pub alternatives: Vec<Alternative>,
    /// Possible reasons behind a fact, which do not weaken the fact: an alert refuses a certificate, and these are the
    /// possible reasons why.
    pub behind: Vec<Alternative>,
    /// Facts that the capture hides, and why.
    pub cannot_tell: Vec<Phrase>,
    /// The steps to take.
    pub remedies: Vec<Remedy>,
    /// Set where the finding claims that this side did not send something: it then needs proof that the capture would
    /// have shown it.
    pub claims_silence_of: Option<Side>,
}

impl Finding {
    /// A failure: an error, and certain unless changed.
    #[must_use]
    pub fn error(id: VerdictId, by: By, at: At, summary: Phrase) -> Self {
        Self {
            severity: Severity::Error,
            by: Some(by),
            at: Some(at),
            ..Self::ok(id, summary)
        }
    }

    /// A state in which nothing is wrong.
    #[must_use]
    pub fn ok(id: VerdictId, summary: Phrase) -> Self {
        Self {
            id,
            severity: Severity::Ok,
            confidence: Confidence::Certain,
            by: None,
            at: None,
            summary,
            causes: Vec::new(),
            evidence: Vec::new(),
            beside: Vec::new(),
            alternatives: Vec::new(),
            behind: Vec::new(),
            cannot_tell: Vec::new(),
            remedies: Vec::new(),
            claims_silence_of: None,
        }
    }

    /// Sets the severity.
    #[must_use]
    pub const fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// Sets the confidence.
    #[must_use]
    pub const fn confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = confidence;
        self
    }

    /// Adds a frame that shows it.
    #[must_use]
    pub fn evidence(mut self, frame: FrameNumber, what: Phrase) -> Self {
        self.evidence.push(Evidence { frame, what });
        self
    }

    /// Adds a stretch of a connection outside the attempt that its evidence rests on.
    #[must_use]
    pub fn beside(mut self, stretch: Stretch) -> Self {
        self.beside.push(stretch);
        self
    }

    /// Sets the exact faults.
    #[must_use]
    pub fn causes(mut self, causes: Vec<Reason>) -> Self {
        self.causes = causes;
        self
    }

    /// Adds another explanation.
    #[must_use]
    pub fn alternative(mut self, id: impl Into<AlternativeId>, why_not: Phrase) -> Self {
        self.alternatives.push(Alternative {
            id: id.into(),
            why_not,
            excluded: false,
        });
        self
    }

    /// Adds an explanation that a reader may think of and that the bytes exclude.
    #[must_use]
    pub fn excluded(mut self, id: impl Into<AlternativeId>, why_not: Phrase) -> Self {
        self.alternatives.push(Alternative {
            id: id.into(),
            why_not,
            excluded: true,
        });
        self
    }

    /// Adds a possible reason behind the finding. `judge` decides where it is reported: beside a fact it is hidden from
    /// view (`cannot_tell`), beside a guess it is another explanation.
    #[must_use]
    pub fn behind(mut self, id: impl Into<AlternativeId>, clause: Phrase) -> Self {
        self.behind.push(Alternative {
            id: id.into(),
            why_not: clause,
            excluded: false,
        });
        self
    }

    /// Adds something that the capture hides.
    #[must_use]
    pub fn cannot_tell(mut self, what: Phrase) -> Self {
        self.cannot_tell.push(what);
        self
    }

    /// Adds a step to take.
    #[must_use]
    pub fn remedy(mut self, remedy: Remedy) -> Self {
        self.remedies.push(remedy);
        self
    }

    /// Marks the finding as a claim that `side` stayed silent.
    #[must_use]
    pub const fn claims_silence_of(mut self, side: Side) -> Self {
        self.claims_silence_of = Some(side);
        self
    }
}

/// The role a finding may have for its attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The reason why the attempt went as it did; also reported beside another cause.
    Cause,
    /// Only how the attempt ended. It adds nothing where another rule knows the reason.
    General,
    /// Never the cause, but worth reporting beside it.
    Beside,
    /// Never the cause, but explains the cause: its remedies come first.
    Explaining,
}

/// A cause that can be recognised.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// The verdict id; the file is named after it.
    pub id: VerdictId,
    /// The role its finding may have.
    pub kind: Kind,
    /// The meaning of the verdict.
    pub explanation: Explanation,
    /// Examines an attempt; `None` if the cause is absent.
    pub check: fn(&Attempt<'_>, &Context<'_>) -> Option<Finding>,
}
