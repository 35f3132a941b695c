//! The words of a walk: sides, steps and how each was seen.
//!
//! History words use Zeek's `ssl_history` letters where it has one: `S` server hello, `C` client hello, `X`
//! certificate, `K` server key exchange, `R` certificate request, `G` client key exchange, `V` certificate verify, `I`
//! change cipher spec, `F` finished, `T` ticket, `D` data, `L` alert; ours are `Y` SYN, `N` ACK, `Z` FIN, `!` reset,
//! `E` server hello done, `O` encrypted extensions, `U` certificate status, `J` hello retry or verify, or a Retry, `M` encrypted handshake,
//! `W` CONNECT, `Q` HTTP or CAPWAP in clear, `H` hello request, `P` key update, `B` heartbeat, `A` other. Capital letters are the
//! client's.

use std::ops::{Index, IndexMut};

use crate::base::frame::{FrameNumber, Timestamp};
use crate::base::phrase::{Phrase, Voice, phrase};
use crate::tcp::stream::Position;
use crate::tls::heartbeat::Heartbeat;
use crate::tls::{AlertDescription, AlertLevel, CipherSuite, Group, Version};

/// One of the two ends. The client is the end that sent the Client Hello.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // the words speak for themselves
pub enum Side {
    Client,
    Server,
}

impl Side {
    /// The other one.
    #[must_use]
    pub const fn peer(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }

    /// `client` or `server`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Server => "server",
        }
    }
}

/// A value for each side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)] // one field per side
pub struct Sides<T> {
    pub client: T,
    pub server: T,
}

impl<T> Index<Side> for Sides<T> {
    type Output = T;
    fn index(&self, side: Side) -> &T {
        match side {
            Side::Client => &self.client,
            Side::Server => &self.server,
        }
    }
}

impl<T> IndexMut<Side> for Sides<T> {
    fn index_mut(&mut self, side: Side) -> &mut T {
        match side {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        }
    }
}

/// Whether a step was read, or deduced from sizes and order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // explained above
pub enum Seen {
    Observed,
    Inferred,
    /// Read with a key log.
    Decrypted,
}

impl Seen {
    /// `observed`, `inferred` or `decrypted`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Observed => "observed",
            Self::Inferred => "inferred",
            Self::Decrypted => "decrypted",
        }
    }
}

macro_rules! step_kinds {
    ($($kind:ident $name:literal $letter:literal,)*) => {
        /// The kinds of step: TCP's, HTTP's and TLS's own words.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[allow(missing_docs)] // the protocols' own names
        pub enum StepKind { $($kind,)* }

        impl StepKind {
            /// All kinds.
            pub const ALL: &[Self] = &[$(Self::$kind,)*];

            /// Its name in reports.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$kind => $name,)* }
            }

            /// True if it is a record or message of TLS.
            #[must_use]
            pub const fn is_tls(self) -> bool {
                !matches!(
                    self,
                    Self::Syn
                        | Self::SynAck
                        | Self::Ack
                        | Self::ConnectRequest
                        | Self::ConnectResponse
                        | Self::HttpRequest
                        | Self::HttpResponse
                        | Self::DiscoveryRequest
                        | Self::DiscoveryResponse
                        | Self::JoinRequest
                        | Self::JoinResponse
                        | Self::Fin
                        | Self::Reset
                )
            }

            /// Its letter in a history word; after Zeek's `ssl_history` where that has one.
            #[must_use]
            pub const fn letter(self) -> char {
                match self { $(Self::$kind => $letter,)* }
            }
        }
    };
}

// A macro, because a kind, its name and its letter belong together and there are three dozen of them.
step_kinds! {
    Syn "syn" 'Y',
    SynAck "syn-ack" 'Y',
    Ack "ack" 'N',
    ConnectRequest "connect-request" 'W',
    ConnectResponse "connect-response" 'W',
    HttpRequest "http-request" 'Q',
    HttpResponse "http-response" 'Q',
    ClientHello "client-hello" 'C',
    DiscoveryRequest "discovery-request" 'Q',
    DiscoveryResponse "discovery-response" 'Q',
    JoinRequest "join-request" 'Q',
    JoinResponse "join-response" 'Q',
    HelloVerifyRequest "hello-verify-request" 'J',
    HelloRetryRequest "hello-retry-request" 'J',
    Retry "retry" 'J',
    VersionNegotiation "version-negotiation" 'A',
    ConnectionClose "connection-close" 'L',
    HelloRequest "hello-request" 'H',
    ServerHello "server-hello" 'S',
    EncryptedExtensions "encrypted-extensions" 'O',
    Certificate "certificate" 'X',
    CertificateStatus "certificate-status" 'U',
    ServerKeyExchange "server-key-exchange" 'K',
    CertificateRequest "certificate-request" 'R',
    ServerHelloDone "server-hello-done" 'E',
    ClientKeyExchange "client-key-exchange" 'G',
    CertificateVerify "certificate-verify" 'V',
    ChangeCipherSpec "change-cipher-spec" 'I',
    Finished "finished" 'F',
    NewSessionTicket "new-session-ticket" 'T',
    KeyUpdate "key-update" 'P',
    EncryptedHandshake "encrypted-handshake" 'M',
    OtherMessage "other-message" 'A',
    ApplicationData "application-data" 'D',
    Heartbeat "heartbeat" 'B',
    Alert "alert" 'L',
    Fin "fin" 'Z',
    Reset "reset" '!',
}

