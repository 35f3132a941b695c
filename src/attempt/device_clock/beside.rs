//! Log, Attempts → Offset: one log compared with the attempts of one device, form by form.
//!
//! A log has stamps of several forms, which may be in different zones. Each form is explained alone; if one clock in
//! one zone explains all of them, they support one another.

use std::collections::HashSet;
use std::net::IpAddr;

use super::{Kind, MAX_COMPARED, Offset, Solution, Span, allowed, certainty, solve, support, window, written};
use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::base::frame::Timestamp;
use crate::device::{DeviceEvent, DeviceLog, Form};

/// The offsets of a log's forms, if this device wrote it.
pub(super) fn of_device(at: usize, log: &DeviceLog, device: IpAddr, attempts: &[Attempt<'_>]) -> Vec<Offset> {
    let own = attempts.iter().filter(|it| it.licensing && it.device == device);
    offsets(Beside::of(at, log, Some(device), own))
}

/// The offsets of a log's forms, compared with all attempts to join.
pub(super) fn of_joins(at: usize, log: &DeviceLog, attempts: &[Attempt<'_>]) -> Vec<Offset> {
    let own = attempts.iter().filter(|it| it.is_join());
    offsets(Beside::of(at, log, None, own))
}

fn offsets(beside: Option<Beside<'_>>) -> Vec<Offset> {
    let Some(beside) = beside else { return Vec::new() };
    let forms = beside.forms();
    let single: Vec<Option<Offset>> = forms
        .iter()
        .map(|&form| beside.offset(form, beside.alone(form)?, beside.is_utc(form)))
        .collect();
    let together = beside.together(&forms);
    let any_utc = forms.iter().any(|&form| beside.is_utc(form));
    let known = single.iter().flatten().max_by_key(|offset| offset.certainty);
    let of_form = |(&form, single): (&Form, &Option<Offset>)| {
        let together = together
            .filter(|solution| beside.fits(form, solution))
            .and_then(|solution| beside.offset(form, solution, any_utc));
        together
            .or_else(|| single.clone())
            .unwrap_or_else(|| beside.assumed(form, known))
    };
    forms.iter().zip(&single).map(of_form).collect()
}

/// A log and the attempts of a device that may have written it.
struct Beside<'a> {
    /// The number of the log.
    at: usize,
    device: Option<IpAddr>,
    spans: Vec<Span>,
    /// The time at which the first of the attempts begins.
    around: Timestamp,
    /// The lines with a time, as written.
    dated: Vec<(&'a DeviceEvent, Timestamp)>,
    /// Lines that have milliseconds inside.
    inside: HashSet<u64>,
}

impl<'a> Beside<'a> {
    /// `None` if there is no attempt.
    fn of<'t, 'c: 't>(
        at: usize,
        log: &'a DeviceLog,
        device: Option<IpAddr>,
        own: impl Iterator<Item = &'t Attempt<'c>>,
    ) -> Option<Self> {
        let mut spans: Vec<Span> = own.map(Span::of).collect();
        spans.drain(..spans.len().saturating_sub(MAX_COMPARED));
        let around = spans.first()?.begin;
        let dated: Vec<(&DeviceEvent, Timestamp)> = log
            .events
            .iter()
            .filter_map(|event| Some((event, written(event, around)?)))
            .collect();
        let epochs = dated.iter().filter(|(event, _)| event.form == Form::Epoch);
        let inside = epochs.map(|(event, _)| event.line).collect();
        Some(Self {
            at,
            device,
            spans,
            around,
            dated,
            inside,
        })
    }

    fn forms(&self) -> Vec<Form> {
        let mut forms: Vec<Form> = self.dated.iter().map(|(event, _)| event.form).collect();
        forms.sort_unstable();
        forms.dedup();
        forms
    }

    /// The stamp above a message and the milliseconds inside are one event: together they count once.
    fn is_twin(&self, event: &DeviceEvent) -> bool {
        event.form == Form::History && self.inside.contains(&event.line)
    }

    /// The lines of these forms that may be about an attempt, those nearest to the capture: the log of a year holds
    /// many events outside the capture.
    fn of_forms(&self, forms: &[Form]) -> Vec<(&'a DeviceEvent, Timestamp)> {
        let telling = self.dated.iter().filter(|(event, _)| {
            forms.contains(&event.form)
                && !(forms.len() > 1 && self.is_twin(event))
                && self
                    .spans
                    .iter()
                    .any(|&span| window(event.what, event.form, span).is_some())
        });
        let mut telling: Vec<_> = telling.copied().collect();
        telling.sort_by_key(|(_, time)| time.since(self.around).abs());
        telling.truncate(MAX_COMPARED);
        telling
    }

    fn is_utc(&self, form: Form) -> bool {
        let says_so = |event: &DeviceEvent| event.stamp.as_ref().is_some_and(|it| it.offset.is_some());
        let mut own = self.dated.iter().filter(|(event, _)| event.form == form);
        form == Form::Epoch || own.any(|(event, _)| says_so(event))
    }

    /// The offset that explains the lines of one form.
    fn alone(&self, form: Form) -> Option<Solution> {
        solve(&self.of_forms(&[form]), &self.spans, self.is_utc(form))
    }

    /// One clock in one zone that explains all forms together: then the forms support one another.
    fn together(&self, forms: &[Form]) -> Option<Solution> {
        let any_utc = forms.iter().any(|&form| self.is_utc(form));
        let history = self.of_forms(&[Form::History]);
        let twins = history.iter().filter(|(event, _)| self.is_twin(event)).count();
        let singly = forms.iter().filter_map(|&form| self.alone(form));
        let singly: usize = singly.map(|solution| solution.pairs).sum();
        let least = singly.saturating_sub(twins).max(1);
        solve(&self.of_forms(forms), &self.spans, any_utc).filter(|it| it.pairs >= least)
    }

    /// True if the lines of a form fit this offset as well as any other.
    fn fits(&self, form: Form, solution: &Solution) -> bool {
        let own = self.of_forms(&[form]);
        let best = self.alone(form).map_or(0, |it| it.pairs);
        support(&allowed(&own, &self.spans), solution.ahead, Kind::None).pairs >= best
    }

    fn offset(&self, form: Form, solution: Solution, is_utc: bool) -> Option<Offset> {
        Some(Offset {
            log: self.at,
            form,
            device: self.device,
            ahead: solution.ahead,
            give: (solution.to - solution.ahead).max(solution.ahead - solution.from),
            pairs: solution.pairs,
            certainty: certainty(solution, is_utc)?,
            is_utc,
        })
    }

    /// The same clock, shown in UTC: assumed, because no sign contradicts it.
    fn assumed(&self, form: Form, known: Option<&Offset>) -> Offset {
        Offset {
            ahead: known.filter(|it| it.is_utc).map_or(0, |it| it.ahead),
            log: self.at,
            form,
            device: self.device,
            give: 0,
            pairs: 0,
            certainty: Confidence::Possible,
            is_utc: form == Form::Epoch,
        }
    }
}
