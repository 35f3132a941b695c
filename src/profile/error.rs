//! TOML error → `ProfileError`: where a profile is wrong, and what was probably meant.

use std::net::IpAddr;

use crate::base::misread::misread;

/// Why a profile cannot be used: a place, what is wrong there, and a suggestion where one suggests itself.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ProfileError(String);

impl ProfileError {
    /// Explains what the reader of TOML says about a text.
    pub(crate) fn of(error: &toml::de::Error, text: &str) -> Self {
        let message = error.message();
        let quoted = text.get(error.span().unwrap_or_default()).unwrap_or_default();
        Self(misread(message, error.span(), text, bad_address(message, quoted)))
    }
}

/// Fault of an address, and the option that it probably belongs to.
fn bad_address(message: &str, quoted: &str) -> Option<String> {
    let text = quoted.trim_matches(['"', '\'']);
    if !message.contains("IP address") || text.is_empty() {
        return None;
    }
    if let Some(part) = text
        .split('.')
        .find(|part| part.parse::<u32>().is_ok_and(|number| number > 255))
    {
        return Some(format!(
            "{part} is more than 255, the largest number in an IPv4 address"
        ));
    }
    if let Some((address, _)) = text.split_once('/')
        && address.parse::<IpAddr>().is_ok()
    {
        return Some(format!(
            "a single address is wanted, not a network: did you mean \"{address}\"?"
        ));
    }
    if let Some((address, port)) = text.rsplit_once(':')
        && address.trim_matches(['[', ']']).parse::<IpAddr>().is_ok()
        && port.parse::<u16>().is_ok()
    {
        return Some(format!(
            "a port goes to `ports`: did you mean \"{}\"?",
            address.trim_matches(['[', ']'])
        ));
    }
    text.contains(|c: char| c.is_ascii_alphabetic() && !c.is_ascii_hexdigit())
        .then(|| "a host name goes to `names`".to_owned())
}

#[cfg(test)]
mod tests {
    use crate::profile::Profile;

    const HEAD: &str = "id = \"x\"\ntitle = \"t\"\nchecked = 2026-01-01\nsources = []\n";

    fn error(rest: &str) -> String {
        Profile::parse(&format!("{HEAD}{rest}")).unwrap_err().to_string()
    }

    #[test]
    fn a_misspelt_key_is_told_with_its_place_and_the_right_one() {
        let of = |line: &str| error(&format!("[[endpoint]]\nrole = \"r\"\ntransport = \"cssm\"\n{line}\n"));
        let adresses = of("adresses = []");
        assert!(
            adresses.starts_with("line 8, column 1: unknown key `adresses`"),
            "{adresses}"
        );
        assert!(adresses.ends_with("did you mean `addresses`?"), "{adresses}");
        assert!(of("public-certificate = true").ends_with("did you mean `public_certificate`?"));
        assert!(!of("xyzzy = 1").contains("did you mean"));
        assert!(error("evrything = true\n").ends_with("did you mean `everything`?"));
    }

    #[test]
    fn an_unknown_transport_is_told_with_the_nearest() {
        let text = error("[[endpoint]]\nrole = \"r\"\ntransport = \"onprem\"\n");
        assert!(text.starts_with("line 7, column 13: "), "{text}");
        assert!(text.ends_with("did you mean `on-prem`?"), "{text}");
    }

    #[test]
    fn a_bad_address_is_told_with_what_is_bad_about_it() {
        let of = |address: &str| {
            error(&format!(
                "[[endpoint]]\nrole = \"r\"\ntransport = \"cssm\"\naddresses = [\n  \"192.0.2.1\",\n  \"{address}\",\n]\n"
            ))
        };
        // The guide prints this one.
        let large = of("192.330.220.90");
        assert!(large.starts_with("line 10, column 3: "), "{large}");
        assert!(large.contains("330 is more than 255"), "{large}");
        assert!(of("10.0.0.0/8").ends_with("did you mean \"10.0.0.0\"?"));
        assert!(of("[2001:db8::1]:443").ends_with("did you mean \"2001:db8::1\"?"));
        assert!(of("smartreceiver.cisco.com").ends_with("a host name goes to `names`"));
    }

    #[test]
    fn what_is_no_toml_at_all_is_told_with_its_place() {
        let text = error("[[endpoint\n");
        assert!(text.starts_with("line 5, column "), "{text}");
        assert!(!text.contains('\n'), "{text}");
    }
}
