//! The page: every sample is one that any reader can open, and nothing that a capture holds acts in it.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code states its invariants"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::support::{root, rows, run, skip, tlswalk};
use roxmltree::{Document, Node, ParsingOptions};
use tlswalk::Options;
use tlswalk::report::Report;
use tlswalk::report::html::write_html;

const TIME_LIMIT: Duration = Duration::from_secs(60);

fn parsed(text: &str) -> Document<'_> {
    let options = ParsingOptions {
        allow_dtd: true,
        ..ParsingOptions::default()
    };
    Document::parse_with_options(text, options).unwrap_or_else(|error| panic!("{error}"))
}

fn page(reports: &[Report]) -> String {
    let mut page = Vec::new();
    write_html(reports, &[], &mut page).unwrap();
    String::from_utf8(page).unwrap()
}

fn report(sample: &str) -> Report {
    let bytes = fs::read(root().join("samples").join(sample)).unwrap();
    tlswalk::analyze(bytes.as_slice(), sample, &Options::everything().unwrap()).unwrap()
}

/// What holds for every page: it only shows, and what it points to is in it.
fn only_shows(text: &str, name: &str) {
    const ELEMENTS: &str = "html head meta title style body a main nav header footer section article h1 h2 h3 h4 p span bdi \
        code pre strong b ul ol li dl dt dd table caption thead tbody tr th td details summary figure figcaption time div \
        svg desc g line rect path polygon text";
    let document = parsed(text);
    let elements: BTreeSet<&str> = ELEMENTS.split_whitespace().collect();
    let mut ids = BTreeSet::new();
    let mut targets = Vec::new();
    for node in document.descendants().filter(Node::is_element) {
        assert!(
            elements.contains(node.tag_name().name()),
            "{name}: <{}>",
            node.tag_name().name()
        );
        for attribute in node.attributes() {
            let (key, value) = (attribute.name(), attribute.value());
            assert!(
                !key.starts_with("on") && key != "src" && key != "style",
                "{name}: {key}={value}"
            );
            if key == "href" {
                targets.push(
                    value
                        .strip_prefix('#')
                        .unwrap_or_else(|| panic!("{name}: a link to {value}"))
                        .to_owned(),
                );
            }
            if key == "aria-labelledby" {
                targets.extend(value.split(' ').map(str::to_owned));
            }
            if key == "id" {
                assert!(ids.insert(value.to_owned()), "{name}: two elements are {value}");
            }
            assert!(!value.contains("NaN"), "{name}: {key}={value}");
        }
    }
    for target in targets {
        assert!(ids.contains(&target), "{name}: nothing is #{target}");
    }
    let policy = document
        .descendants()
        .find(|node| node.attribute("http-equiv").is_some())
        .unwrap();
    assert!(policy.attribute("content").unwrap().starts_with("default-src 'none';"));
    // A message that is missing in the catalogue shows by its name.
    let mut texts = document
        .descendants()
        .filter(Node::is_text)
        .filter_map(|node| node.text());
    assert!(
        !texts.any(|text| text.trim().starts_with("page-")),
        "{name}: a text is missing"
    );
}

#[test]
fn every_sample_is_a_well_formed_page_in_every_language() {
    let languages = ["en", "ja"];
    for row in rows() {
        let mut pages = Vec::new();
        for language in languages {
            let file = format!("samples/{}", row.file);
            let mut arguments = row.options.clone();
            arguments.extend(["-f", "html", "--lang", language, &file].map(String::from));
            let outcome = tlswalk(&arguments, TIME_LIMIT);
            assert!(outcome.is_orderly(), "{}: {}", row.file, outcome.stderr);
            only_shows(&outcome.stdout, &row.file);
            assert!(outcome.stdout.contains(&format!("<html lang=\"{language}\">")));
            assert!(outcome.stdout.contains(&row.verdict), "{}", row.file);
            pages.push(outcome.stdout);
        }
        assert_ne!(pages[0], pages[1], "{}: the languages differ", row.file);
    }
}

