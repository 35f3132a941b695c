//! tlswalk opens a packet capture and says why a TLS connection failed.

pub mod capture;
pub mod decode;
pub mod dns;
pub mod frame;
pub mod report;
pub mod seq;
pub mod tls;
pub mod wire_text;

// STUB until the core is merged: the shape main.rs is written against. Delete everything below.

/// Stub.
pub mod profile {
    /// Stub.
    #[derive(Debug)]
    pub struct Profile;
    /// Stub.
    #[derive(Debug, thiserror::Error)]
    #[error("{0}")]
    pub struct ProfileError(pub String);
    impl Profile {
        /// Names of the profiles that come with tlswalk, the default one first.
        pub const BUILT_IN: &[&str] = &["cisco-smart-licensing", "default"];
        /// The profile of that name that comes with tlswalk.
        #[must_use]
        pub fn built_in(name: &str) -> Option<Self> {
            Self::BUILT_IN.contains(&name).then_some(Self)
        }
        /// Reads a profile.
        ///
        /// # Errors
        /// When it is none.
        pub fn from_toml(text: &str) -> Result<Self, ProfileError> {
            text.parse::<toml::Table>()
                .map(|_| Self)
                .map_err(|error| ProfileError(error.message().to_owned()))
        }
    }
}

/// What to look for and how to judge it.
#[derive(Debug)]
pub struct Options {
    /// Endpoints, expectations and wording.
    pub profile: profile::Profile,
    /// Trust anchors.
    pub anchors: tls::trust::Anchors,
    /// Also TLS that is not licensing.
    pub all: bool,
    /// Judge certificates at this time.
    pub at: Option<frame::Timestamp>,
    /// Controllers.
    pub wlc: Vec<std::net::IpAddr>,
    /// Further addresses of the cloud.
    pub cssm: Vec<Target>,
    /// SSM On-Prem.
    pub on_prem: Vec<Target>,
    /// CSLU.
    pub cslu: Vec<Target>,
    /// HTTP proxies.
    pub proxy: Vec<Target>,
}

/// A host, and perhaps a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Who.
    pub host: Host,
    /// Where; `None`: any port.
    pub port: Option<u16>,
}

/// An address or a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host {
    /// An address.
    Address(std::net::IpAddr),
    /// A name, lower case.
    Name(String),
}

/// Stub: tells a capture by its magic number and reports that it holds nothing.
///
/// # Errors
/// When the input is no capture.
pub fn analyze(
    mut input: impl std::io::Read,
    file: &str,
    _options: &Options,
) -> Result<report::Report, capture::CaptureError> {
    let mut bytes = Vec::new();
    input
        .read_to_end(&mut bytes)
        .map_err(capture::CaptureError::Read)?;
    let format = match bytes.get(..4) {
        None if bytes.is_empty() => return Err(capture::CaptureError::Empty),
        Some([0xd4, 0xc3, 0xb2, 0xa1]) => "pcap",
        Some([0x0a, 0x0d, 0x0d, 0x0a]) => "pcapng",
        _ => {
            return Err(capture::CaptureError::NotACapture {
                looks_like: "unknown bytes".into(),
            });
        }
    };
    Ok(report::Report {
        schema: report::SCHEMA,
        tool: report::Tool {
            name: "tlswalk",
            version: env!("CARGO_PKG_VERSION"),
        },
        capture: report::Capture {
            file: file.to_owned(),
            format: format.to_owned(),
            end: "complete",
            bytes: bytes.len() as u64,
            ..report::Capture::default()
        },
        verdict: report::Overall {
            id: "no-licensing-traffic".to_owned(),
            severity: "note".to_owned(),
            summary: "The capture holds no licensing traffic.".to_owned(),
        },
        attempts: Vec::new(),
        connections: Vec::new(),
    })
}
