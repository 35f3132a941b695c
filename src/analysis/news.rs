//! News → when the attempts of a growing capture are grouped again.

use crate::analysis::collector::Collected;
use crate::attempt::SAME_ATTEMPT;
use crate::base::clock::Moment;
use crate::base::frame::Timestamp;

impl Collected<'_> {
    /// Connections and look-ups, which is what grouping costs.
    pub(crate) fn kept(&self) -> usize {
        self.connections.len().saturating_add(self.lookups.all.len())
    }

    /// When an attempt may have settled that consists of what came since this was last asked; `None`: nothing of that kind came.
    pub(crate) fn take_news(&mut self, moment: Moment) -> Option<Timestamp> {
        // Where everything counts, or one device's everything, names do not tell.
        let any = self.everything || !self.options.wlc.is_empty();
        let lookups = std::mem::take(&mut self.lookups.news);
        let asked = lookups.of_interest || any && lookups.any;
        let asked = asked.then(|| moment.after(SAME_ATTEMPT).now);
        self.news.take().into_iter().chain(asked).min()
    }
}
