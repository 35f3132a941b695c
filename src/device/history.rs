//! REQUEST, RESPONSE → DeviceEvent: the messages in `show license history message`.
//!
//! Below each stamp is the JSON that was sent or received: whole, wrapped by a terminal, or damaged on its way through
//! a PDF. So it is not parsed but searched. The stamp's zone is a name that an administrator configured; the
//! milliseconds since 1970 inside the JSON are UTC. A RESPONSE without a body, stamped about a second later, means that
//! no response came (CSCvy84684); and a response may well say FAILURE.

use super::stamp::Stamp;
use super::wording::is_good;
use super::{DeviceEvent, Form, What, shown};
use crate::base::frame::Timestamp;

/// The number of bytes of a body that are kept: a request with its signature has some 2 KiB, a policy up to about 30.
const LONGEST_BODY: usize = 64 * 1024;

/// A REQUEST or RESPONSE whose body is being read.
#[derive(Debug)]
pub(super) struct Message {
    line: u64,
    stamp: Stamp,
    is_request: bool,
    body: String,
}

impl Message {
    /// The message that a line begins.
    pub(super) fn begin(line: u64, text: &str) -> Option<Self> {
        let text = text.trim();
        let (is_request, rest) = match text.strip_prefix("REQUEST:") {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix("RESPONSE:")?),
        };
        let (stamp, behind) = Stamp::at_start(rest)?;
        Some(Self {
            line,
            stamp,
            is_request,
            body: behind.trim().to_owned(),
        })
    }

    /// True if no part of its body was seen.
    pub(super) fn is_empty(&self) -> bool {
        self.body.is_empty()
    }

    /// Takes a line of its body.
    pub(super) fn take(&mut self, text: &str) {
        let room = LONGEST_BODY.saturating_sub(self.body.len());
        // A terminal breaks a line anywhere, so nothing is put between.
        let text = text.trim_end_matches(['\r', '\n']);
        self.body.extend(text.chars().take(room));
    }

    /// The identifier of the product that sent it, or that it is for.
    pub(super) fn product(&self) -> Option<&str> {
        value(&self.body, "udi_pid").filter(|product| !product.is_empty())
    }

    /// Its events, once its body is complete; `group` is the section that contains it.
    pub(super) fn events(&self, group: &str, add: &mut dyn FnMut(DeviceEvent)) {
        let body = self.body.trim();
        let kind = [value(body, "original_request_type"), value(body, "request_type")]
            .into_iter()
            .flatten()
            .find(|kind| !kind.is_empty())
            .unwrap_or(group);
        let (what, text) = if self.is_request {
            (What::Request, format!("REQUEST {kind}"))
        } else if body.is_empty() {
            (What::NoAnswer, "RESPONSE: (empty)".to_owned())
        } else {
            let status = value(body, "status_code").unwrap_or_default();
            let says = message(body);
            (
                What::Answer(is_good(status)),
                format!("RESPONSE {kind} {status} {says}"),
            )
        };
        let text = shown(text.trim());
        add(DeviceEvent {
            line: self.line,
            stamp: Some(self.stamp.clone()),
            form: Form::History,
            what,
            text: text.clone(),
        });
        if let Some(stamp) = epoch(body) {
            add(DeviceEvent {
                line: self.line,
                stamp: Some(stamp),
                form: Form::Epoch,
                what,
                text,
            });
        }
    }
}

/// A string value, however damaged the JSON around it.
fn value<'a>(body: &'a str, key: &str) -> Option<&'a str> {
    let mut from = 0;
    while let Some(at) = body.get(from..)?.find(key) {
        let begin = from + at;
        from = begin + key.len();
        // Quoted whole: `request_type` is the end of `original_request_type`, too.
        let is_key = body.get(..begin).is_some_and(|before| before.ends_with('"'));
        let Some(rest) = body.get(from..).filter(|_| is_key) else {
            continue;
        };
        let Some(rest) = rest.strip_prefix('"').map(str::trim_start) else {
            continue;
        };
        let Some(rest) = rest.strip_prefix(':').map(str::trim_start) else {
            continue;
        };
        let Some(rest) = rest.strip_prefix('"') else { continue };
        return rest.split('"').next();
    }
    None
}

/// The text of an answer; in a damaged one the key may be missing.
fn message(body: &str) -> &str {
    value(body, "message")
        .or_else(|| {
            let behind = body.split("status_code").nth(1)?;
            behind.split('"').find(|text| text.len() > 12 && text.contains(' '))
        })
        .unwrap_or_default()
}

/// The first thirteen digits that are a value by themselves and a time of this century.
fn epoch(body: &str) -> Option<Stamp> {
    let millis: i64 = body
        .split('"')
        .filter(|piece| piece.len() == 13 && piece.bytes().all(|byte| byte.is_ascii_digit()))
        .find_map(|piece| {
            piece
                .parse()
                .ok()
                .filter(|millis| (946_684_800_000..4_102_444_800_000).contains(millis))
        })?;
    Some(of_epoch(millis))
}

fn of_epoch(millis: i64) -> Stamp {
    let text = Timestamp(millis.saturating_mul(1_000_000)).to_string();
    Stamp::at_start(&text).map_or_else(
        || Stamp {
            year: Some(1970),
            month: 1,
            day: 1,
            of_day: 0,
            mark: super::Mark::None,
            zone: None,
            offset: Some(0),
        },
        |(stamp, _)| stamp,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(head: &str, body: &[&str]) -> Vec<DeviceEvent> {
        let mut message = Message::begin(1, head).unwrap();
        body.iter().for_each(|line| message.take(line));
        let mut found = Vec::new();
        message.events("Trust Establishment", &mut |event| found.push(event));
        found
    }

    #[test]
    fn a_request_gives_its_type_and_its_time_in_utc() {
        let found = events(
            "  REQUEST: Aug 23 10:18:08 2021 Central",
            &[
                r#"{"request":{"header":{"request_type":"POLL_REQ","sudi":{"udi_pid":"C9800-CL-K9"},"request_data":{"times"#,
                r#"tamp":"1629713888600","nonce":"11702702165338740293","original_request_type":"LICENSE_USAGE"#,
            ],
        );
        assert_eq!(found[0].text.raw(), "REQUEST LICENSE_USAGE");
        assert_eq!(
            found[1].stamp.as_ref().unwrap().as_written(0).unwrap().to_string(),
            "2021-08-23T10:18:08.600000000Z"
        );
    }

    #[test]
    fn an_answer_that_says_failure_is_a_failure_even_without_its_braces() {
        let found = events(
            "RESPONSE: Aug 23 10:18:10 2021 Central",
            &[
                r#"{"header":{"mp":"1629713890172","request_type":"POLL_REQ","status_code":"FAILURE"},"Invalid ProductInstanceIdentifier: 2e84"#,
            ],
        );
        assert_eq!(found[0].what, What::Answer(Some(false)));
        assert_eq!(
            found[0].text.raw(),
            "RESPONSE POLL_REQ FAILURE Invalid ProductInstanceIdentifier: 2e84"
        );
        assert_eq!(found[1].form, Form::Epoch);
    }

    #[test]
    fn an_empty_answer_is_none() {
        assert_eq!(
            events("RESPONSE: Jun 29 11:12:40 2021 CET", &["", " "])[0].what,
            What::NoAnswer
        );
        assert!(Message::begin(1, "REQUEST: soon").is_none());
    }
}
