//! Browser → `tlswalk serve` → page: what it answers, to whom, and what it refuses.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code states its invariants"
)]

mod browser;

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use crate::support::{program, root};

/// Only a hang takes longer.
const LIMIT: Duration = Duration::from_secs(60);

/// A server that ends with the test.
struct Served {
    child: Child,
    /// Host and port.
    host: String,
    /// The path of the page, with a slash at both ends.
    base: String,
    /// Where temporary files would be.
    folder: tempfile::TempDir,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An answer.
struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines
            .into_iter()
            .find(|(it, _)| it.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }
}

impl Served {
    fn start(options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = program();
        command
            .arg("serve")
            .args(options)
            .current_dir(folder.path())
            .env("TMPDIR", folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let rest = line
            .trim_end()
            .strip_prefix("http://")
            .unwrap_or_else(|| panic!("{line}"));
        let at = rest.find('/').unwrap();
        Self {
            child,
            host: rest[..at].to_owned(),
            base: rest[at..].to_owned(),
            folder,
        }
    }

    /// Sends bytes and reads to the end of the connection.
    fn raw(&self, request: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(&self.host).unwrap();
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        // It may have answered and closed before all was sent.
        let _ = stream.write_all(request);
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        let end = bytes.windows(4).position(|it| it == b"\r\n\r\n");
        let end = end.unwrap_or_else(|| panic!("no answer: {}", String::from_utf8_lossy(&bytes)));
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let body = bytes[end + 4..].to_vec();
        let is_chunked = head.to_ascii_lowercase().contains("transfer-encoding: chunked");
        Answer {
            status,
            body: if is_chunked { unchunked(&body) } else { body },
            head,
        }
    }

    fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut head = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
        if !headers.iter().any(|(name, _)| *name == "Host") {
            head.push_str(&format!("Host: {}\r\n", self.host));
        }
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if method == "POST" && !headers.iter().any(|(name, _)| *name == "Content-Length") {
            head.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        self.raw(&[head.as_bytes(), b"\r\n", body].concat())
    }

    fn get(&self, path: &str) -> Answer {
        self.request("GET", path, &[], b"")
    }

    /// Sends a form; each field with a file name is a file.
    fn post(&self, fields: &[(&str, Option<&str>, &[u8])]) -> Answer {
        let body = form(fields);
        let kind = ("Content-Type", "multipart/form-data; boundary=xYz");
        self.request("POST", &format!("{}judge", self.base), &[kind], &body)
    }

    /// Judges a sample; the path of its report.
    fn judged(&self, name: &str, more: &[(&str, Option<&str>, &[u8])]) -> String {
        let bytes = fs::read(root().join("samples").join(name)).unwrap();
        let capture: (&str, Option<&str>, &[u8]) = ("capture", Some(name), &bytes);
        let answer = self.post(&[&[capture], more].concat());
        assert_eq!(answer.status, 303, "{}", answer.text());
        answer.header("location").unwrap().to_owned()
    }
}

fn unchunked(mut body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(at) = body.windows(2).position(|it| it == b"\r\n") {
        let len = usize::from_str_radix(std::str::from_utf8(&body[..at]).unwrap(), 16).unwrap();
        if len == 0 {
            break;
        }
        whole.extend(&body[at + 2..at + 2 + len]);
        body = &body[at + 2 + len + 2..];
    }
    whole
}

fn form(fields: &[(&str, Option<&str>, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file, content) in fields {
        let file = file
            .map(|file| format!("; filename=\"{file}\"\r\nContent-Type: application/octet-stream"))
            .unwrap_or_default();
        body.extend(format!("--xYz\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n").as_bytes());
        body.extend(*content);
        body.extend(b"\r\n");
    }
    body.extend(b"--xYz--\r\n");
    body
}

/// What the command line writes.
fn written(arguments: &[&str], name: &str) -> Vec<u8> {
    // The name of a capture is that of the upload: without its folder.
    let output = program()
        .args(arguments)
        .arg(name)
        .current_dir(root().join("samples"))
        .output()
        .unwrap();
    output.stdout
}

const SAMPLE: &str = "client-certificate-self-signed-expired.pcap";

#[test]
fn an_upload_gives_the_page_the_slice_and_the_json_of_the_command_line() {
    let served = Served::start(&[]);
    let start = served.get(&served.base);
    assert_eq!(start.status, 200);
    assert!(
        start
            .text()
            .contains("<form id=\"form\" method=\"post\" action=\"judge\" enctype=\"multipart/form-data\"")
    );
    let roots = fs::read(root().join("samples/roots/lab-root.pem")).unwrap();
    let place = served.judged(
        SAMPLE,
        &[
            ("ca", Some("lab-root.pem"), &roots),
            ("lang", None, b"en"),
            ("log", Some(""), b""),
        ],
    );

    let options = ["--ca", "roots/lab-root.pem"];
    let page = served.get(&format!("{place}page.html"));
    let same = written(&[&options[..], &["-f", "html"]].concat(), SAMPLE);
    assert_eq!(page.text(), String::from_utf8(same).unwrap());
    assert_eq!(
        page.header("content-disposition"),
        Some("attachment; filename=\"tlswalk.html\"")
    );
    // Above the same page stand the downloads.
    let shown = served.get(&place).text();
    let (head, body) = shown.split_once("<nav aria-label=\"Downloads\"").unwrap();
    let (_, body) = body.split_once("</nav>\n").unwrap();
    assert_eq!(
        format!("{}{body}", head.trim_end()),
        page.text().replacen("<body>\n", "<body>", 1)
    );

    let json: serde_json::Value = serde_json::from_slice(&served.get(&format!("{place}report.json")).body).unwrap();
    assert_eq!(json["verdict"]["id"], "client-certificate-rejected");

    let slice = served.get(&format!("{place}slice.pcapng"));
    assert_eq!(slice.status, 200);
    let same = program()
        .args(["slice", "-o", "-"])
        .args(options)
        .arg(SAMPLE)
        .current_dir(root().join("samples"))
        .output()
        .unwrap();
    assert_eq!(slice.body, same.stdout);
}

#[test]
fn a_log_alone_other_connections_and_japanese_are_judged_as_by_the_command_line() {
    let served = Served::start(&[]);
    let log = fs::read_dir(root().join("samples"))
        .unwrap()
        .map(|it| it.unwrap().path());
    let log = log
        .filter(|it| it.extension().is_some_and(|it| it == "log"))
        .min()
        .unwrap();
    let name = log.file_name().unwrap().to_str().unwrap();
    let bytes = fs::read(&log).unwrap();
    let answer = served.post(&[("capture", Some(""), b""), ("log", Some(name), &bytes)]);
    assert_eq!(answer.status, 303, "{}", answer.text());
    let place = answer.header("location").unwrap().to_owned();
    let json: serde_json::Value = serde_json::from_slice(&served.get(&format!("{place}report.json")).body).unwrap();
    let own: serde_json::Value = serde_json::from_slice(&written(&["-f", "json", "--log"], name)).unwrap();
    assert_eq!(json["verdict"], own["verdict"]);
    assert_eq!(
        served.get(&format!("{place}slice.pcapng")).status,
        404,
        "a log has no frames"
    );

    for (fields, options) in [
        (&[("lang", None, &b"ja"[..])][..], &["--lang", "ja"][..]),
        (&[("all", None, b"1")], &["--all"]),
        (&[], &[]),
    ] {
        let name = "two-services.pcap";
        let place = served.judged(name, fields);
        let page = served.get(&format!("{place}page.html")).text();
        let own = String::from_utf8(written(&[options, &["-f", "html"]].concat(), name)).unwrap();
        assert_eq!(page, own, "{options:?}");
    }
}

#[test]
fn other_sites_other_names_and_whoever_does_not_know_the_address_are_refused() {
    let served = Served::start(&[]);
    let port = served.host.rsplit_once(':').unwrap().1.to_owned();
    let rebound = format!("attacker.example:{port}");
    let own = format!("http://{}", served.host);
    let body = form(&[("capture", Some("a"), &[0; 30])]);
    let kind = ("Content-Type", "multipart/form-data; boundary=xYz");
    let judge = format!("{}judge", served.base);
    for headers in [
        [("Host", rebound.as_str()), ("Accept", "*/*")],
        [("Origin", "http://attacker.example"), ("Accept", "*/*")],
        [("Origin", "null"), ("Accept", "*/*")],
        [("Sec-Fetch-Site", "cross-site"), ("Accept", "*/*")],
        [("Sec-Fetch-Site", "same-site"), ("Origin", own.as_str())],
    ] {
        for (method, path) in [("GET", served.base.as_str()), ("POST", &judge)] {
            let body = if method == "POST" { &body[..] } else { b"" };
            let answer = served.request(method, path, &[headers[0], headers[1], kind], body);
            assert_eq!(answer.status, 403, "{method} {headers:?}: {}", answer.text());
            assert!(
                !answer.text().contains(served.base.trim_matches('/')),
                "the token is not told"
            );
        }
    }
    // An absolute target does not stand in for the host.
    let absolute = format!(
        "GET http://{}{} HTTP/1.1\r\nHost: attacker.example\r\nConnection: close\r\n\r\n",
        served.host, served.base
    );
    assert_eq!(served.raw(absolute.as_bytes()).status, 403);
    for path in [
        "/",
        "/judge",
        "/00000000000000000000000000000000/",
        "/favicon.ico",
        &served.base.to_uppercase(),
    ] {
        let answer = served.get(path);
        assert_eq!(answer.status, 404, "{path}");
        assert!(!answer.text().contains("<form"), "{path}");
    }
    assert_eq!(served.request("DELETE", &served.base, &[], b"").status, 405);
    assert_eq!(
        served
            .request("OPTIONS", &served.base, &[("Origin", own.as_str())], b"")
            .status,
        405
    );
    // Its own page may ask.
    let own_headers = [("Origin", own.as_str()), ("Sec-Fetch-Site", "same-origin"), kind];
    let bytes = fs::read(root().join("samples").join(SAMPLE)).unwrap();
    let answer = served.request(
        "POST",
        &judge,
        &own_headers,
        &form(&[("capture", Some("a.pcap"), &bytes)]),
    );
    assert_eq!(answer.status, 303, "{}", answer.text());
    // Nobody may frame it, and nothing of it may run what is not its own.
    for path in [
        served.base.clone(),
        answer.header("location").unwrap().to_owned(),
        "/".to_owned(),
    ] {
        let answer = served.get(&path);
        let policy = answer.header("content-security-policy").unwrap();
        assert!(
            policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
        assert_eq!(answer.header("access-control-allow-origin"), None);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    }
}

#[test]
fn no_path_leads_to_a_file() {
    let served = Served::start(&[]);
    let place = served.judged(SAMPLE, &[]);
    let base = &served.base;
    for path in [
        format!("{base}../../../etc/passwd"),
        format!("{base}..%2f..%2fetc%2fpasswd"),
        format!("{base}%2e%2e/%2e%2e/etc/passwd"),
        format!("{base}/etc/passwd"),
        format!("{base}1/../../../etc/passwd"),
        format!("{base}1/page.html/../../x"),
        format!("{base}99/"),
        format!("{base}-1/"),
        format!("{base}1/page.html%00"),
        format!("{place}..\\..\\x"),
    ] {
        let answer = served.get(&path);
        assert!(matches!(answer.status, 400 | 404), "{path}: {}", answer.status);
        assert!(!answer.text().contains("root:"), "{path}");
    }
    // A file name of an upload is text, and nothing is written under it.
    let bytes = fs::read(root().join("samples").join(SAMPLE)).unwrap();
    let hostile = "../../<img src=x onerror=alert(1)>.pcap";
    let answer = served.post(&[("capture", Some(hostile), &bytes)]);
    let shown = served.get(answer.header("location").unwrap()).text();
    assert!(!shown.contains("<img") && shown.contains("&lt;img src=x onerror=alert(1)&gt;.pcap"));
    assert_eq!(
        fs::read_dir(served.folder.path()).unwrap().count(),
        0,
        "nothing is stored under a name"
    );
}

#[test]
fn what_is_too_large_malformed_or_slow_is_refused_and_others_are_served_meanwhile() {
    let served = Served::start(&["--max-upload", "1"]);
    let large = vec![0; 3 * 1024 * 1024];
    let answer = served.post(&[("capture", Some("large.pcap"), &large)]);
    assert_eq!(answer.status, 413, "{}", answer.text());
    assert!(
        answer
            .text()
            .contains("the upload is larger than 1 MiB; tlswalk serve --max-upload MIB allows more")
    );
    // What is announced is not waited for.
    let announced = ("Content-Length", "99999999999");
    let kind = ("Content-Type", "multipart/form-data; boundary=xYz");
    let judge = format!("{}judge", served.base);
    assert_eq!(
        served.request("POST", &judge, &[announced, kind], b"--xYz\r\n").status,
        413
    );
    // Nor is what is not announced taken without end.
    let mut chunked = format!(
        "POST {judge} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n{}: {}\r\n\r\n",
        served.host, kind.0, kind.1
    )
    .into_bytes();
    let begun = b"--xYz\r\nContent-Disposition: form-data; name=\"capture\"; filename=\"a\"\r\n\r\n";
    for chunk in [&begun[..], &large[..1_500_000]] {
        chunked.extend(format!("{:x}\r\n", chunk.len()).as_bytes());
        chunked.extend(chunk);
        chunked.extend(b"\r\n");
    }
    assert_eq!(served.raw(&chunked).status, 413);

    for (status, fields) in [
        (400, &[("capture", Some(""), &b""[..])][..]),
        (400, &[("unknown", None, b"x")]),
        (422, &[("capture", Some("x.pcap"), b"no capture at all")]),
        (
            422,
            &[
                ("capture", Some("x.pcap"), b"no capture at all"),
                ("ca", Some("x.pem"), b"no root"),
            ],
        ),
    ] {
        let answer = served.post(fields);
        assert_eq!(answer.status, status, "{}", answer.text());
        assert!(answer.text().contains("<p id=\"why\">"), "{}", answer.text());
    }
    assert_eq!(
        served
            .request("POST", &judge, &[("Content-Type", "text/plain")], b"x")
            .status,
        400
    );
    assert_eq!(served.request("POST", &judge, &[kind], b"--xYz\r\ncut").status, 400);
    let long = "x".repeat(20_000);
    assert_eq!(
        served.request("GET", &served.base, &[("Cookie", &long)], b"").status,
        400
    );

    // Connections that say nothing keep nobody else out.
    let idle: Vec<TcpStream> = (0..8).map(|_| TcpStream::connect(&served.host).unwrap()).collect();
    assert_eq!(served.get(&served.base).status, 200);
    drop(idle);
    assert_eq!(
        fs::read_dir(served.folder.path()).unwrap().count(),
        0,
        "nothing is stored under a name"
    );
}

#[test]
fn only_the_latest_uploads_are_kept() {
    let served = Served::start(&[]);
    let places: Vec<String> = (0..10).map(|_| served.judged(SAMPLE, &[])).collect();
    let found = |place: &String| served.get(place).status;
    assert_eq!(places.iter().map(found).filter(|status| *status == 200).count(), 8);
    assert_eq!(found(&places[0]), 404);
    assert_eq!(found(&places[9]), 200);
}

#[test]
fn it_listens_on_this_machine_alone_and_says_when_a_port_is_taken() {
    let served = Served::start(&["--lang", "ja"]);
    assert!(served.host.starts_with("127.0.0.1:"));
    assert!(served.get(&served.base).text().contains("lang=\"ja\""));
    let port = served.host.rsplit_once(':').unwrap().1.to_owned();
    if cfg!(target_os = "linux") {
        // In the kernel's table an address is little-endian hexadecimal; 0A is LISTEN.
        let wanted = format!(":{:04X} ", port.parse::<u16>().unwrap());
        for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
            let text = fs::read_to_string(table).unwrap_or_default();
            for line in text
                .lines()
                .filter(|line| line.contains(&wanted) && line.contains(" 0A "))
            {
                assert!(line.contains("0100007F:"), "{line}");
            }
        }
    }
    let output = program().args(["serve", "--port", &port]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(
        told.contains(&format!("port {port} of 127.0.0.1 is in use; name another with --port")),
        "{told}"
    );
    for (arguments, words) in [
        (&["serve", "a.pcap"][..], "serve takes captures in the browser"),
        (&["serve", "--ca", "none.pem"], "--ca none.pem"),
        (&["serve", "--max-upload", "0"], "invalid value '0'"),
        (&["serve", "-f", "json"], "serve does not take --format"),
    ] {
        let output = program().args(arguments).output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && told.contains(words), "{told}");
    }
}

/// Where a file of the repository stands.
fn sample(name: &str) -> String {
    let path = root().join("samples").join(name);
    assert!(Path::new(&path).is_file());
    path.to_str().unwrap().to_owned()
}