#[test]
fn the_ladder_shows_the_steps_in_order_and_marks_where_it_breaks() {
    let text = page(&[report("client-certificate-self-signed-expired.pcap")]);
    let document = parsed(&text);
    let is = |node: &Node<'_, '_>, class: &str| {
        node.attribute("class")
            .is_some_and(|it| it.split(' ').any(|it| it == class))
    };
    let rows: Vec<Node<'_, '_>> = document.descendants().filter(|node| is(node, "row")).collect();
    let label = |row: &Node<'_, '_>| {
        let labels = row.children().filter(|node| is(node, "label"));
        labels.filter_map(|node| node.text()).collect::<Vec<_>>().join(" ")
    };
    let labels: Vec<String> = rows.iter().map(label).collect();
    let order = [
        "SYN",
        "SYN-ACK",
        "ACK",
        "Client Hello",
        "Server Hello",
        "Finished",
        "Alert fatal unknown_ca",
    ];
    let places: Vec<usize> = order
        .iter()
        .map(|name| labels.iter().position(|it| it == name).unwrap())
        .collect();
    assert!(places.is_sorted(), "{labels:?}");
    let broken: Vec<&Node<'_, '_>> = rows.iter().filter(|row| is(row, "broken")).collect();
    assert_eq!(broken.len(), 1);
    assert_eq!(label(broken[0]), "Alert fatal unknown_ca");
    let guessed: Vec<String> = rows.iter().filter(|row| is(row, "inferred")).map(label).collect();
    assert_eq!(guessed, ["Finished"]);
}

#[test]
fn a_silence_breaks_in_the_pause_and_a_hole_is_drawn() {
    let text = page(&[report("silent-mid-handshake.pcap")]);
    assert!(text.contains("class=\"row pause broken\""), "{text}");
    assert!(text.contains("class=\"row hole\""));
    let copies = page(&[report("duplicates.pcap")]);
    assert!(copies.contains("class=\"copy\""));
    let proxied = page(&[report("healthy-proxy.pcap")]);
    assert!(proxied.contains("class=\"unseen\""));
}

#[test]
fn what_the_device_says_stands_in_the_ladder_and_alone() {
    let beside = [
        "-f",
        "html",
        "--ca",
        "samples/roots/lab-root.pem",
        "--log",
        "samples/device-agrees.log",
    ];
    let outcome = tlswalk(
        &[&beside[..], &["samples/client-certificate-self-signed-expired.pcap"]].concat(),
        TIME_LIMIT,
    );
    only_shows(&outcome.stdout, "device-agrees.log");
    let document = parsed(&outcome.stdout);
    let classes: Vec<&str> = document
        .descendants()
        .filter_map(|node| node.attribute("class"))
        .collect();
    let place = |class: &str| classes.iter().position(|it| *it == class).unwrap();
    // The controller's complaint of 09:44:15 stands behind the alert of 09:44:14.
    assert_eq!(classes.iter().filter(|it| **it == "row log").count(), 3, "{classes:?}");
    assert!(classes.iter().rposition(|it| *it == "row log") > Some(place("row observed broken")));
    assert!(outcome.stdout.contains("SMART_LIC-3-COMM_FAILED"));
    let alone = tlswalk(&["-f", "html", "--log", "samples/device-alone.log"], TIME_LIMIT);
    only_shows(&alone.stdout, "device-alone.log");
    assert!(alone.stdout.contains("device-alone.log:") && alone.stdout.contains("device-reports-failure"));
}

/// What a sender could put into a name.
const HOSTILE: [&str; 6] = [
    "<script>document.title='owned'</script>",
    "\"><img src=\"http://attacker.example/x\" onerror=\"document.title='owned'\">",
    "</style></svg></title><link rel=\"stylesheet\" href=\"http://attacker.example/y\">",
    "{{ 7 * 7 }}{% raw %}",
    "\u{05d0}\u{05d1}\u{05d2} \u{0627}\u{0644}\u{0639}.example",
    "&lt;b&gt;&amp;#60;",
];

/// A report in which everything that comes from outside is hostile.
fn hostile() -> Report {
    let mut report = report("client-certificate-self-signed-expired.pcap");
    let all = HOSTILE.join(" ");
    report.capture.file.clone_from(&all);
    report.verdict.summary.clone_from(&all);
    let odd = serde_json::json!({"id": "odd", "frame": 1, "detail": all});
    report.capture.anomalies.push(serde_json::from_value(odd).unwrap());
    for attempt in &mut report.attempts {
        let verdict = &mut attempt.verdict;
        for text in [
            &mut attempt.name,
            &mut attempt.device,
            &mut verdict.summary,
            &mut verdict.display_filter,
        ] {
            text.clone_from(&all);
        }
        verdict.evidence.iter_mut().for_each(|it| it.what.clone_from(&all));
        verdict
            .alternatives
            .iter_mut()
            .for_each(|it| it.why_not.clone_from(&all));
        verdict.remedy.iter_mut().for_each(|it| it.commands.push(all.clone()));
        attempt.lookups.iter_mut().for_each(|it| it.name.clone_from(&all));
        attempt.findings.iter_mut().for_each(|it| it.detail.clone_from(&all));
    }
    for connection in &mut report.connections {
        connection.steps.iter_mut().for_each(|it| it.detail = Some(all.clone()));
        let chains = &mut connection.certificates;
        for certificate in chains.server.iter_mut().chain(&mut chains.client) {
            certificate.subject = Some(all.clone());
            certificate.issuer = Some(all.clone());
            certificate.names = HOSTILE.map(str::to_owned).to_vec();
        }
        if let Some(tls) = &mut connection.tls {
            tls.sni = Some(all.clone());
        }
    }
    report
}

