//! News → the time at which the attempts of a growing capture are grouped again.

use crate::analysis::collector::Collected;
use crate::attempt::SAME_ATTEMPT;
use crate::base::clock::Moment;
use crate::base::frame::Timestamp;

impl Collected<'_> {
    /// Connections and look-ups: they determine the cost of grouping.
    pub(crate) fn kept(&self) -> usize {
        self.connections.len().saturating_add(self.lookups.all.len())
    }

    /// The earliest time at which an attempt made of items since the last call may be settled; `None` if there was no
    /// such item.
    pub(crate) fn take_news(&mut self, moment: Moment) -> Option<Timestamp> {
        // If everything counts, or everything of one device, names do not decide.
        let any = self.everything || !self.options.wlc.is_empty();
        let lookups = std::mem::take(&mut self.lookups.news);
        let asked = lookups.of_interest || any && lookups.any;
        let asked = asked.then(|| moment.after(SAME_ATTEMPT).now);
        self.news.take().into_iter().chain(asked).min()
    }
}
