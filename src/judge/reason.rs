//! Finding → Reason: the exact fault, as reports name it in `causes`.

use crate::base::word::words;

words! {
    /// The exact fault that a finding names: of a certificate, or of what a handshake offered or chose.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    #[allow(missing_docs)] // the contract's own words
    pub enum Reason {
        // Faults of a certificate.
        Expired = "expired",
        NotYetValid = "not-yet-valid",
        Unreadable = "unreadable",
        SelfSigned = "self-signed",
        UnknownIssuer = "unknown-issuer",
        BrokenChain = "broken-chain",
        WrongPurpose = "wrong-purpose",
        WeakKey = "weak-key",
        WeakSignature = "weak-signature",
        MissingIntermediate = "missing-intermediate",
        IssuerExpired = "issuer-expired",
        IssuerNotYetValid = "issuer-not-yet-valid",
        NameMismatch = "name-mismatch",
        MissingStaple = "missing-staple",
        Revoked = "revoked",
        UnsupportedAlgorithm = "unsupported-algorithm",
        /// There is no certificate.
        Missing = "missing",
        /// The bytes show no fault: the reason is the client's trust store or its clock.
        NotTrustedByClient = "not-trusted-by-client",
        // The certificate cannot be seen.
        Encrypted = "encrypted",
        NotCaptured = "not-captured",
        NotRead = "not-read",
        /// No fault is visible.
        Other = "other",
        // Faults of a handshake.
        ApplicationProtocol = "application-protocol",
        SslV2Hello = "sslv2-hello",
        SessionResumption = "session-resumption",
        ExtendedMasterSecret = "extended-master-secret",
        ServerNameMissing = "server-name-missing",
        ServerNameWarning = "server-name-warning",
        LargeHello = "large-hello",
        HelloNotUnderstood = "hello-not-understood",
        ClientKeyUnusable = "client-key-unusable",
        CertificateTooLarge = "certificate-too-large",
        ShortPrime = "short-prime",
        SignatureAlgorithm = "signature-algorithm",
        RenegotiationInfo = "renegotiation-info",
    }
}
