use super::*;

/// Text that does something else than name, on a device or in a shell.
pub(crate) const HOSTILE: &[&str] = &[
    "evil.example/x?a | redirect flash:x",
    "a b",
    "a;reboot",
    "$(reboot)",
    "`reboot`",
    "a&b",
    "a>b",
    "a\nreload",
    "a\rreload",
    "a?",
    "--all",
    "-x",
    "a'b",
    "a\"b",
    "a\\b",
    "a#b",
    "a!b",
    "*",
    "*.corp.example",
    "\u{202e}moc.live",
    "",
    ".",
    "a..b",
    "x_1.example",
    "1.2.3.4.5",
    "ライセンス.example",
];

#[test]
fn a_host_name_is_letters_digits_and_hyphens_and_nothing_else() {
    for text in HOSTILE {
        assert_eq!(HostName::new(text), None, "{text}");
        let host = HostArgument::new(text, "<host>");
        assert_eq!(host.word(), "<host>", "{text}");
    }
    for text in ["cslu-local", "SSM.corp.example", "a.1x.example", "3com.com"] {
        assert_eq!(HostName::new(text).unwrap().as_str(), text);
    }
    assert_eq!(HostName::new("ssm.example.").unwrap().as_str(), "ssm.example");
    assert_eq!(HostName::new("192.0.2.1"), None);
    assert_eq!(HostName::new(&"a".repeat(64)), None);
    assert_eq!(HostName::new(&["a"; 128].join(".")), None);
}

#[test]
fn an_address_in_a_url_has_brackets_and_a_port_is_a_number() {
    let shown = |text: &str| {
        let (host, port) = HostArgument::with_port(text, "<host>");
        (host.to_string(), host.in_url().to_string(), port)
    };
    let of = |plain: &str, url: &str, port| (plain.to_owned(), url.to_owned(), port);
    assert_eq!(
        shown("[2001:db8::1]:443"),
        of("2001:db8::1", "[2001:db8::1]", Some(443))
    );
    assert_eq!(shown("2001:db8::1"), of("2001:db8::1", "[2001:db8::1]", None));
    assert_eq!(shown("a.example:8443"), of("a.example", "a.example", Some(8443)));
    assert_eq!(shown("a.example:4|43"), of("a.example", "a.example", None));
    assert_eq!(shown("a b:443"), of("<host>", "<host>", Some(443)));
}

#[test]
fn names_of_a_configuration_carry_no_second_command() {
    for text in HOSTILE
        .iter()
        .filter(|text| !["a..b", "x_1.example", "1.2.3.4.5"].contains(text))
    {
        assert_eq!(IosName::new(text), None, "{text}");
    }
    for text in ["Mgmt-intf", "GigabitEthernet0/0/1.100", "Vlan10", "TP-self-signed-123"] {
        assert_eq!(IosName::new(text).unwrap().to_string(), text);
    }
}

#[test]
fn a_common_name_is_words_and_nothing_else() {
    let name = |text: &str| CommonName::new(text, "<issuer>").to_string();
    assert_eq!(name("Cisco Manufacturing CA SHA2"), "Cisco Manufacturing CA SHA2");
    for hostile in [
        "",
        " CA",
        "CA ",
        "CA\nreload",
        "CA | redirect flash:x",
        "CA;reload",
        "\u{ff23}A",
    ] {
        assert_eq!(name(hostile), "<issuer>", "{hostile:?}");
    }
    assert_eq!(name(&"a".repeat(65)), "<issuer>");
}

#[test]
fn a_file_name_is_one_argument_of_the_shell() {
    let of = |name: &str| shell_file(name);
    assert_eq!(of("a/b.pcap").as_deref(), Some("a/b.pcap"));
    assert_eq!(of("-a.pcap").as_deref(), Some("-- -a.pcap"));
    assert_eq!(of("a b;reboot").as_deref(), Some("'a b;reboot'"));
    assert_eq!(of("it's").as_deref(), Some(r"'it'\''s'"));
    assert_eq!(of("a\nb"), None);
    assert_eq!(of("a\u{202e}b"), None);
    assert_eq!(of(""), None);
}
