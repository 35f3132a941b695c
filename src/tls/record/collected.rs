//! Record → Event: records that had to be seen whole before they could be understood.

use super::{HEADER, RecordReader, State, content};
use crate::tcp::said::Provenance;
use crate::tcp::stream::Position;
use crate::tls::border::{brought, is_clear_alert, is_hello, messages_chain};
use crate::tls::heartbeat::Heartbeat;
use crate::tls::message::{Event, Message};

impl RecordReader {
    /// A record that had to be seen whole before it could be understood.
    pub(super) fn finish_collected(&mut self, sink: &mut impl FnMut(Event)) {
        let State::Collecting {
            kind,
            len,
            body,
            pieces,
            missing,
            at,
            ..
        } = std::mem::replace(&mut self.state, State::Done)
        else {
            return;
        };
        let end = at.from.saturating_add(HEADER as u64).saturating_add(u64::from(len));
        self.next_header(end);
        match kind {
            content::CHANGE_CIPHER_SPEC => {
                self.after_change = true;
                sink(at.said(Message::ChangeCipherSpec, end));
            }
            content::HEARTBEAT => {
                let read = Heartbeat::read(&body, len).filter(|_| !self.after_change && missing == 0);
                let mut event = at.said(Message::Heartbeat(read), end);
                for (_, at) in brought(&body, &pieces) {
                    event.frames.note(at.frame);
                    event.time = event.time.max(at.time);
                }
                sink(event);
            }
            content::ALERT => self.alert(&body, len, missing, at, end, sink),
            _ => {
                // A handshake record after change_cipher_spec, or after a hole. TLS 1.3 sends hellos in clear after a
                // compatibility change_cipher_spec (RFC 9846 appendix D.4); everything else is ciphertext.
                let readable = missing == 0
                    && if self.after_change {
                        is_hello(&body, len)
                    } else {
                        messages_chain(&body)
                    };
                if readable {
                    self.readable = true;
                    self.assembler.resume();
                    for (bytes, at) in brought(&body, &pieces) {
                        self.assembler.bytes(bytes, at, sink);
                    }
                } else {
                    self.keep_body(at.from, kind, &body, missing);
                    sink(at.said(Message::EncryptedHandshake { len }, end));
                }
            }
        }
    }

    fn alert(
        &mut self,
        body: &[u8],
        len: u16,
        missing: u32,
        at: Provenance,
        end: Position,
        sink: &mut impl FnMut(Event),
    ) {
        if missing > 0 || !is_clear_alert(body, self.after_change) {
            self.keep_body(at.from, content::ALERT, body, missing);
            sink(at.said(Message::EncryptedAlert { len }, end));
            return;
        }
        for pair in body.chunks_exact(2) {
            if let [level, description] = *pair {
                sink(at.said(Message::Alert { level, description }, end));
            }
        }
    }
}
