//! Connections, Lookups → Contents: the content of a capture, by counts and names, with or without attempts.

/// The content of a capture, by counts.
#[derive(Clone, Debug, Default)]
pub struct Contents {
    /// TCP connections seen.
    pub tcp_connections: u64,
    /// Of these, with TLS.
    pub tls_connections: u64,
    /// DNS names asked for, the first few.
    pub dns_names: Vec<String>,
    /// Server names in Client Hellos that are not licensing, the first few.
    pub server_names: Vec<String>,
    /// Packets of UDP port 443 that belong to no QUIC attempt that is followed.
    pub quic_packets: u64,
    /// Packets of CAPWAP that are not read.
    pub capwap_packets: u64,
    /// Attempts at DTLS over UDP.
    pub dtls_connections: u64,
    /// Attempts at QUIC.
    pub quic_connections: u64,
    /// Packets of CAPWAP data inside DTLS (UDP port 5247), which are not read.
    pub capwap_data_dtls_packets: u64,
    /// Packets of 802.1X and RADIUS that carry TLS handshakes, which are not read.
    pub eap_tls_packets: u64,
}
