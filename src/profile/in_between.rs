//! Known devices between a client and its service: products that re-sign or block, and captive portals.
//!
//! The list is data (`profiles/shared/in-between.toml`), the same for every profile; a profile may add its own entries.
//! An administrator can give an authority any name, so a match names a product and is never a proof by itself.

use std::net::IpAddr;
use std::sync::OnceLock;

use serde::Deserialize;

use super::Profile;
use crate::http::reader::Response;

/// Entries that every profile has.
const SHARED: &str = include_str!("../../profiles/shared/in-between.toml");

/// A product that answers in other people's names.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interceptor {
    /// The product.
    pub product: String,
    /// A captive portal: it requires a sign-in before anything passes.
    #[serde(default)]
    pub portal: bool,
    /// Texts, one of which occurs in the name of the authority under which it re-signs.
    #[serde(default)]
    pub issuer_contains: Vec<String>,
    /// Texts, one of which occurs in the subject of the certificates that it signs for others: its own name in place of
    /// the owner's.
    #[serde(default)]
    subject_contains: Vec<String>,
    /// Domains of certificates of its own that it shows in a service's place.
    #[serde(default)]
    certificate_names: Vec<String>,
    /// Texts, one of which occurs in its own page, in lower case: in the target of a redirect, in `server: ` with the
    /// Server header, or at the beginning of the page.
    #[serde(default)]
    pub page_contains: Vec<String>,
    /// The addresses to which a resolver redirects blocked names.
    #[serde(default)]
    addresses: Vec<IpAddr>,
    /// Domains of the vendor's own sites.
    #[serde(default)]
    own_names: Vec<String>,
    /// The source of these facts.
    #[serde(default)]
    pub source: String,
}

impl Interceptor {
    fn is_own(&self, site: &str) -> bool {
        self.own_names.iter().any(|own| is_within(site, own))
    }
}

/// A page that does not come from the service.
#[derive(Clone, Copy, Debug)]
pub struct Page<'p> {
    /// Name of the product.
    pub of: &'p Interceptor,
    /// The text that shows it.
    pub mark: &'p str,
}

impl Profile {
    /// Products that answer in the name of others: the profile's own first.
    pub fn interceptors(&self) -> impl Iterator<Item = &Interceptor> {
        #[derive(Default, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Shared {
            interceptor: Vec<Interceptor>,
        }
        static KNOWN: OnceLock<Shared> = OnceLock::new();
        let known = KNOWN.get_or_init(|| toml::from_str(SHARED).unwrap_or_default()); // a test reads it
        self.interceptors.iter().chain(&known.interceptor)
    }

    /// The product that re-signs under such an issuer name, in front of a site that is not its vendor's.
    #[must_use]
    pub fn re_signer(&self, issuer: &str, site: &str) -> Option<&Interceptor> {
        let signs = |it: &Interceptor| it.issuer_contains.iter().any(|part| issuer.contains(part.as_str()));
        self.interceptors().find(|it| signs(it) && !it.is_own(site))
    }

    /// The product that puts this subject into what it signs, in front of a site that is not its vendor's.
    #[must_use]
    pub fn re_signer_of(&self, subject: &str, site: &str) -> Option<&Interceptor> {
        let signs = |it: &Interceptor| it.subject_contains.iter().any(|part| subject.contains(part.as_str()));
        self.interceptors().find(|it| signs(it) && !it.is_own(site))
    }

    /// The product that shows a certificate with one of these names in another site's place.
    #[must_use]
    pub fn shows_itself<'n>(&self, names: impl Iterator<Item = &'n str> + Clone, site: &str) -> Option<&Interceptor> {
        let shows = |it: &Interceptor| {
            let mut own = it.certificate_names.iter();
            own.any(|own| names.clone().any(|name| is_within(name, own)))
        };
        self.interceptors().find(|it| shows(it) && !it.is_own(site))
    }

    /// The product whose page replaces a site's answer.
    #[must_use]
    pub fn page(&self, response: &Response, site: &str) -> Option<Page<'_>> {
        let server = response
            .server
            .as_ref()
            .map(|server| format!("server: {}", server.raw()));
        let texts = [
            response.location.as_ref().map(|location| location.raw().to_lowercase()),
            server.map(|server| server.to_lowercase()),
            Some(response.excerpt.raw().to_lowercase()),
        ];
        let holds = |mark: &&String| texts.iter().flatten().any(|text| text.contains(mark.as_str()));
        self.interceptors().filter(|it| !it.is_own(site)).find_map(|of| {
            let mark = of.page_contains.iter().find(holds)?;
            Some(Page { of, mark })
        })
    }

    /// The product to which a resolver sends what it blocks, at this address.
    #[must_use]
    pub fn block_page_at(&self, address: IpAddr) -> Option<&Interceptor> {
        let address = address.to_canonical();
        self.interceptors().find(|it| it.addresses.contains(&address))
    }
}