#[test]
fn hostile_names_are_text() {
    let text = page(&[hostile(), hostile()]);
    only_shows(&text, "hostile");
    assert!(
        !text.contains("<script") && !text.contains("<img") && !text.contains("<link") && text.contains("{{ 7 * 7 }}")
    );
    // Right-to-left letters stay in their own element and do not reorder what stands beside them.
    let document = parsed(&text);
    for node in document
        .descendants()
        .filter(|node| node.is_text() && node.text().unwrap().contains('\u{05d0}'))
    {
        let parent = node.parent().unwrap();
        let name = parent.tag_name().name();
        let isolated = ["bdi", "title", "desc", "text", "code", "pre"];
        assert!(isolated.contains(&name), "<{name}>: {:?}", node.text());
    }
}

#[test]
fn a_page_on_very_many_attempts_stays_small_and_says_what_it_leaves_out() {
    let mut report = report("client-certificate-self-signed-expired.pcap");
    let (attempt, connection) = (report.attempts[0].clone(), report.connections[0].clone());
    report.attempts.clear();
    report.connections.clear();
    for id in 1..=5000 {
        let (mut attempt, mut connection) = (attempt.clone(), connection.clone());
        (attempt.id, connection.id) = (id, id);
        attempt.connections = vec![id];
        report.attempts.push(attempt);
        report.connections.push(connection);
    }
    let text = page(&[report]);
    assert!(text.len() < 2_000_000, "{}", text.len());
    only_shows(&text, "many");
    assert!(text.contains("4000 more attempts are only counted"));
    assert!(text.contains("without their details, to keep this page small"));
}

/// The first element with a class.
fn with_class<'a>(document: &'a Document<'_>, class: &str) -> Node<'a, 'a> {
    let has = |node: &Node<'_, '_>| {
        node.attribute("class")
            .is_some_and(|it| it.split(' ').any(|it| it == class))
    };
    document
        .descendants()
        .find(has)
        .unwrap_or_else(|| panic!("no .{class}"))
}

fn words(node: Node<'_, '_>) -> String {
    let texts = node
        .descendants()
        .filter_map(|node| node.text().filter(|_| node.is_text()));
    texts.collect::<Vec<_>>().join("").replace('\u{a0}', " ")
}

#[test]
fn a_page_on_several_captures_begins_with_the_worst_and_then_lists_all() {
    let samples = ["healthy-cslu.pcap", "tcp-refused.pcap", "no-licensing-traffic.pcap"];
    let reports = samples.map(|sample| Report::clone(&report(sample)));
    let named = reports.map(|mut report| {
        report.capture.file = format!("exports/monday/{}", report.capture.file);
        report
    });
    let text = page(&named);
    only_shows(&text, "several captures");
    let document = parsed(&text);
    let articles: Vec<_> = document
        .descendants()
        .filter(|node| node.has_tag_name("article"))
        .filter_map(|node| node.attribute("id"))
        .collect();
    assert_eq!(articles, ["c2", "c1", "c3"]);
    let list = document.descendants().find(|node| node.has_tag_name("nav")).unwrap();
    let place = |id: &str| {
        document
            .descendants()
            .position(|node| node.attribute("id") == Some(id))
            .unwrap()
    };
    assert!(place("c2") < place("captures") && place("captures") < place("c1"));
    // The folder that they share is said once, and each link leads to its article.
    let told = words(list);
    assert!(
        told.contains("All in exports/monday/") && told.matches("exports").count() == 1,
        "{told}"
    );
    let links: Vec<_> = list.descendants().filter_map(|node| node.attribute("href")).collect();
    assert_eq!(links, ["#c1", "#c2", "#c3"]);
    assert!(words(document.root()).contains("3 captures, 1 failed"));
}

