//! Client Hello → Dialect: the commands for a client about which nothing else is known.

use crate::attempt::Attempt;
use crate::base::carrier::Carrier;
use crate::base::dialect::Dialect;
use crate::profile::options::Options;

/// The hello may show which library wrote it: that chooses commands, and nothing else.
pub(super) fn tell(attempt: &mut Attempt<'_>, options: &Options) {
    if attempt.dialect != Dialect::Generic || options.dialect.is_some() || attempt.carrier() != Carrier::Tcp {
        return;
    }
    let hello = attempt.tls().and_then(|tls| tls.client_hello.as_deref());
    let stack = hello.and_then(|hello| hello.stack);
    if let Some((stack, dialect)) = stack.and_then(|stack| Some((stack, Dialect::named(stack.name())?))) {
        attempt.looks_like = Some(stack);
        attempt.dialect = dialect;
    }
}