/// True if a name is a domain or is inside it.
fn is_within(name: &str, domain: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name.strip_suffix(domain)
        .is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::wire_text::WireText;

    fn profile() -> Profile {
        Profile::built_in("default").unwrap()
    }

    #[test]
    fn what_every_profile_knows_has_its_source_and_marks_in_lower_case() {
        let profile = profile();
        let all: Vec<&Interceptor> = profile.interceptors().collect();
        assert!(all.len() > 15);
        for it in all {
            assert!(!it.source.is_empty(), "{}", it.product);
            for mark in it
                .page_contains
                .iter()
                .chain(&it.own_names)
                .chain(&it.certificate_names)
            {
                assert_eq!(*mark, mark.to_lowercase(), "{}", it.product);
            }
            let tells = [
                it.issuer_contains.len(),
                it.page_contains.len(),
                it.certificate_names.len(),
            ];
            assert!(tells.iter().sum::<usize>() > 0, "{} can be recognised", it.product);
        }
    }

    #[test]
    fn an_issuer_names_a_product_and_not_in_front_of_its_own_site() {
        let profile = profile();
        let named = |issuer: &str, site: &str| profile.re_signer(issuer, site).map(|it| it.product.clone());
        let zscaler = "CN=Zscaler Intermediate Root CA (zscalerthree.net) (t),OU=Zscaler Inc.,O=Zscaler Inc.";
        assert_eq!(named(zscaler, "service.example").as_deref(), Some("Zscaler"));
        assert_eq!(named(zscaler, "admin.zscaler.net"), None);
        // After re-signing with a company's own authority, its name stays in the subject.
        let left = profile.re_signer_of("CN=service.example,OU=Zscaler Inc.,O=Zscaler Inc.", "service.example");
        assert_eq!(left.map(|it| it.product.as_str()), Some("Zscaler"));
        assert!(
            profile
                .re_signer_of("CN=service.example,O=Corp Example", "service.example")
                .is_none()
        );
        assert_eq!(
            named("CN=Corp Example Internal CA,O=Corp Example", "service.example"),
            None
        );
        assert!(!is_within("notzscaler.net", "zscaler.net") && is_within("Zscaler.NET.", "zscaler.net"));
    }

    #[test]
    fn a_page_names_a_product_by_its_target_its_server_and_its_text() {
        let profile = profile();
        let text = |text: &str| Some(WireText::from(text));
        let named = |response: Response| {
            profile
                .page(&response, "service.example")
                .map(|it| it.of.product.clone())
        };
        let moved = |to: &str| Response {
            location: text(to),
            ..Response::default()
        };
        for (to, product) in [
            ("https://fw.corp.example:1003/fgtauth?0a0b", "Fortinet FortiGate"),
            ("https://block.opendns.com/?url=x", "Cisco Umbrella or Secure Access"),
            ("https://gateway.zscaler.net:443/auD?origurl=x", "Zscaler"),
            ("https://n27.network-auth.com/splash/?mac=x", "Cisco Meraki"),
            (
                "https://fw.corp.example:6082/php/uid.php?vsys=1",
                "Palo Alto Networks (administrator's name)",
            ),
            ("http://proxy.corp.example/?cfru=aHR0", "Blue Coat (Symantec) ProxySG"),
            (
                "https://1.1.1.1/login.html?redirect=www.example/",
                "Cisco Wireless Controller",
            ),
            (
                "http://192.0.2.1/fs/customwebauth/login.html?switch_url=http://192.0.2.1/login.html&wlan=guests",
                "Cisco Wireless Controller",
            ),
            (
                "https://ise.corp.example:8443/guestportal/gateway?sessionId=0A&action=cwa",
                "Cisco Identity Services Engine",
            ),
        ] {
            assert_eq!(named(moved(to)).as_deref(), Some(product), "{to}");
        }
        for to in [
            "https://www.example/",
            "https://login.corp.example/sso",
            "/home",
            "/login.html?redirect=/orders",
        ] {
            assert_eq!(named(moved(to)), None, "{to}");
        }
        let by_server = Response {
            server: text("Zscaler/6.2"),
            ..Response::default()
        };
        assert_eq!(named(by_server).as_deref(), Some("Zscaler"));
        let by_text = Response {
            excerpt: WireText::from("<html><title>Sophos Web Appliance</title>"),
            ..Response::default()
        };
        assert_eq!(named(by_text).as_deref(), Some("Sophos"));
    }

    #[test]
    fn an_address_of_a_block_page_is_known_in_both_forms() {
        let profile = profile();
        let at = |address: &str| profile.block_page_at(address.parse().unwrap()).is_some();
        assert!(at("146.112.61.106") && at("::ffff:146.112.61.106"));
        assert!(!at("146.112.59.25"));
    }
}