#[test]
fn evidence_leads_to_its_row_in_the_ladder() {
    for row in rows() {
        let text = page(&[report(&row.file)]);
        let document = parsed(&text);
        for cell in document
            .descendants()
            .filter(|node| node.attribute("scope") == Some("row"))
        {
            let Some(link) = cell.descendants().find(|node| node.has_tag_name("a")) else {
                continue;
            };
            let target = link.attribute("href").unwrap().trim_start_matches('#');
            let row = document
                .descendants()
                .find(|node| node.attribute("id") == Some(target))
                .unwrap();
            assert!(row.attribute("class").unwrap().starts_with("row "), "{target}");
        }
    }
    let text = page(&[report("client-certificate-self-signed-expired.pcap")]);
    let document = parsed(&text);
    let evidence = with_class(&document, "evidence");
    assert_eq!(evidence.descendants().filter(|node| node.has_tag_name("a")).count(), 3);
}

#[test]
fn a_cured_course_is_the_first_thing_on_its_page() {
    let text = tlswalk(&["-f", "html", "samples/retry-cured.pcap"], TIME_LIMIT).stdout;
    let document = parsed(&text);
    let turn = words(with_class(&document, "turn"));
    assert!(
        turn.contains("Works since 09:46:08 UTC, after 1 failed attempt"),
        "{turn}"
    );
    let place = |class: &str| with_class(&document, class).id().get_usize();
    assert!(place("turn") < place("courses") && place("courses") < place("attempt"));
    assert_eq!(text.matches("class=\"courses\"").count(), 1);
}

#[test]
fn a_join_is_told_in_the_words_of_access_points() {
    let text = page(&[report("capwap-join-ap-certificate-expired.pcap")]);
    let document = parsed(&text);
    let titles: Vec<String> = document
        .descendants()
        .filter(|node| node.has_tag_name("h4"))
        .map(words)
        .collect();
    assert_eq!(titles, ["From the controller", "From the access point"]);
    assert_eq!(words(with_class(&document, "role")), "access point");
}

#[test]
fn commands_are_copied_one_by_one() {
    let sample = "samples/client-certificate-self-signed-expired.pcap";
    let text = tlswalk(&["-f", "html", sample], TIME_LIMIT).stdout;
    let document = parsed(&text);
    let commands = with_class(&document, "commands");
    let lines: Vec<String> = commands.children().filter(Node::is_element).map(words).collect();
    assert!(
        lines.len() > 3 && lines.iter().all(|line| !line.contains('\n')),
        "{lines:?}"
    );
    // What is copied is what the report has: no space in it was made one that does not break.
    assert!(
        !text
            .split("class=\"take\">")
            .skip(1)
            .any(|it| it.split("</code>").next().unwrap().contains('\u{a0}'))
    );
}

/// What headless Chromium makes of a page: the document afterwards, its messages, and the addresses it asked for.
fn browse(page: &str) -> (String, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("page.html");
    let log = folder.path().join("net.json");
    fs::write(&file, page).unwrap();
    let argument = |name: &str, path: &Path| format!("--{name}={}", path.display());
    let mut command = Command::new("chromium");
    command
        .args("--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --dump-dom".split(' '))
        .args(
            "--disable-background-networking --disable-component-update --disable-sync --enable-logging=stderr"
                .split(' '),
        )
        .arg(argument("user-data-dir", &folder.path().join("profile")))
        .arg(argument("log-net-log", &log))
        .arg(format!("file://{}", file.display()));
    let outcome = run(&mut command, TIME_LIMIT);
    let asked = fs::read_to_string(log).unwrap_or_default();
    (outcome.stdout, outcome.stderr, asked)
}

#[test]
fn a_browser_finds_no_error_asks_for_nothing_and_runs_nothing() {
    if Command::new("chromium").arg("--version").output().is_err() {
        return skip("page in a browser", "chromium is not installed");
    }
    let pages = [
        page(&[report("client-certificate-self-signed-expired.pcap")]),
        page(&[report("two-services.pcap"), report("no-licensing-traffic.pcap")]),
        page(&[hostile()]),
    ];
    for text in pages {
        let (document, messages, asked) = browse(&text);
        assert!(
            document.contains("class=\"ladder\"") && document.contains("</html>"),
            "{document}\n{messages}"
        );
        assert!(!messages.contains("CONSOLE"), "{messages}");
        assert!(!document.contains("<title>owned"));
        assert!(
            !asked.is_empty() && !asked.contains("attacker.example"),
            "a request was made"
        );
        // What the browser asks for on behalf of a page has that page as its initiator.
        assert!(
            !asked.contains("\"initiator\":\"file://"),
            "the page asked for something"
        );
    }
}

