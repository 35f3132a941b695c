//! Request → whether it is allowed: only from pages of this server, or with its address.
//!
//! Any page that is open in the same browser can send requests to 127.0.0.1, and an attacker's name can be made to
//! resolve to it (DNS rebinding). So the `Host` must be this server's own, a request from another site is refused
//! (`Origin`, `Sec-Fetch-Site`), and every path begins with a token that cannot be guessed.

use oxhttp::model::header::{HOST, HeaderMap, ORIGIN};

/// Bytes of the token: 128 bits.
const TOKEN: usize = 16;

/// The properties that a request must have.
pub(super) struct Gate {
    pub(super) port: u16,
    pub(super) token: String,
}

impl Gate {
    /// With a token that cannot be guessed.
    pub(super) fn new(port: u16) -> Result<Self, String> {
        use ring::rand::SecureRandom as _;
        let mut token = [0; TOKEN];
        ring::rand::SystemRandom::new()
            .fill(&mut token)
            .map_err(|_| "this machine gives no random numbers".to_owned())?;
        Ok(Self {
            port,
            token: tlswalk::base::hexadecimal::hexadecimal(&token),
        })
    }

    /// The address of the page.
    pub(super) fn address(&self) -> String {
        format!("http://127.0.0.1:{}/{}/", self.port, self.token)
    }

    /// `None` if the request comes from this server's own pages, or from no page at all; otherwise the reason for
    /// refusing it.
    pub(super) fn refusal(&self, headers: &HeaderMap) -> Option<&'static str> {
        let all = |name: &str| -> Vec<&[u8]> { headers.get_all(name).iter().map(|it| it.as_bytes()).collect() };
        let own = [format!("127.0.0.1:{}", self.port), format!("localhost:{}", self.port)];
        let hosts = all(HOST.as_str());
        let [host] = hosts.as_slice() else {
            return Some("a request names one host");
        };
        if !own.iter().any(|own| own.as_bytes() == *host) {
            return Some("this is not the host that was asked for");
        }
        let origins = all(ORIGIN.as_str());
        let is_own = |origin: &&[u8]| own.iter().any(|own| format!("http://{own}").as_bytes() == *origin);
        if !origins.iter().all(is_own) {
            return Some("another site may not ask here");
        }
        let sites = all("sec-fetch-site");
        if !sites.iter().all(|site| matches!(*site, b"same-origin" | b"none")) {
            return Some("another site may not ask here");
        }
        None
    }

    /// The rest of a path after the token.
    pub(super) fn behind_token<'a>(&self, path: &'a str) -> Option<&'a str> {
        let (token, rest) = path.strip_prefix('/')?.split_once('/')?;
        // Compares hashes, so that the time of the comparison does not reveal the token byte by byte.
        let digest = |text: &str| ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
        (digest(token).as_ref() == digest(&self.token).as_ref()).then_some(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, oxhttp::model::HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn only_own_pages_and_whoever_has_the_address_may_ask() {
        let gate = Gate {
            port: 4711,
            token: "secret".to_owned(),
        };
        let host = ("host", "127.0.0.1:4711");
        for allowed in [
            &[host][..],
            &[("host", "localhost:4711")],
            &[
                host,
                ("origin", "http://127.0.0.1:4711"),
                ("sec-fetch-site", "same-origin"),
            ],
            &[host, ("sec-fetch-site", "none")],
        ] {
            assert_eq!(gate.refusal(&headers(allowed)), None, "{allowed:?}");
        }
        for refused in [
            &[][..],
            &[("host", "attacker.example:4711")],
            &[("host", "127.0.0.1")],
            &[("host", "127.0.0.1:80")],
            &[host, host],
            &[host, ("origin", "http://attacker.example")],
            &[host, ("origin", "null")],
            &[host, ("origin", "http://127.0.0.1:4712")],
            &[host, ("origin", "https://127.0.0.1:4711")],
            &[host, ("sec-fetch-site", "cross-site")],
            &[host, ("sec-fetch-site", "same-site")],
        ] {
            assert!(gate.refusal(&headers(refused)).is_some(), "{refused:?}");
        }
        assert_eq!(gate.behind_token("/secret/1/page.html"), Some("1/page.html"));
        for path in [
            "/",
            "/secret",
            "/Secret/",
            "//secret/",
            "/secre/",
            "secret/",
            "/secrets/",
        ] {
            assert_eq!(gate.behind_token(path), None, "{path}");
        }
        assert_ne!(Gate::new(1).unwrap().token, Gate::new(1).unwrap().token);
    }
}
