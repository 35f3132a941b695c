//! Finding → AlternativeId: the other explanations that a finding may name.
//!
//! Some are verdicts or faults, most are causes that no rule can tell apart from what it found. Rules do not look at
//! rules, so a verdict that is an alternative of another has a name here too. `report/names.rs` says what each is called.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::base::word::words;
use crate::judge::reason::Reason;

words! {
    /// A verdict, or a cause that the bytes do not show.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    #[allow(missing_docs)] // the contract's own words
    pub enum OtherCause {
        AddressTranslation = "address-translation",
        AnotherClient = "another-client",
        AnotherHost = "another-host",
        AnswerCut = "answer-cut",
        AnswerLater = "answer-later",
        ApplicationClose = "application-close",
        ApplicationError = "application-error",
        BlockPage = "block-page",
        BrokenOff = "broken-off",
        BrokenTls = "broken-tls",
        CaptureClock = "capture-clock",
        CipherMismatch = "cipher-mismatch",
        ClientCertificateRejected = "client-certificate-rejected",
        ClientPolicy = "client-policy",
        Clock = "clock",
        CrlFetchFailed = "crl-fetch-failed",
        DnsServerNotUsed = "dns-server-not-used",
        Firewall = "firewall",
        FirewallProxying = "firewall-proxying",
        FirewallReject = "firewall-reject",
        FirewallReset = "firewall-reset",
        HandshakeRefused = "handshake-refused",
        HealthCheck = "health-check",
        Healthy = "healthy",
        IdleTimeOut = "idle-time-out",
        InBetween = "in-between",
        InterceptionSuspected = "interception-suspected",
        LookUpOnly = "look-up-only",
        NoApplicationResponse = "no-application-response",
        NoRequest = "no-request",
        OtherPath = "other-path",
        PathBehindProxy = "path-behind-proxy",
        PathMtu = "path-mtu",
        PrivatePath = "private-path",
        PrivateService = "private-service",
        RandomLoss = "random-loss",
        Reachability = "reachability",
        Restart = "restart",
        RevocationUnavailable = "revocation-unavailable",
        SameAddress = "same-address",
        Scan = "scan",
        SequenceNumbersChanged = "sequence-numbers-changed",
        ServerCertificateRejected = "server-certificate-rejected",
        ServerClosed = "server-closed",
        ServerFailed = "server-failed",
        ServerGone = "server-gone",
        ServerMisconfigured = "server-misconfigured",
        ServerPolicy = "server-policy",
        ServerRefuses = "server-refuses",
        ServerReset = "server-reset",
        ServerSlow = "server-slow",
        ServerStalled = "server-stalled",
        ServerWithoutTls = "server-without-tls",
        SilentMidHandshake = "silent-mid-handshake",
        StaticEntry = "static-entry",
        VersionMismatch = "version-mismatch",
        WrongScheme = "wrong-scheme",
        WrongServer = "wrong-server",
    }
}

/// Another explanation, by the name that reports write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlternativeId {
    /// A fault that a finding could also name as its cause.
    Fault(Reason),
    /// Anything else.
    Other(OtherCause),
}

impl AlternativeId {
    /// Its name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fault(reason) => reason.name(),
            Self::Other(cause) => cause.name(),
        }
    }

    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        let faults = Reason::ALL.iter().copied().map(Self::Fault);
        faults.chain(OtherCause::ALL.iter().copied().map(Self::Other))
    }
}

impl From<Reason> for AlternativeId {
    fn from(reason: Reason) -> Self {
        Self::Fault(reason)
    }
}

impl From<OtherCause> for AlternativeId {
    fn from(cause: OtherCause) -> Self {
        Self::Other(cause)
    }
}

impl fmt::Display for AlternativeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl PartialEq<&str> for AlternativeId {
    fn eq(&self, name: &&str) -> bool {
        self.name() == *name
    }
}

impl Serialize for AlternativeId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for AlternativeId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let known = Self::all().find(|id| id.name() == name);
        known.ok_or_else(|| de::Error::custom(format_args!("unknown alternative `{name}`")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_a_name_of_its_own_by_which_it_is_read_back() {
        for id in AlternativeId::all() {
            let json = serde_json::to_string(&id).unwrap();
            assert_eq!(json, format!("\"{id}\""));
            assert_eq!(serde_json::from_str::<AlternativeId>(&json).unwrap(), id);
        }
        let error = serde_json::from_str::<AlternativeId>("\"gremlins\"").unwrap_err();
        assert!(error.to_string().starts_with("unknown alternative"), "{error}");
    }
}