/// The accessibility rules of axe-core, which `npm install --prefix target/axe axe-core` brings.
const AXE: &str = "target/axe/node_modules/axe-core/axe.min.js";

/// What axe finds on a page with every part of it unfolded: rule, number of elements, the first one.
fn axe_findings(page: &str, axe: &str, width: u32) -> String {
    let policy = page
        .split("<meta http-equiv=")
        .nth(1)
        .unwrap()
        .split("/>")
        .next()
        .unwrap();
    let run = "document.querySelectorAll('details').forEach(it => it.open = true); \
        axe.run(document, {resultTypes: ['violations']}).then(all => { \
            const found = all.violations.map(it => it.id + ' ' + it.nodes.length + ' ' + it.nodes[0].target); \
            document.body.setAttribute('data-axe', all.passes.length + ' passed; ' + found.join('; ')); \
        }, why => document.body.setAttribute('data-axe', 'axe failed: ' + why));";
    // The page's own policy forbids scripts: what is examined is the page without it.
    let examined = page.replace(&format!("<meta http-equiv={policy}/>"), "").replace(
        "</body>",
        &format!("<script>{axe}</script><script>{run}</script></body>"),
    );
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("page.html");
    fs::write(&file, examined).unwrap();
    let mut command = Command::new("chromium");
    command
        .args("--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --dump-dom".split(' '))
        .args("--disable-background-networking --disable-component-update --disable-sync".split(' '))
        .args(["--virtual-time-budget=60000", &format!("--window-size={width},900")])
        .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
        .arg(format!("file://{}", file.display()));
    let outcome = run_command(&mut command);
    let said = outcome
        .split("data-axe=\"")
        .nth(1)
        .unwrap_or_else(|| panic!("axe said nothing: {outcome}"));
    said.split('"').next().unwrap().to_owned()
}

fn run_command(command: &mut Command) -> String {
    run(command, Duration::from_secs(180)).stdout
}

#[test]
fn axe_finds_nothing_on_any_kind_of_page() {
    if Command::new("chromium").arg("--version").output().is_err() {
        return skip("accessibility of the page", "chromium is not installed");
    }
    let Ok(axe) = fs::read_to_string(root().join(AXE)) else {
        return skip(
            "accessibility of the page",
            "axe-core is not there: npm install --no-save --prefix target/axe axe-core",
        );
    };
    let log: &[&str] = &["--log", "samples/device-alone.log"];
    let kinds: &[(&str, &[&str], u32)] = &[
        ("en", &["samples/client-certificate-self-signed-expired.pcap"], 1280),
        ("ja", &["samples/client-certificate-self-signed-expired.pcap"], 390),
        ("en", &["samples/retry-cured.pcap"], 390),
        (
            "en",
            &["--all", "--profile", "default", "samples/two-services.pcap"],
            1280,
        ),
        (
            "en",
            &[
                "samples/tcp-refused.pcap",
                "samples/healthy-cslu.pcap",
                "samples/silent-mid-handshake.pcap",
                "Cargo.toml",
            ],
            390,
        ),
        ("en", &["samples/capwap-join-ap-certificate-expired.pcap"], 1280),
        ("en", &["samples/no-licensing-traffic.pcap"], 390),
        ("ja", log, 1280),
    ];
    let mut pages: Vec<(String, String, u32)> = Vec::new();
    for (language, arguments, width) in kinds {
        let text = tlswalk(&[&["-f", "html", "--lang", language], *arguments].concat(), TIME_LIMIT).stdout;
        pages.push((format!("{language} {arguments:?}"), text, *width));
    }
    let text = tlswalk(&["triage", "-f", "html", "samples/"], TIME_LIMIT).stdout;
    pages.push(("triage".to_owned(), text, 390));
    let mut found = Vec::new();
    for (name, text, width) in pages {
        let dark = text.replace("@media (prefers-color-scheme: dark)", "@media all");
        assert_ne!(dark, text, "{name}");
        for (scheme, text) in [("light", text), ("dark", dark)] {
            let said = axe_findings(&text, &axe, width);
            if !said.ends_with("passed; ") {
                found.push(format!("{name}, {scheme}: {said}"));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