/// One step of the walk.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its kind.
    pub kind: StepKind,
    /// Its sender.
    pub side: Side,
    /// The frame that completes the step.
    pub frame: FrameNumber,
    /// All frames that carried it.
    pub frames: Vec<FrameNumber>,
    /// Time of `frame`.
    pub time: Timestamp,
    /// Position of its first byte.
    pub from: Position,
    /// Position after its last byte.
    pub to: Position,
    /// Read or deduced.
    pub seen: Seen,
    /// Details.
    pub detail: Option<Detail>,
}

/// A detail of a step beyond its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Detail {
    /// A name, or a line of HTTP; escaped where it is from the wire. The same in every language.
    Words(String),
    /// Version and cipher suite of a Server Hello.
    Chosen(Version, CipherSuite),
    /// An alert in clear.
    Alert(AlertLevel, AlertDescription),
    /// An alert that cannot be read.
    EncryptedAlert,
    /// A hello that cannot be read.
    Malformed,
    /// A Client Hello in the format of SSL 2 (RFC 5246 appendix E.2).
    SslV2Format,
    /// The group that a Hello Retry Request asks for (RFC 9846 section 4.1.4).
    AsksFor(Group),
    /// Number of issuers that a Certificate Request lists.
    AcceptableIssuers(usize),
    /// The number of a handshake message without a name here.
    HandshakeType(u8),
    /// Bytes of a message that the capture lacks.
    Missing(u32),
    /// Bytes of a message that is too long to be read whole.
    Unread(u32),
    /// A Certificate message without a certificate.
    NoCertificate,
    /// A certificate that does not parse, and the reason.
    UnreadableCertificate(Phrase),
    /// Records before the Server Hello (RFC 9846 section 2.3).
    EarlyData,
    /// Bytes of a record of TLS 1.3.
    Encrypted(u16),
    /// Finished shares its record with the messages before it.
    WithMessagesBefore,
    /// Finished shares its record with other messages.
    WithOtherMessages,
    /// A record as large as a Certificate.
    CertificateBySize,
    /// A Heartbeat message in clear.
    Heartbeat(Heartbeat),
}

impl Detail {
    /// In words. A detail that consists of values needs no catalogue: a report has thousands of steps.
    #[must_use]
    pub fn told(&self, voice: Voice) -> String {
        match self {
            Self::Words(words) => words.clone(),
            Self::Chosen(version, suite) => format!("{version}, {suite}"),
            Self::Alert(level, description) => format!("{level} {description}"),
            _ => self.phrase().told(voice),
        }
    }

    /// The value as a clause.
    #[must_use]
    pub fn phrase(&self) -> Phrase {
        match self {
            Self::Words(_) | Self::Chosen(..) | Self::Alert(..) => Phrase::verbatim(self.told(Voice::default())),
            Self::EncryptedAlert => phrase("step-encrypted-alert"),
            Self::Malformed => phrase("step-malformed"),
            Self::SslV2Format => phrase("step-sslv2-format"),
            Self::AsksFor(group) => phrase("step-asks-for").with("group", *group),
            Self::AcceptableIssuers(count) => phrase("step-acceptable-issuers").with("count", *count),
            Self::HandshakeType(number) => phrase("step-handshake-type").with("number", *number),
            Self::Missing(bytes) => phrase("step-missing").with("bytes", *bytes),
            Self::Unread(bytes) => phrase("step-unread").with("bytes", *bytes),
            Self::NoCertificate => phrase("step-no-certificate"),
            Self::UnreadableCertificate(why) => phrase("step-unreadable-certificate").with("why", why),
            Self::EarlyData => phrase("step-early-data"),
            Self::Encrypted(bytes) => phrase("step-encrypted").with("bytes", *bytes),
            Self::WithMessagesBefore => phrase("step-with-messages-before"),
            Self::WithOtherMessages => phrase("step-with-other-messages"),
            Self::CertificateBySize => phrase("step-certificate-by-size"),
            Self::Heartbeat(beat) => phrase(if beat.is_request {
                "step-heartbeat-request"
            } else {
                "step-heartbeat-response"
            })
            .with("named", beat.named)
            .with("len", beat.len),
        }
    }
}
