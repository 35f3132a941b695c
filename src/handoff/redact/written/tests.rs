use super::*;
use crate::profile::Profile;

fn pseudonyms() -> Pseudonyms {
    Pseudonyms::new(&[7; 32], &Profile::built_in("cisco-smart-licensing").unwrap())
}

fn pseudonym(names: &Pseudonyms, ip: [u8; 4]) -> [u8; 4] {
    match names.address(ip.into()) {
        IpAddr::V4(ip) => ip.octets(),
        IpAddr::V6(_) => panic!(),
    }
}

#[test]
fn an_address_has_one_pseudonym_however_it_is_written() {
    let names = pseudonyms();
    for last in 0..=255 {
        let (old, new) = ([192, 168, 47, last], pseudonym(&names, [192, 168, 47, last]));
        let forms: [fn([u8; 4]) -> String; 8] = [
            |[a, b, c, d]| format!("{a}.{b}.{c}.{d}"),
            |[a, b, c, d]| format!("at {a}.{b}.{c}.{d}."),
            |[a, b, c, d]| format!("{d}.{c}.{b}.{a}.in-addr.arpa"),
            |[a, b, c, d]| format!("{d}.{c}.{b}.{a}.IN-ADDR.ARPA."),
            |[a, b, c, d]| format!("ip-{a}-{b}-{c}-{d}"),
            |[a, b, c, d]| format!("IP{a}-{b}-{c}-{d}"),
            |[a, b, c, d]| format!("{a:03}.{b:03}.{c:03}.{d:03}"),
            |[a, b, c, d]| format!("{a}%2E{b}%2e{c}%2E{d}"),
        ];
        for form in forms {
            // Words of the forms are pseudonyms too: only the numbers are compared.
            let digits = |text: String| {
                let parts = text.replace("%2E", ".").replace("%2e", ".");
                let parts = parts.split(|c: char| !c.is_ascii_digit()).map(str::to_owned);
                parts.filter(|it| !it.is_empty()).collect::<Vec<_>>()
            };
            assert_eq!(digits(names.string(&form(old))), digits(form(new)), "{}", form(old));
        }
        let nibbles = |[a, b, c, d]: [u8; 4]| {
            let ip = Ipv6Addr::from([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x1000 | u16::from(d)]);
            let _ = (a, b, c);
            ip
        };
        let written = |ip: Ipv6Addr| {
            let digits = ip.octets().into_iter().rev().flat_map(|it| [it & 15, it >> 4]);
            let labels: Vec<String> = digits.map(|it| format!("{it:x}")).collect();
            labels.join(".") + ".ip6.arpa"
        };
        let IpAddr::V6(new) = names.address(nibbles(old).into()) else {
            panic!()
        };
        assert_eq!(names.string(&written(nibbles(old))), written(new));
    }
}

#[test]
fn the_zone_of_a_network_is_named_by_the_networks_pseudonym() {
    let names = pseudonyms();
    let [a, b, c, _] = pseudonym(&names, [10, 77, 66, 1]);
    assert_eq!(
        names.string("66.77.10.in-addr.arpa"),
        format!("{c}.{b}.{a}.in-addr.arpa")
    );
    assert_eq!(names.string("77.10.in-addr.arpa"), format!("{b}.{a}.in-addr.arpa"));
    let zone = names.string("b._dns-sd._udp.0.66.77.10.in-addr.arpa");
    assert!(zone.ends_with(&format!(".{c}.{b}.{a}.in-addr.arpa")), "{zone}");
    // RFC 2317.
    let zone = names.string("0-63.0.66.77.10.in-addr.arpa");
    assert!(zone.ends_with(&format!(".{c}.{b}.{a}.in-addr.arpa")), "{zone}");
    let whole = |nibbles: &str| names.string(&format!("{nibbles}8.b.d.0.1.0.0.2.ip6.arpa"));
    assert!(whole("").len() == 24 && whole("5.0.0.0.").ends_with(&whole("")));
}

