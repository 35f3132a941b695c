//! Certificate that was refused → Remedy: most remedies for an access point that joins are on the controller.

use super::{elsewhere, leaf_of, span_outside};
use crate::attempt::Attempt;
use crate::base::command::CommonName;
use crate::base::dialect::{Task, task};
use crate::base::phrase::{Phrase, phrase};
use crate::base::wire_text::WireText;
use crate::connection::walk::Side;
use crate::judge::finding::{Finding, Owner, Remedy};
use crate::tls::certificate::{ClientCertificateKind, Fields, client_certificate_kind};
use crate::tls::trust::{Chain, Judgement, Validity};

/// A remedy on the controller.
pub(super) fn on_controller(attempt: &Attempt<'_>, action: Phrase, tasks: &[Task]) -> Remedy {
    Remedy {
        commands: attempt.dialect.lines(tasks),
        ..elsewhere(attempt, Owner::Server, action)
    }
}

/// The remedy: check the access point.
pub(super) fn on_access_point(attempt: &Attempt<'_>) -> Remedy {
    let action = phrase("join-look-at-access-point");
    Remedy {
        commands: attempt.dialect.lines(&[task("join-access-point")]),
        ..elsewhere(attempt, Owner::Wlc, action)
    }
}

/// The certificate of the access point.
fn leaf<'a>(attempt: &'a Attempt<'_>) -> Option<&'a Fields> {
    let message = attempt.tls()?.certificates.client.as_ref()?;
    message.chain.first()?.fields.as_deref().ok()
}

/// The issuer of the access point's certificate, if it may be the site's own authority (LSC): no authority that issues
/// certificates at manufacture.
fn local_issuer<'a>(attempt: &'a Attempt<'_>) -> Option<&'a WireText> {
    let leaf = leaf(attempt)?;
    let is_manufacturers = matches!(client_certificate_kind(leaf), Some(ClientCertificateKind::Sudi { .. }));
    (!is_manufacturers).then_some(&leaf.issuer)
}

/// The issuer of the access point's certificate, as a line of configuration names it.
fn issuer(attempt: &Attempt<'_>) -> CommonName {
    let issuer = leaf(attempt).map_or("", |leaf| leaf.issuer.raw());
    let mut names = issuer.rsplit(',').filter_map(|part| part.trim().strip_prefix("CN="));
    CommonName::new(names.next().unwrap_or_default(), "<name of the issuer>")
}

/// The span between the capture and the time in which this side's certificate is valid.
fn span_of(attempt: &Attempt<'_>, side: Side, judgement: Option<&Judgement>) -> Phrase {
    let presented = attempt.tls().and_then(|tls| tls.certificates[side].as_ref());
    let leaf = presented.and_then(|it| leaf_of(&it.chain));
    let outside = leaf.and_then(|leaf| span_outside(judgement?.validity, leaf));
    outside.unwrap_or_default()
}

/// Adds the remedies where the controller refused the access point's certificate.
pub(super) fn of_access_point(finding: Finding, attempt: &Attempt<'_>, judgement: Option<&Judgement>) -> Finding {
    let span = span_of(attempt, Side::Client, judgement);
    let remedy = match judgement.map(|it| (it.validity, &it.chain)) {
        Some((Validity::Expired(_), _)) => on_controller(
            attempt,
            phrase("join-expired").with("span", span),
            &[task("join-ignore-expiry-of").with("issuer", &issuer(attempt))],
        ),
        Some((Validity::NotYetValid(_), _)) => on_controller(
            attempt,
            phrase("join-not-yet-valid").with("span", span),
            &[task("join-clock")],
        ),
        Some((_, Chain::SelfSigned)) => on_controller(
            attempt,
            phrase("join-self-signed"),
            &[task("join-show"), task("join-certificates")],
        ),
        _ => match local_issuer(attempt) {
            None => on_controller(
                attempt,
                phrase("join-issuer-unknown"),
                &[task("join-certificates"), task("join-show")],
            ),
            Some(issuer) => on_controller(
                attempt,
                phrase("join-issuer-local").with("issuer", issuer),
                &[task("join-certificates"), task("join-show")],
            ),
        },
    };
    finding.remedy(remedy).remedy(on_access_point(attempt))
}

/// Adds the remedies where the access point refused the controller's certificate.
pub(super) fn of_controller(finding: Finding, attempt: &Attempt<'_>, judgement: Option<&Judgement>) -> Finding {
    let span = span_of(attempt, Side::Server, judgement);
    let finding = match judgement.map(|it| it.validity) {
        Some(Validity::Expired(_)) => finding.remedy(on_controller(
            attempt,
            phrase("join-controller-expired").with("span", span),
            &[task("join-certificates"), task("join-trustpoint")],
        )),
        Some(Validity::NotYetValid(_)) => finding.remedy(on_controller(
            attempt,
            phrase("join-controller-not-yet-valid").with("span", span),
            &[task("join-clock")],
        )),
        _ => {
            let look = on_controller(attempt, phrase("join-controller-issuer"), &[task("join-certificates")]);
            let reload = [task("join-reload-certificate")];
            let reload = on_controller(attempt, phrase("join-controller-reload"), &reload);
            // Its text names the releases that need it: without commands there is nothing to do.
            let reload = Some(reload).filter(|it| !it.commands.is_empty());
            let mut finding = finding.remedy(look).cannot_tell(phrase("join-cannot-tell-roots"));
            finding.remedies.extend(reload);
            finding
        }
    };
    finding.remedy(on_access_point(attempt))
}
