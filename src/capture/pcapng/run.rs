//! pcapng blocks → Frames: Enhanced Packet Blocks in a row, without options, as nearly all are.

use std::ops::ControlFlow;

use pcap_parser::pcapng::EPB_MAGIC;

use super::Reader;
use crate::base::frame::Frame;
use crate::capture::Run;
use crate::capture::chunk::LARGEST_RECORD;
use crate::capture::tally::Tally;

/// Bytes of an Enhanced Packet Block before the packet, and behind it when no options follow: the
/// length once more.
const HEAD_LEN: usize = 28;
const AROUND: usize = HEAD_LEN + 4;

impl Reader {
    /// Hands on packets as long as their blocks are whole in the buffer, with nothing odd about them. What comes then is
    /// for [`Reader::next`].
    #[inline(always)]
    pub(in crate::capture) fn run(
        &mut self,
        bytes: &[u8],
        tally: &mut Tally,
        on_frame: &mut impl FnMut(&Frame<'_>, &Tally) -> ControlFlow<()>,
    ) -> Run {
        let mut run = Run::NOTHING;
        let mut rest = bytes;
        while run.flow.is_continue()
            && let Some(head) = rest.first_chunk::<HEAD_LEN>()
            && let (&[kind, claimed, index, high, low, captured, wire_len], _) = head.as_chunks::<4>()
            && self.order.u32(kind) == EPB_MAGIC
        {
            let captured_len = self.order.u32(captured);
            let len = self.order.u32(claimed) as usize;
            // One comparison says that the packet fits its block, and that no options follow.
            let padded = (captured_len as usize).checked_next_multiple_of(4);
            if padded.and_then(|padded| padded.checked_add(AROUND)) != Some(len)
                || captured_len == 0
                || len > LARGEST_RECORD
            {
                break;
            }
            let Some((block, behind)) = rest.split_at_checked(len) else {
                break;
            };
            let Some(data) = block.get(HEAD_LEN..).and_then(|body| body.get(..captured_len as usize)) else {
                break;
            };
            let index = self.order.u32(index);
            let wire_len = self.order.u32(wire_len);
            let Some(interface) = self.interfaces.get(index as usize) else {
                break;
            };
            if block.last_chunk::<4>() != Some(&claimed)
                || (captured_len != wire_len && captured_len != interface.snap_len)
            {
                break;
            }
            let ticks = (u64::from(self.order.u32(high)) << 32) | u64::from(self.order.u32(low));
            let time = interface.clock.time(ticks);
            let frame = Frame {
                number: tally.number_packet(time, interface.link),
                time,
                link: interface.link,
                interface: self.declared_before.saturating_add(index),
                wire_len,
                data,
            };
            let flow = on_frame(&frame, tally);
            run.saw(len, time, flow);
            rest = behind;
        }
        run
    }
}
