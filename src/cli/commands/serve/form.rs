//! Body of a form → Part: `multipart/form-data` (RFC 7578), read as a stream, without holding a file in memory.

use std::io::{self, Read, Write};

/// Bytes read at once.
const PIECE: usize = 64 * 1024;
/// The longest head of a part: a name and a file name.
const LONGEST_HEAD: usize = 8 * 1024;
/// The page has fewer fields; a form with more is refused.
pub(super) const MOST_PARTS: usize = 16;

/// The names of one part.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) name: String,
    /// The file name; empty if no file was chosen.
    pub(super) file: Option<String>,
}

/// The reason why a form cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum FormError {
    #[error("is not a form as the page sends it")]
    Malformed,
    #[error("{}", crate::cli::reason(.0))]
    Read(#[from] io::Error),
    #[error("{}", crate::cli::reason(.0))]
    Keep(io::Error),
}

/// A form being read.
pub(super) struct Form<R> {
    input: R,
    /// Bytes that were read and not handed on yet.
    held: Vec<u8>,
    /// Line end, hyphens and the boundary: the end of a part.
    delimiter: Vec<u8>,
    ended: bool,
    parts: usize,
}

/// The boundary that a `Content-Type` names.
pub(super) fn boundary(content_type: &str) -> Option<&str> {
    let (kind, parameters) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let named = parameters
        .split(';')
        .filter_map(|parameter| parameter.trim().split_once('='));
    let (_, value) = named
        .into_iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("boundary"))?;
    let value = value.trim_matches('"');
    // RFC 2046, section 5.1.1.
    (!value.is_empty() && value.len() <= 70 && value.is_ascii()).then_some(value)
}

impl<R: Read> Form<R> {
    pub(super) fn new(input: R, boundary: &str) -> Self {
        Self {
            input,
            // The first boundary has no line end before it.
            held: b"\r\n".to_vec(),
            delimiter: format!("\r\n--{boundary}").into_bytes(),
            ended: false,
            parts: 0,
        }
    }

    /// The next part; the content of the previous one must have been read.
    pub(super) fn next(&mut self) -> Result<Option<Part>, FormError> {
        if self.ended {
            return Ok(None);
        }
        if self.parts == 0 {
            self.content(&mut io::sink())?; // what stands before the first boundary
        }
        self.parts += 1;
        if self.parts > MOST_PARTS {
            return Err(FormError::Malformed);
        }
        while self.held.len() < 2 {
            self.more()?;
        }
        if self.held.starts_with(b"--") {
            self.ended = true;
            return Ok(None);
        }
        let head = loop {
            if let Some(at) = find(&self.held, b"\r\n\r\n") {
                let head: Vec<u8> = self.held.drain(..at).collect();
                self.held.drain(..4);
                break head;
            }
            if self.held.len() > LONGEST_HEAD {
                return Err(FormError::Malformed);
            }
            self.more()?;
        };
        part(&String::from_utf8_lossy(&head))
            .map(Some)
            .ok_or(FormError::Malformed)
    }

    /// Writes the content of the part, up to the beginning of the next one; returns its length in bytes.
    pub(super) fn content(&mut self, out: &mut dyn Write) -> Result<u64, FormError> {
        let mut len = 0;
        loop {
            let (ready, is_last) = match find(&self.held, &self.delimiter) {
                Some(at) => (at, true),
                // The delimiter may have begun at the end.
                None => (self.held.len().saturating_sub(self.delimiter.len()), false),
            };
            out.write_all(self.held.get(..ready).unwrap_or_default())
                .map_err(FormError::Keep)?;
            len += ready as u64;
            self.held.drain(..ready);
            if is_last {
                self.held.drain(..self.delimiter.len());
                return Ok(len);
            }
            self.more()?;
        }
    }

    fn more(&mut self) -> Result<(), FormError> {
        let before = self.held.len();
        let read = (&mut self.input).take(PIECE as u64).read_to_end(&mut self.held)?;
        match read {
            0 => Err(FormError::Malformed),
            _ => {
                debug_assert!(self.held.len() > before);
                Ok(())
            }
        }
    }
}

/// The position of `wanted`.
fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    let first = *wanted.first()?;
    let mut from = 0;
    loop {
        // Most bytes are not the first one: searching for that byte alone is quick.
        let at = from + text.get(from..)?.iter().position(|byte| *byte == first)?;
        if text.get(at..)?.starts_with(wanted) {
            return Some(at);
        }
        from = at + 1;
    }
}

/// Reads the head of a part.
fn part(head: &str) -> Option<Part> {
    let disposition = head.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim().eq_ignore_ascii_case("content-disposition").then_some(value)
    })?;
    let value = |name: &str| {
        let (_, rest) = disposition.split_once(&format!("; {name}=\""))?;
        // Browsers write a quotation mark in a name as %22.
        rest.split_once('"').map(|(value, _)| value.to_owned())
    };
    let name = value("name")?;
    // A browser may send the folder, too.
    let file = value("filename").map(|file| file.rsplit(['/', '\\']).next().unwrap_or_default().to_owned());
    Some(Part { name, file })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives a few bytes at a time.
    struct Slow<'a>(&'a [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let len = self.1.min(self.0.len()).min(buffer.len());
            let (now, later) = self.0.split_at(len);
            buffer[..len].copy_from_slice(now);
            self.0 = later;
            Ok(len)
        }
    }

    fn read(body: &[u8], step: usize) -> Result<Vec<(Part, Vec<u8>)>, FormError> {
        let mut form = Form::new(Slow(body, step), "B");
        let mut parts = Vec::new();
        while let Some(part) = form.next()? {
            let mut content = Vec::new();
            form.content(&mut content)?;
            parts.push((part, content));
        }
        Ok(parts)
    }

    #[test]
    fn parts_are_read_whatever_pieces_they_come_in() {
        let file = b"\r\n--A\r\n\r\n--\r\n-\0\xff".repeat(40);
        let mut body = b"--B\r\nContent-Disposition: form-data; name=\"capture\"; filename=\"C:\\x\\a b.pcap\"\r\n\
            Content-Type: application/octet-stream\r\n\r\n"
            .to_vec();
        body.extend(&file);
        body.extend(b"\r\n--B\r\ncontent-disposition: form-data; name=\"lang\"\r\n\r\nja\r\n--B--\r\n");
        for step in [1, 2, 3, 7, 64, 100_000] {
            let parts = read(&body, step).unwrap();
            assert_eq!(parts.len(), 2);
            assert_eq!(parts[0].0.file.as_deref(), Some("a b.pcap"));
            assert_eq!(
                (parts[0].1.as_slice(), parts[1].1.as_slice()),
                (file.as_slice(), b"ja".as_slice())
            );
        }
    }

    #[test]
    fn what_is_no_form_is_refused() {
        let many = b"--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n".repeat(MOST_PARTS + 1);
        let mut head = b"--B\r\nContent-Disposition: form-data; name=\"".to_vec();
        head.extend(vec![b'a'; 2 * PIECE]);
        for body in [
            &b""[..],
            b"--B",
            b"--B\r\n\r\nx",
            b"--C\r\n\r\n",
            b"--B\r\nX: y\r\n\r\nz\r\n--B--",
            &many,
            &head,
        ] {
            assert!(matches!(read(body, 5000), Err(FormError::Malformed)), "{body:?}");
        }
        for text in [
            "text/plain; boundary=B",
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "multipart/form-data; boundary=é",
        ] {
            assert_eq!(boundary(text), None, "{text}");
        }
        assert_eq!(boundary("multipart/form-data; charset=x; Boundary=\"B\""), Some("B"));
    }
}
