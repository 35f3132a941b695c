//! Finding → Reason: the exact fault, as reports name it in `causes`.

/// The exact fault that a finding names: of a certificate, or of what a handshake offered or chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)] // the contract's own words
pub enum Reason {
    // Faults of a certificate.
    Expired,
    NotYetValid,
    Unreadable,
    SelfSigned,
    UnknownIssuer,
    BrokenChain,
    WrongPurpose,
    WeakKey,
    WeakSignature,
    MissingIntermediate,
    IssuerExpired,
    IssuerNotYetValid,
    NameMismatch,
    MissingStaple,
    Revoked,
    UnsupportedAlgorithm,
    /// There is no certificate.
    Missing,
    /// The bytes show no fault: the reason is the client's trust store or its clock.
    NotTrustedByClient,
    // The certificate cannot be seen.
    Encrypted,
    NotCaptured,
    NotRead,
    /// No fault is visible.
    Other,
    // Faults of a handshake.
    ApplicationProtocol,
    SslV2Hello,
    SessionResumption,
    ExtendedMasterSecret,
    ServerNameMissing,
    ServerNameWarning,
    LargeHello,
    HelloNotUnderstood,
    ClientKeyUnusable,
    CertificateTooLarge,
    ShortPrime,
    SignatureAlgorithm,
    RenegotiationInfo,
}

impl Reason {
    /// Its name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::NotYetValid => "not-yet-valid",
            Self::Unreadable => "unreadable",
            Self::SelfSigned => "self-signed",
            Self::UnknownIssuer => "unknown-issuer",
            Self::BrokenChain => "broken-chain",
            Self::WrongPurpose => "wrong-purpose",
            Self::WeakKey => "weak-key",
            Self::WeakSignature => "weak-signature",
            Self::MissingIntermediate => "missing-intermediate",
            Self::IssuerExpired => "issuer-expired",
            Self::IssuerNotYetValid => "issuer-not-yet-valid",
            Self::NameMismatch => "name-mismatch",
            Self::MissingStaple => "missing-staple",
            Self::Revoked => "revoked",
            Self::UnsupportedAlgorithm => "unsupported-algorithm",
            Self::Missing => "missing",
            Self::NotTrustedByClient => "not-trusted-by-client",
            Self::Encrypted => "encrypted",
            Self::NotCaptured => "not-captured",
            Self::NotRead => "not-read",
            Self::Other => "other",
            Self::ApplicationProtocol => "application-protocol",
            Self::SslV2Hello => "sslv2-hello",
            Self::SessionResumption => "session-resumption",
            Self::ExtendedMasterSecret => "extended-master-secret",
            Self::ServerNameMissing => "server-name-missing",
            Self::ServerNameWarning => "server-name-warning",
            Self::LargeHello => "large-hello",
            Self::HelloNotUnderstood => "hello-not-understood",
            Self::ClientKeyUnusable => "client-key-unusable",
            Self::CertificateTooLarge => "certificate-too-large",
            Self::ShortPrime => "short-prime",
            Self::SignatureAlgorithm => "signature-algorithm",
            Self::RenegotiationInfo => "renegotiation-info",
        }
    }
}
