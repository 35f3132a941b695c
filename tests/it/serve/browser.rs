//! Chromium → `tlswalk serve`: a person drops a capture, reads the verdict and saves the page, with scripts and without.
//!
//! Chromium is driven by its DevTools protocol over two pipes: JSON, each message ended by a zero byte.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{LIMIT, SAMPLE, Served, sample};
use crate::support::skip;

struct Browser {
    child: Child,
    commands: File,
    messages: BufReader<File>,
    session: String,
    last: u64,
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Browser {
    fn start(folder: &Path) -> Self {
        // Chromium reads commands from descriptor 3 and writes to 4; a shell opens both.
        let pipes = ["in", "out"].map(|name| folder.join(name));
        assert!(Command::new("mkfifo").args(&pipes).status().unwrap().success());
        let child = Command::new("sh")
            .args(["-c", "exec chromium \"$@\" 3<in 4>out", "sh"])
            .args("--headless --no-sandbox --disable-gpu --no-first-run --remote-debugging-pipe".split(' '))
            .args("--disable-background-networking --disable-component-update --disable-sync".split(' '))
            .arg("--user-data-dir=profile")
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut browser = Self {
            child,
            commands: File::options().write(true).open(&pipes[0]).unwrap(),
            messages: BufReader::new(File::open(&pipes[1]).unwrap()),
            session: String::new(),
            last: 0,
        };
        let target = browser.call("Target.createTarget", json!({"url": "about:blank"}));
        let attached = browser.call(
            "Target.attachToTarget",
            json!({"targetId": target["targetId"], "flatten": true}),
        );
        browser.session = attached["sessionId"].as_str().unwrap().to_owned();
        browser.call("Page.enable", json!({}));
        browser.call("Runtime.enable", json!({}));
        browser
    }

    fn call(&mut self, method: &str, parameters: Value) -> Value {
        self.last += 1;
        let mut message = json!({"id": self.last, "method": method, "params": parameters});
        if !self.session.is_empty() {
            message["sessionId"] = json!(self.session);
        }
        self.commands.write_all(format!("{message}\0").as_bytes()).unwrap();
        loop {
            let mut bytes = Vec::new();
            self.messages.read_until(0, &mut bytes).unwrap();
            bytes.pop();
            let answer: Value = serde_json::from_slice(&bytes).unwrap();
            if answer["id"] == self.last {
                assert!(answer.get("error").is_none(), "{method}: {answer}");
                return answer["result"].clone();
            }
        }
    }

    fn value(&mut self, expression: &str) -> Value {
        let result = self.call(
            "Runtime.evaluate",
            json!({"expression": expression, "returnByValue": true}),
        );
        result["result"]["value"].clone()
    }

    /// Waits until an expression is true.
    fn wait(&mut self, expression: &str) {
        let began = Instant::now();
        while self.value(expression) != json!(true) {
            if began.elapsed() > LIMIT {
                let page = self.value("document.documentElement.outerHTML");
                panic!("{expression} never was true: {page}");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn open(&mut self, address: &str) {
        self.call("Page.navigate", json!({"url": address}));
        self.wait("document.readyState === 'complete' && location.protocol === 'http:'");
    }

    fn choose(&mut self, field: &str, file: &str) {
        let document = self.call("DOM.getDocument", json!({}));
        let node = self.call(
            "DOM.querySelector",
            json!({"nodeId": document["root"]["nodeId"], "selector": field}),
        );
        self.call(
            "DOM.setFileInputFiles",
            json!({"nodeId": node["nodeId"], "files": [file]}),
        );
    }
}

const VERDICT: &str =
    "document.readyState === 'complete' && document.body.innerText.includes('client-certificate-rejected')";

#[test]
fn a_capture_is_dropped_judged_and_saved_in_a_browser() {
    if Command::new("chromium").arg("--version").output().is_err() {
        return skip("serve in a browser", "chromium is not installed");
    }
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(&[]);
    let address = format!("http://{}{}", served.host, served.base);
    let mut browser = Browser::start(folder.path());
    let saved = folder.path().join("saved");
    fs::create_dir(&saved).unwrap();
    browser.call(
        "Browser.setDownloadBehavior",
        json!({"behavior": "allow", "downloadPath": saved}),
    );

    // Dropped anywhere on the page: the event that a browser makes of it, with a file of this machine.
    browser.open(&address);
    browser.choose("#log", &sample(SAMPLE));
    browser.value(
        "const dropped = new DataTransfer(); const log = document.getElementById('log'); dropped.items.add(log.files[0]); log.value = ''; \
         document.querySelector('main').dispatchEvent(new DragEvent('drop', {dataTransfer: dropped, bubbles: true, cancelable: true}))",
    );
    browser.wait(VERDICT);
    assert_eq!(
        browser.value("document.querySelectorAll('nav a[download]').length"),
        json!(3)
    );
    for (link, name, begin) in [
        ("slice.pcapng", "case.pcapng", &b"\x0a\x0d\x0d\x0a"[..]),
        ("page.html", "tlswalk.html", b"<!DOCTYPE html>"),
    ] {
        browser.value(&format!("document.querySelector('a[href=\"{link}\"]').click()"));
        let file = saved.join(name);
        let began = Instant::now();
        while !file.is_file() {
            assert!(began.elapsed() < LIMIT, "{name} was not saved");
            std::thread::sleep(Duration::from_millis(50));
        }
        assert!(fs::read(&file).unwrap().starts_with(begin), "{name}");
    }

    // What is refused is told on the page.
    browser.open(&address);
    let none = folder.path().join("none.pcap");
    fs::write(&none, "no capture").unwrap();
    browser.choose("#capture", none.to_str().unwrap());
    browser.value("document.querySelector('button').click()");
    browser.wait("!document.getElementById('error').hidden && document.getElementById('error').textContent.includes('none.pcap')");

    // Another site's page sends a form there, and reads nothing.
    let other = folder.path().join("other.html");
    let form = format!(
        "<form id=f method=post enctype=multipart/form-data action={address}judge><input name=lang value=ja></form><script>f.submit()</script>"
    );
    fs::write(&other, form).unwrap();
    browser.call("Page.navigate", json!({"url": format!("file://{}", other.display())}));
    browser.wait(
        "document.readyState === 'complete' && document.body.innerText.includes('another site may not ask here')",
    );

    // Without scripts the form does the same.
    browser.call("Emulation.setScriptExecutionDisabled", json!({"value": true}));
    browser.open(&address);
    browser.choose("#capture", &sample(SAMPLE));
    let document = browser.call("DOM.getDocument", json!({}));
    let button = browser.call(
        "DOM.querySelector",
        json!({"nodeId": document["root"]["nodeId"], "selector": "button"}),
    );
    let place = browser.call("DOM.getBoxModel", json!({"nodeId": button["nodeId"]}));
    let corner = |at: usize| place["model"]["content"][at].as_f64().unwrap();
    let (x, y) = ((corner(0) + corner(4)) / 2.0, (corner(1) + corner(5)) / 2.0);
    for kind in ["mousePressed", "mouseReleased"] {
        let event = json!({"type": kind, "x": x, "y": y, "button": "left", "clickCount": 1});
        browser.call("Input.dispatchMouseEvent", event);
    }
    browser.wait(VERDICT);
}
