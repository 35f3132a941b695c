//! Dropped → Anomaly: counts of everything that was dropped at bounds or skipped, so that nothing is lost silently.

use std::collections::BTreeMap;

use crate::base::frame::{Anomaly, AnomalyKind, FrameNumber};
use crate::base::phrase::phrase;
use crate::connection::datagram::table::DatagramFlows;
use crate::connection::table::Flows;
use crate::decode::Skip;
use crate::dns::lookup::Lookups;

/// Counts of what was dropped at a bound.
#[derive(Debug, Default)]
pub(crate) struct Dropped {
    pub(crate) connections: u64,
    pub(crate) unconnected: u64,
    pub(crate) icmp: u64,
    pub(crate) events: u64,
    /// Among all these, connections that may belong to a service, and those that were not followed to their ends.
    pub(crate) not_judged: u64,
}

/// Every bound that took effect, so that nothing is lost silently.
pub(crate) fn bounds_that_bit(
    dropped: &Dropped,
    flows: &Flows,
    datagrams: &DatagramFlows,
    lookups: &Lookups,
) -> Vec<Anomaly> {
    let rows = [
        (dropped.connections, "anomaly-bound-connections"),
        (dropped.unconnected, "anomaly-bound-unconnected"),
        (dropped.icmp, "anomaly-bound-icmp"),
        (dropped.events, "anomaly-bound-events"),
        (
            flows.counts.evicted.saturating_add(datagrams.evicted),
            "anomaly-bound-evicted",
        ),
        (lookups.dropped, "anomaly-bound-lookups"),
    ];
    rows.iter()
        .filter(|(count, _)| *count > 0)
        .map(|&(count, id)| Anomaly {
            kind: AnomalyKind::Bound,
            frame: FrameNumber(0),
            detail: phrase(id).with("count", count),
        })
        .collect()
}

/// Skipped packets, by the name of the reason.
pub(crate) fn skipped(counts: &[u64; Skip::COUNT]) -> BTreeMap<String, u64> {
    Skip::ALL
        .iter()
        .filter_map(|&skip| {
            let count = *counts.get(skip as usize)?;
            (count > 0).then(|| (skip.to_string(), count))
        })
        .collect()
}
