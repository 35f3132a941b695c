//! Carrier: what TLS travels in. Texts that speak of TCP's acknowledgements say nothing true of datagrams.

use crate::base::phrase::Language;

/// The transport below TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Carrier {
    /// TCP.
    #[default]
    Tcp,
    /// UDP: it is DTLS (RFC 6347, RFC 9147).
    Dtls,
    /// DTLS after the header of CAPWAP control (RFC 5415 section 4.2): an access point joins its controller.
    Capwap,
    /// QUIC (RFC 9000), which is over UDP and has TLS 1.3 inside.
    Quic,
}

impl Carrier {
    /// All there are.
    pub const ALL: [Self; 4] = [Self::Tcp, Self::Dtls, Self::Capwap, Self::Quic];

    /// Its name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Dtls => "dtls",
            Self::Capwap => "capwap",
            Self::Quic => "quic",
        }
    }

    /// True if it is UDP, which neither acknowledges nor closes.
    #[must_use]
    pub const fn is_datagram(self) -> bool {
        !matches!(self, Self::Tcp)
    }

    /// Texts that replace the ones about TCP, the most general first: later ones hold.
    pub(super) const fn words(self, language: Language) -> &'static [&'static str] {
        macro_rules! words {
            ($($file:literal)*) => {
                match language {
                    Language::En => &[$(include_str!(concat!("../../texts/en/carriers/", $file, ".ftl"))),*],
                    Language::Ja => &[$(include_str!(concat!("../../texts/ja/carriers/", $file, ".ftl"))),*],
                }
            };
        }
        match self {
            Self::Tcp => &[],
            Self::Dtls => words!("dtls"),
            Self::Capwap => words!("dtls" "capwap"),
            Self::Quic => words!("dtls" "quic"),
        }
    }
}
