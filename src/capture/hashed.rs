//! bytes → the same bytes, and their SHA-256 (FIPS 180-4): a capture is read once, whether its hash is asked for or not.

use std::io::{self, Read};

use crate::base::hexadecimal::hexadecimal;

/// A reader that hashes what passes, where that is asked for.
pub struct Hashed<R> {
    input: R,
    context: Option<ring::digest::Context>,
}

impl<R: Read> Hashed<R> {
    /// A reader of `input`; `wanted`: whether its bytes are hashed at all.
    pub fn new(input: R, wanted: bool) -> Self {
        let context = wanted.then(|| ring::digest::Context::new(&ring::digest::SHA256));
        Self { input, context }
    }

    /// Reads what the analysis left, and gives the hash of everything in hexadecimal.
    ///
    /// # Errors
    /// When the rest cannot be read.
    pub fn finish(mut self) -> io::Result<Option<String>> {
        if self.context.is_some() {
            io::copy(&mut self, &mut io::sink())?;
        }
        let digest = self.context.map(ring::digest::Context::finish);
        Ok(digest.map(|digest| hexadecimal(digest.as_ref())))
    }
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = self.input.read(buffer)?;
        if let Some(context) = &mut self.context {
            context.update(buffer.get(..len).unwrap_or_default());
        }
        Ok(len)
    }
}
