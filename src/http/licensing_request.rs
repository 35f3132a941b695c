//! Text → ProductInstance: which device a readable licensing request is from, in JSON, whole or cut.
//!
//! Towards a CSLU or an On-Prem in plain HTTP the request is readable: `{"request":"{\"header\":{"sudi":{"udi_pid":…`. The unique
//! device identifier in it is that of the chassis that sent it, of a pair the active one's.

use super::licensing_answer::value;
use crate::base::wire_text::WireText;

/// The device that a request names as its sender.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct ProductInstance {
    /// Its product identifier, e.g. `C9800-40-K9`; empty where the request has none.
    pub product: WireText,
    /// Its serial number.
    pub serial: WireText,
}

impl ProductInstance {
    /// A device by its product identifier and its serial number.
    #[must_use]
    pub fn new(product: &str, serial: &str) -> Self {
        Self {
            product: product.into(),
            serial: serial.into(),
        }
    }

    /// The device that a body names, where it has a serial number.
    #[must_use]
    pub fn of(body: &str) -> Option<Self> {
        if !body.trim_start().starts_with(['{', '[']) {
            return None;
        }
        let text = body.replace('\\', "");
        let serial = value(&text, "udi_serial_number").filter(|serial| !serial.is_empty())?;
        Some(Self::new(value(&text, "udi_pid").unwrap_or_default(), serial))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sender_is_read_from_json_inside_json_and_from_a_cut_body() {
        let body = r#"{"request":"{\"header\":{\"request_type\":\"LICENSE_USAGE\",\"sudi\":{\"udi_pid\":\"C9800-40-K9\",\"udi_serial_number\":\"9SYNTHETIC1\"},\"ver"#;
        assert_eq!(
            ProductInstance::of(body),
            Some(ProductInstance::new("C9800-40-K9", "9SYNTHETIC1"))
        );
        let bare = r#"{"sudi":{"udi_serial_number":"9SYNTHETIC1"}}"#;
        assert_eq!(ProductInstance::of(bare), Some(ProductInstance::new("", "9SYNTHETIC1")));
    }

    #[test]
    fn a_body_without_a_serial_number_names_nobody() {
        for body in [
            "",
            "udi_serial_number",
            r#"{"sudi":{"udi_pid":"C9800-40-K9","udi_serial_number":""}}"#,
            r#"{"sudi":{"udi_serial_number":"#,
            "<html>\"udi_serial_number\":\"x\"",
        ] {
            assert_eq!(ProductInstance::of(body), None, "{body}");
        }
    }
}
