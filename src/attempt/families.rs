//! Look-ups → the device behind a connection, if a device uses both address families.

use std::borrow::Cow;
use std::collections::HashMap;
use std::net::IpAddr;

use crate::attempt::index::lower_case;
use crate::connection::Connection;
use crate::dns::lookup::Lookup;

/// Devices that use both address families: the device that asked for a name owns the connection.
pub(super) struct Families<'a> {
    /// Who got an address for a name; `None`: several did. Empty where all devices use one address family.
    answers: HashMap<(IpAddr, Cow<'a, str>), Option<IpAddr>>,
}

impl<'a> Families<'a> {
    pub(super) fn of(lookups: &'a [Lookup], connections: &[Connection]) -> Self {
        let mut answers: HashMap<_, Option<IpAddr>> = HashMap::new();
        let askers = lookups.iter().map(|it| it.client);
        let mut all = askers.chain(connections.iter().flat_map(|it| [it.client.ip, it.server.ip]));
        let is_v4 = all.next().is_some_and(|it| it.is_ipv4());
        if all.all(|it| it.is_ipv4() == is_v4) {
            return Self { answers };
        }
        for lookup in lookups {
            for address in lookup.answer.iter().flat_map(|answer| &answer.addresses) {
                let key = (*address, lower_case(lookup.name.raw()));
                let asker = answers.entry(key).or_insert(Some(lookup.client));
                asker.take_if(|it| *it != lookup.client);
            }
        }
        Self { answers }
    }

    /// The device behind a connection: the address that opened the connection, or an address of the other family, if it
    /// is the only one to which DNS gave the connection's target.
    pub(super) fn device(&self, own: IpAddr, name: &str, connection: &Connection) -> IpAddr {
        if self.answers.is_empty() {
            return own;
        }
        let asker = self.answers.get(&(connection.server.ip, lower_case(name)));
        match asker {
            Some(&Some(asker)) if asker.is_ipv4() != own.is_ipv4() => asker,
            _ => own,
        }
    }
}
