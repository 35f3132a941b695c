//! Value → JSON in which no character of a string can control a terminal or hide text.
//!
//! RFC 8259 section 7 requires only that C0 controls are escaped, and allows any other character. File names and names
//! of logs do not come from the capture, so programs get them unchanged, written as `\u` escapes for human readers.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer};

use crate::base::wire_text::is_unsafe;

/// Writes a value as JSON in one line, without a line end.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_compact<T: Serialize + ?Sized>(value: &T, out: &mut dyn Write) -> io::Result<()> {
    write(value, CompactFormatter, out)
}

/// Writes a value as JSON over several lines, without a final line end.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_indented<T: Serialize + ?Sized>(value: &T, out: &mut dyn Write) -> io::Result<()> {
    write(value, PrettyFormatter::new(), out)
}

fn write<T: Serialize + ?Sized>(value: &T, layout: impl Formatter, out: &mut dyn Write) -> io::Result<()> {
    value
        .serialize(&mut Serializer::with_formatter(out, Escaping(layout)))
        .map_err(io::Error::from)
}

/// A layout of JSON that escapes every character that must not reach a terminal.
struct Escaping<F>(F);

macro_rules! as_laid_out {
    ($($method:ident($($argument:ident: $kind:ty)?);)*) => {
        $(fn $method<W: ?Sized + Write>(&mut self, out: &mut W $(, $argument: $kind)?) -> io::Result<()> {
            self.0.$method(out $(, $argument)?)
        })*
    };
}

impl<F: Formatter> Formatter for Escaping<F> {
    as_laid_out! {
        begin_array();
        end_array();
        begin_array_value(first: bool);
        end_array_value();
        begin_object();
        end_object();
        begin_object_key(first: bool);
        end_object_key();
        begin_object_value();
        end_object_value();
    }

    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        // Nearly all of it is printable ASCII.
        while !rest.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            let Some((at, c)) = rest.char_indices().find(|&(_, c)| is_unsafe(c)) else {
                break;
            };
            let (safe, from) = rest.split_at_checked(at).unwrap_or_default();
            out.write_all(safe.as_bytes())?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            rest = from.get(c.len_utf8()..).unwrap_or_default();
        }
        out.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_drive_a_terminal_or_hide_text_is_escaped_and_read_back_as_it_was() {
        let name = "a\u{9b}31m\u{7f}b\u{202e}c\u{e0041}\u{feff}\u{1b}\"\\ライ";
        let mut line = Vec::new();
        write_compact(&[name], &mut line).unwrap();
        let line = String::from_utf8(line).unwrap();
        assert_eq!(line, r#"["a\u009b31m\u007fb\u202ec\udb40\udc41\ufeff\u001b\"\\ライ"]"#);
        assert_eq!(serde_json::from_str::<[String; 1]>(&line).unwrap(), [name]);
        let mut pretty = Vec::new();
        write_indented(&serde_json::json!({"a": [1, {}], "b": name}), &mut pretty).unwrap();
        let pretty = String::from_utf8(pretty).unwrap();
        let usual = serde_json::to_string_pretty(&serde_json::json!({"a": [1, {}], "b": "x"})).unwrap();
        let layout = |text: &str| text.split("\"b\"").next().map(str::to_owned);
        assert_eq!(layout(&pretty), layout(&usual));
        assert!(!pretty.contains(is_unsafe_but_line_end));
    }

    fn is_unsafe_but_line_end(c: char) -> bool {
        c != '\n' && is_unsafe(c)
    }
}