#[test]
fn addresses_that_everybody_has_stay_and_those_of_the_service_do() {
    let names = pseudonyms();
    for stays in [
        "127.0.0.1",
        "0.0.0.0",
        "255.255.255.0",
        "255.255.255.255",
        "1.0.0.127.in-addr.arpa",
        "192.133.220.90",
        "90.220.133.192.in-addr.arpa",
        "::1",
    ] {
        assert_eq!(names.string(stays), stays);
    }
    // Read forwards these would be of nobody: they are somebody's from the end.
    for text in ["254.47.168.192", "0.47.168.192", "127.0.0.10", "224.0.0.10"] {
        let new = names.string(text);
        assert!(new != text && new.len() == text.len(), "{new}");
        let (last, _) = text.split_once('.').unwrap();
        assert!(!new.starts_with(&format!("{last}.")), "{new}");
    }
}

#[test]
fn ipv6_addresses_keep_the_form_they_are_written_in() {
    let names = pseudonyms();
    for text in [
        "2001:db8:0:10::150",
        "2001:0DB8:0000:0010:0000:0000:0000:0150",
        "2001:db8:0:10:0:0:0:150",
        "2001:db8:0:10::0.0.1.80",
    ] {
        let IpAddr::V6(new) = names.address("2001:db8:0:10::150".parse().unwrap()) else {
            panic!()
        };
        let written = names.string(text);
        assert_eq!(written.len(), text.len());
        if !text.contains('.') {
            assert_eq!(written.parse::<Ipv6Addr>().unwrap(), new, "{written}");
        }
        assert!(!written.to_ascii_lowercase().contains("db8"), "{written}");
    }
    let mapped = names.string("::ffff:10.77.66.55");
    let [a, b, c, d] = pseudonym(&names, [10, 77, 66, 55]);
    assert_eq!(mapped, format!("::ffff:{a}.{b}.{c}.{d}"));
    let [one, two, three, four, five, six] = {
        let mut mac = [0x00, 0x50, 0x56, 0xaa, 0xbb, 0xcc];
        names.mac(&mut mac);
        mac
    };
    assert_eq!(
        names.string("00:50:56:aa:bb:cc"),
        format!("{one:02x}:{two:02x}:{three:02x}:{four:02x}:{five:02x}:{six:02x}")
    );
    assert_eq!(
        names.string("0050.56AA.BBCC"),
        format!("{one:02X}{two:02X}.{three:02X}{four:02X}.{five:02X}{six:02X}")
    );
}

#[test]
fn rows_of_numbers_are_no_table_of_single_numbers() {
    let names = pseudonyms();
    let new = names.string("7.7.7.7.7.7.7.7");
    let labels: std::collections::HashSet<&str> = new.split('.').collect();
    assert!(labels.len() > 2, "{new}");
    let new = names.string("a.0.0.0.0.0.0.0.0.0.0.0");
    let labels: std::collections::HashSet<&str> = new.split('.').collect();
    assert!(labels.len() > 3, "{new}");
    // A raw address inside text is no text.
    let mut raw = [b"x ".as_slice(), &[10, 1, 2, 3], b" y"].concat();
    names.text(&mut raw);
    assert!(!raw.windows(3).any(|it| it == [1, 2, 3]), "{raw:02x?}");
}

#[test]
fn percent_encoding_stays_where_it_was_and_what_it_holds_is_replaced() {
    let names = pseudonyms();
    let plain = names.string("secret.host/a b");
    let mut encoded = String::new();
    for byte in "secret.host/a b".bytes() {
        encoded += &format!("%{byte:02X}");
    }
    let expected: String = plain.bytes().map(|byte| format!("%{byte:02X}")).collect();
    assert_eq!(names.string(&encoded), expected);
    let twice = names.string(&encoded.replace('%', "%25"));
    assert_eq!(twice, expected.replace('%', "%25"));
}
