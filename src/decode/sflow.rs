//! sFlow datagram → samples: the first bytes of packets that a switch picked (sFlow version 5, sflow.org).

use super::Skip;
use super::layer::{Layer, Wire};

/// The sFlow version that is understood.
pub(super) const VERSION: u32 = 5;

/// Calls `on_sample` with each raw packet header in the datagram.
pub(super) fn samples<'a>(wire: Wire<'a>, mut on_sample: impl FnMut(Layer, Wire<'a>)) -> Result<(), Skip> {
    let address_len = match wire.u32(4)? {
        1 => 4,
        2 => 16,
        _ => return Err(Skip::Malformed),
    };
    // Version, address type, the agent's address, sub-agent, sequence number, uptime; then the number of samples.
    let count_at = 8 + address_len + 12;
    let count = wire.u32(count_at)?;
    let mut rest = wire.skip(count_at + 4)?;
    for _ in 0..count {
        let (kind, sample, next) = item(rest)?;
        // Counters are no packets. The expanded form spends two words on an interface instead of one.
        match kind {
            1 => records(sample, 28, &mut on_sample)?,
            3 => records(sample, 40, &mut on_sample)?,
            _ => {}
        }
        rest = next;
    }
    Ok(())
}

/// The records of one flow sample; their number is at `count_at`.
fn records<'a>(sample: Wire<'a>, count_at: usize, on_sample: &mut impl FnMut(Layer, Wire<'a>)) -> Result<(), Skip> {
    let count = sample.u32(count_at)?;
    let mut rest = sample.skip(count_at + 4)?;
    for _ in 0..count {
        let (kind, record, next) = item(rest)?;
        if kind == 1 {
            raw_header(record, on_sample)?;
        }
        rest = next;
    }
    Ok(())
}

/// A raw packet header: protocol, frame length, bytes stripped, and the bytes that were sampled.
fn raw_header<'a>(record: Wire<'a>, on_sample: &mut impl FnMut(Layer, Wire<'a>)) -> Result<(), Skip> {
    let layer = match record.u32(0)? {
        1 => Layer::Ethernet,
        7 => Layer::Ppp,
        11 | 12 => Layer::Ip,
        13 => Layer::Mpls,
        _ => return Ok(()),
    };
    let frame_len = record.u32(4)?.saturating_sub(record.u32(8)?);
    let sampled_len = record.u32(12)?;
    let header = record
        .skip(16)?
        .limit(usize::try_from(sampled_len).unwrap_or(usize::MAX));
    let captured = u32::try_from(header.data.len()).unwrap_or(u32::MAX);
    on_sample(
        layer,
        Wire {
            data: header.data,
            cut: frame_len.saturating_sub(captured),
        },
    );
    Ok(())
}

/// A tag (zero in its upper 20 bits for sflow.org's own), a length, a body; and what follows.
fn item(wire: Wire<'_>) -> Result<(u32, Wire<'_>, Wire<'_>), Skip> {
    let kind = wire.u32(0)?;
    let len = usize::try_from(wire.u32(4)?).unwrap_or(usize::MAX);
    let body = wire.skip(8)?;
    // The last item may be cut; later ones are then missing.
    let next = body.skip(len).unwrap_or(Wire {
        data: &[],
        cut: body.cut,
    });
    Ok((kind, body.limit(len), next))
}

#[cfg(test)]
mod tests {
    use super::super::samples::{ethernet, facts, hello, ipv4, join, udp};
    use crate::base::frame::LinkType;

    #[test]
    fn an_sflow_sample_is_a_segment_whose_end_is_lost() {
        let sampled = ethernet(0x0800, &hello());
        let header = &sampled[..56];
        let words = |words: &[u32]| words.iter().flat_map(|word| word.to_be_bytes()).collect::<Vec<_>>();
        let record_len = u32::try_from(16 + header.len()).unwrap();
        let frame_len = u32::try_from(sampled.len()).unwrap();
        let sflow = join(&[
            &words(&[5, 1, 0x0a00_0001, 0, 1, 1000, 1]),
            &words(&[1, 32 + 8 + record_len, 1, 1, 100, 100, 0, 1, 2, 1]),
            &words(&[1, record_len, 1, frame_len, 0, 56]),
            header,
        ]);
        let bytes = ethernet(0x0800, &ipv4(17, &udp(50_000, 6343, &sflow)));
        assert_eq!(
            facts(LinkType::ETHERNET, &[bytes]),
            ["tcp 1 192.0.2.1:40000 > 198.51.100.2:443 seq 7 len 2 lost 3 via sflow"]
        );
    }
}
