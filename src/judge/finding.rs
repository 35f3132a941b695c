//! Rule, Finding: what a rule says when it recognises a cause.
//!
//! Closed sets are enums (`words!`), each member with the one name that reports write. Verdict ids are a newtype instead:
//! RULES is their list already, with the text and the check of each, and an enum would be a second one to keep equal.

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
use crate::judge::context::Context;
use crate::judge::explanation::Explanation;
use crate::judge::reason::Reason;
use serde::Serialize;

words! {
    /// How bad it is; the worst decides the exit code.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
    pub enum Severity {
        /// As it should be.
        #[default]
        Ok = "ok",
        /// Worth knowing.
        Note = "note",
        /// Works, but not as it should.
        Warning = "warning",
        /// Does not work.
        Error = "error",
    }
}

words! {
    /// Whose doing it is.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    #[allow(missing_docs)] // the contract's own words
    pub enum By {
        Client = "client",
        Server = "server",
        /// Something between them: a firewall, a proxy, a link.
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
    /// At which step of an attempt.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    #[allow(missing_docs)] // the contract's own words
    pub enum At {
        Dns = "dns",
        Tcp = "tcp",
        Proxy = "proxy",
        Tls = "tls",
        Http = "http",
        /// Behind the exchange, or nowhere: nothing is wrong.
        #[default]
        Close = "close",
    }
}

words! {
    /// Who has to act; `Wlc` is the device that connects, whatever it is.
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
    /// The message that says who that is: the dialect knows what the device is called.
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

/// The id of a verdict. Only rules make one; an id that is read back is looked up among theirs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct VerdictId(&'static str);

impl VerdictId {
    pub(super) const fn new(id: &'static str) -> Self {
        Self(id)
    }

    /// As reports write it, and as a person types it.
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
    /// A clause.
    pub what: Phrase,
}

/// Another explanation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alternative {
    /// A verdict id, or another short name.
    pub id: &'static str,
    /// Why it is less likely, or what would prove it.
    pub why_not: Phrase,
    /// The bytes exclude it.
    pub excluded: bool,
}

/// Something to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remedy {
    /// Who.
    pub owner: Owner,
    /// What, and the observation it rests on.
    pub action: Phrase,
    /// What to type, observed values filled in.
    pub commands: Vec<Command>,
    /// How to see that it worked.
    pub verify: Phrase,
}

/// What a rule recognised.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The verdict id.
    pub id: VerdictId,
    /// How bad.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// Whose doing; `None` where nothing is wrong.
    pub by: Option<By>,
    /// Where; `None` where nothing is wrong.
    pub at: Option<At>,
    /// One sentence that a manager understands.
    pub summary: Phrase,
    /// What exactly was found at fault, most telling first.
    pub causes: Vec<Reason>,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
    /// Where evidence rests on more of other connections than the frames it names: whoever leaves those out takes it away.
    pub beside: Vec<Stretch>,
    /// What else it could be, and why that is less likely or what would prove it.
    pub alternatives: Vec<Alternative>,
    /// What may lie behind it and takes nothing from what was seen: why a certificate was refused that an alert refuses.
    pub behind: Vec<Alternative>,
    /// What the capture hides, and why.
    pub cannot_tell: Vec<Phrase>,
    /// What to do.
    pub remedies: Vec<Remedy>,
    /// It claims that a side did not send something: so it needs proof that the capture would have shown it.
    pub claims_silence_of: Option<Side>,
}

impl Finding {
    /// A failure: an error that is certain unless said otherwise.
    #[must_use]
    pub fn error(id: VerdictId, by: By, at: At, summary: Phrase) -> Self {
        Self {
            severity: Severity::Error,
            by: Some(by),
            at: Some(at),
            ..Self::ok(id, summary)
        }
    }

    /// Nothing wrong.
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

    /// With another severity.
    #[must_use]
    pub const fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// With another confidence.
    #[must_use]
    pub const fn confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = confidence;
        self
    }

    /// With a frame that shows it.
    #[must_use]
    pub fn evidence(mut self, frame: FrameNumber, what: Phrase) -> Self {
        self.evidence.push(Evidence { frame, what });
        self
    }

    /// With what its evidence rests on in a connection that is none of the attempt's.
    #[must_use]
    pub fn beside(mut self, stretch: Stretch) -> Self {
        self.beside.push(stretch);
        self
    }

    /// With what exactly is at fault.
    #[must_use]
    pub fn causes(mut self, causes: Vec<Reason>) -> Self {
        self.causes = causes;
        self
    }

    /// With another explanation.
    #[must_use]
    pub fn alternative(mut self, id: &'static str, why_not: Phrase) -> Self {
        self.alternatives.push(Alternative {
            id,
            why_not,
            excluded: false,
        });
        self
    }

    /// With an explanation that comes to mind and that the bytes exclude.
    #[must_use]
    pub fn excluded(mut self, id: &'static str, why_not: Phrase) -> Self {
        self.alternatives.push(Alternative {
            id,
            why_not,
            excluded: true,
        });
        self
    }

    /// With what may lie behind it. `judge` tells where that stands: beside a fact it is hidden, beside a guess it is another
    /// explanation.
    #[must_use]
    pub fn behind(mut self, id: &'static str, clause: Phrase) -> Self {
        self.behind.push(Alternative {
            id,
            why_not: clause,
            excluded: false,
        });
        self
    }

    /// With something that the capture hides.
    #[must_use]
    pub fn cannot_tell(mut self, what: Phrase) -> Self {
        self.cannot_tell.push(what);
        self
    }

    /// With something to do.
    #[must_use]
    pub fn remedy(mut self, remedy: Remedy) -> Self {
        self.remedies.push(remedy);
        self
    }

    /// Marks it as a claim that `side` stayed silent.
    #[must_use]
    pub const fn claims_silence_of(mut self, side: Side) -> Self {
        self.claims_silence_of = Some(side);
        self
    }
}

/// What a finding may be to its attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Why it went as it did; also told beside another cause.
    Cause,
    /// Only how it ended. Where another rule knows why, it adds nothing.
    General,
    /// Never the cause: worth telling beside it.
    Beside,
    /// Never the cause, and explains it: what it says to do comes first.
    Explaining,
}

/// A cause that can be recognised.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// The verdict id; the file is named after it.
    pub id: VerdictId,
    /// What its finding may be.
    pub kind: Kind,
    /// What the verdict means.
    pub explanation: Explanation,
    /// Looks at an attempt; `None` when the cause is not there.
    pub check: fn(&Attempt<'_>, &Context<'_>) -> Option<Finding>,
}
