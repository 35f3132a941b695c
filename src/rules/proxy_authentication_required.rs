//! Attempt → Finding: the proxy wants credentials.

use super::{client, elsewhere, on_device};
use crate::attempt::Attempt;
use crate::context::Context;
use crate::finding::{At, By, Finding, Owner, Rule};
use crate::phrase::phrase;

/// RFC 9110 section 15.5.8 (407).
pub(super) const RULE: Rule = Rule {
    id: "proxy-authentication-required",
    check,
};

fn check(attempt: &Attempt<'_>, _: &Context<'_>) -> Option<Finding> {
    let connection = attempt.connection()?;
    let exchange = connection.connect()?;
    let (asked, request) = exchange.request.as_ref()?;
    let (answered, response) = exchange.response.as_ref()?;
    if response.status != 407 {
        return None;
    }
    let scheme = response
        .proxy_authenticate
        .as_ref()
        .map(|it| format!(" ({it})"))
        .unwrap_or_default();
    Some(
        Finding::error(
            RULE.id,
            By::Path,
            At::Proxy,
            format!(
                "the proxy {} demands authentication{scheme}, which the {} does not give",
                connection.server,
                client(attempt)
            ),
        )
        .evidence(*asked, format!("CONNECT {}", request.target))
        .evidence(*answered, format!("407 {}", response.reason))
        .remedy(elsewhere(
            attempt,
            Owner::Proxy,
            format!(
                "let {} reach {} without authentication; IOS XE did not support authenticated proxies as of 17.9.2",
                attempt.device, request.target
            ),
        ))
        .remedy(on_device(
            attempt,
            phrase("proxy-cslu"),
            &[
                "configure terminal".to_owned(),
                "  license smart transport cslu".to_owned(),
                "  license smart url cslu http://<cslu>:8182/cslu/v1/pi".to_owned(),
                "  end".to_owned(),
            ],
        )),
    )
}
