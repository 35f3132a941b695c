//! First bytes → Spoken: the protocol of a client that sends no Client Hello.

/// The protocol of a client's first bytes, if it is not TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spoken {
    /// HTTP/1.
    Http,
    /// HTTP/2 with prior knowledge, as gRPC without TLS does (RFC 9113 section 3.3).
    Http2,
    /// A command to Redis (RESP).
    Redis,
    /// A request to Kafka.
    Kafka,
    /// A packet to an MQTT broker.
    Mqtt,
    /// AMQP.
    Amqp,
    /// A command of SMTP or LMTP.
    Smtp,
    /// A request of LDAP.
    Ldap,
    /// A startup message to PostgreSQL.
    Postgres,
    /// SSH.
    Ssh,
    /// The header in which a balancer names the client it forwards.
    Proxy,
    /// A Client Hello of TLCP, version 0x0101 (GB/T 38636).
    Tlcp,
    /// Text.
    Text,
    /// Anything else.
    Bytes,
}

impl Spoken {
    /// Determined by the first bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        const PROXY_V2: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";
        let begins = |start: &str| {
            let head = bytes.get(..start.len());
            head.is_some_and(|head| head.eq_ignore_ascii_case(start.as_bytes()))
        };
        match bytes {
            [] => Self::Bytes,
            _ if begins("PROXY ") || bytes.starts_with(PROXY_V2) => Self::Proxy,
            _ if bytes.starts_with(b"PRI * HTTP/2") => Self::Http2,
            _ if crate::http::reader::looks_like_http(bytes) => Self::Http,
            _ if begins("SSH-") => Self::Ssh,
            _ if begins("EHLO ") || begins("HELO ") || begins("LHLO ") => Self::Smtp,
            _ if bytes.starts_with(b"AMQP") => Self::Amqp,
            _ if is_redis(bytes) => Self::Redis,
            [22, 1, 1, _, _, 1, ..] => Self::Tlcp,
            // CONNECT: a remaining length, and the protocol's name.
            [0x10, _, 0, 4, b'M', b'Q', b'T', b'T', ..] | [0x10, _, 0, 6, b'M', b'Q', b'I', b's', ..] => Self::Mqtt,
            // A message that is a sequence, with a number and then a bind, a search or an extended request.
            [0x30, _, 2, 1, _, 0x60 | 0x63 | 0x77, ..] => Self::Ldap,
            // Length, version 3.0, then names and values.
            [0, 0, _, _, 0, 3, 0, 0, ..] => Self::Postgres,
            _ if is_kafka(bytes) => Self::Kafka,
            _ if bytes
                .iter()
                .all(|&byte| matches!(byte, b' '..=b'~' | b'\t' | b'\r' | b'\n')) =>
            {
                Self::Text
            }
            _ => Self::Bytes,
        }
    }

    /// Its phrase in the texts.
    #[must_use]
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::Http => "spoken-http",
            Self::Http2 => "spoken-http2",
            Self::Redis => "spoken-redis",
            Self::Kafka => "spoken-kafka",
            Self::Mqtt => "spoken-mqtt",
            Self::Amqp => "spoken-amqp",
            Self::Smtp => "spoken-smtp",
            Self::Ldap => "spoken-ldap",
            Self::Postgres => "spoken-postgres",
            Self::Ssh => "spoken-ssh",
            Self::Proxy => "spoken-proxy",
            Self::Tlcp => "spoken-tlcp",
            Self::Text => "spoken-text",
            Self::Bytes => "spoken-bytes",
        }
    }

    /// True if the bytes identify their protocol: `Text` and `Bytes` may be anything.
    #[must_use]
    pub const fn is_named(self) -> bool {
        !matches!(self, Self::Text | Self::Bytes)
    }
}

/// `*`, a small number, a line end, and then a string or the next line.
fn is_redis(bytes: &[u8]) -> bool {
    let inline = |command: &[u8]| {
        bytes
            .get(..command.len())
            .is_some_and(|it| it.eq_ignore_ascii_case(command))
    };
    if inline(b"PING\r\n") || inline(b"AUTH ") {
        return true;
    }
    let Some(rest) = bytes.strip_prefix(b"*") else {
        return false;
    };
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (1..=4).contains(&digits) && matches!(rest.get(digits..), Some([b'\r', b'\n', ..]))
}

/// A length, an API key and version of today, a correlation id and a client id.
fn is_kafka(bytes: &[u8]) -> bool {
    let &[0, 0, high, low, 0, key, 0, version, ..] = bytes else {
        return false;
    };
    let len = usize::from(u16::from_be_bytes([high, low]));
    len >= 8 && bytes.len() >= 12 && key <= 92 && version <= 20
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_name_the_protocol() {
        for (bytes, spoken) in [
            (&b"GET / HTTP/1.1\r\n"[..], Spoken::Http),
            (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0", Spoken::Http2),
            (b"*1\r\n$4\r\nPING\r\n", Spoken::Redis),
            (b"PING\r\n", Spoken::Redis),
            (b"\0\0\0\x14\0\x12\0\0\0\0\0\x01consumer-1xxxx", Spoken::Kafka),
            (b"\x10\x0e\0\x04MQTT\x04\x02", Spoken::Mqtt),
            (b"EHLO mail.example\r\n", Spoken::Smtp),
            (b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n", Spoken::Proxy),
            (b"\r\n\r\n\0\r\nQUIT\n!", Spoken::Proxy),
            (b"\x16\x01\x01\0\x40\x01\0\0\x3c\x01\x01", Spoken::Tlcp),
            (b"0\x0c\x02\x01\x01\x60\x07", Spoken::Ldap),
            (b"\0\0\0\x29\0\x03\0\0user\0", Spoken::Postgres),
            (b"hello there\n", Spoken::Text),
            (b"\xff\xfe\0", Spoken::Bytes),
            (b"", Spoken::Bytes),
        ] {
            assert_eq!(Spoken::of(bytes), spoken, "{}", bytes.escape_ascii());
        }
    }
}
