//! Connections → places: the kept connections that make room when there are too many.
//!
//! The list is searched once, when a bound is reached; after that, making room costs no more than taking the next
//! place. Successful connections go first, the latest of them first: the first successful attempt is needed for
//! comparison with failed ones.

use crate::analysis::interest::Grade;
use crate::connection::Connection;
use crate::connection::step::Side;

/// The memory for certificates of kept connections, in bytes. Those of 20,000 ordinary connections take 160 MB; one connection may
/// present 256 KiB that take five times as much once they are read.
pub(super) const MAX_CERTIFICATES: usize = 256 << 20;

/// A class of connections with its own bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// TLS or HTTP that names a server.
    Named,
    /// The same without a name.
    Nameless,
    /// It never connected, or ended before a message was sent.
    Unconnected,
}

/// Places of connections by class and by grade, without those that failed.
#[derive(Debug, Default)]
pub(crate) struct Room {
    classes: [Option<[Vec<usize>; 3]>; 3],
}

impl Room {
    /// The connections have moved.
    pub(crate) fn forget(&mut self) {
        self.classes = Default::default();
    }

    /// True if no connection makes room for a failed one.
    pub(crate) fn is_full(&self, class: Class) -> bool {
        let places = self.classes.get(class as usize).and_then(Option::as_ref);
        places.is_some_and(|places| places.iter().all(Vec::is_empty))
    }

    /// The place of a connection that matters less than one of this grade, which then takes the place.
    pub(crate) fn take(
        &mut self,
        (class, grade): (Class, Grade),
        connections: &[Connection],
        mut look: impl FnMut(&Connection) -> (Class, Grade),
    ) -> Option<usize> {
        let places = self.classes.get_mut(class as usize)?.get_or_insert_with(|| {
            let mut places: [Vec<usize>; 3] = Default::default();
            for (at, connection) in connections.iter().enumerate() {
                let (of, grade) = look(connection);
                if let Some(list) = places.get_mut(grade as usize).filter(|_| of == class) {
                    list.push(at);
                }
            }
            places
        });
        let place = places.iter_mut().take(grade as usize).find_map(Vec::pop)?;
        if let Some(list) = places.get_mut(grade as usize) {
            list.push(place);
        }
        Some(place)
    }
}

/// The memory that a connection's certificates take, in bytes: as sent, and each name once more as text.
pub(super) fn size_of_certificates(connection: &Connection) -> usize {
    const OF_NAME: usize = 64;
    let of_side = |side: Side| connection.tls.as_ref()?.certificates[side].as_ref();
    let chains = Side::both().into_iter().filter_map(of_side);
    chains
        .flat_map(|message| &message.chain)
        .map(|it| {
            let names = it.fields.as_ref().map_or(0, |fields| fields.names.len());
            it.der
                .len()
                .saturating_mul(2)
                .saturating_add(names.saturating_mul(OF_NAME))
        })
        .sum()
}

/// The bound that counts a wanted connection. A connection that names no server may be licensing or anything else;
/// without a name little can be concluded from it.
pub(super) fn class_of(connection: &Connection, everything: bool) -> Class {
    let wanted = connection.may_be_read();
    match (wanted, !everything && connection.server_name().is_none()) {
        (true, true) => Class::Nameless,
        (true, false) => Class::Named,
        (false, _) => Class::Unconnected,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::connection;

    #[test]
    fn what_matters_least_makes_room_and_what_failed_makes_none() {
        let kept: Vec<Connection> = (0..6)
            .map(|n| connection(n, "10.0.0.1:50000", "10.0.0.2:443"))
            .collect();
        let grades = [
            Grade::Smooth,
            Grade::Failed,
            Grade::Stranger,
            Grade::Smooth,
            Grade::Doubtful,
            Grade::Stranger,
        ];
        let look = |it: &Connection| match it.index {
            5 => (Class::Nameless, Grade::Stranger),
            at => (Class::Named, grades[at as usize]),
        };
        let mut room = Room::default();
        let mut take = |grade| room.take((Class::Named, grade), &kept, look);
        assert_eq!(take(Grade::Stranger), None);
        assert_eq!(take(Grade::Smooth), Some(2));
        assert_eq!(take(Grade::Failed), Some(2), "it is the latest that went well now");
        assert_eq!(take(Grade::Doubtful), Some(3));
        assert_eq!([take(Grade::Failed), take(Grade::Failed)], [Some(0), Some(3)]);
        assert_eq!([take(Grade::Failed), take(Grade::Failed)], [Some(4), None]);
        assert!(room.is_full(Class::Named) && !room.is_full(Class::Nameless));
    }
}
