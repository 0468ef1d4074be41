//! The screens of withdrawals (R-WD-1) that several cabinets share: [`making`] is the
//! teacher's and the school coordinator's, [`deciding`] the municipal coordinator's and the
//! operator's. Addresses and who may come there stand in the cabinets' own folders.

pub mod deciding;
pub mod making;

use app::withdrawals::Seen;
use maud::{Markup, html};
use uuid::Uuid;

/// Which withdrawal a form was about. Nonsense is one that nobody has: refused as changed.
fn seen(withdrawal: &str, version: &str) -> Seen {
    Seen {
        withdrawal: withdrawal.parse().unwrap_or_default(),
        version: crate::form::version(version),
    }
}

/// The fields [`seen`] reads.
fn seen_fields(withdrawal: Uuid, version: i32) -> Markup {
    html! {
        (ui::hidden("withdrawal", &withdrawal.to_string()))
        (ui::hidden("version", &version.to_string()))
    }
}

/// The link to a file of a case; opening it is logged.
fn document(file: Uuid, words: &str) -> Markup {
    html! { a class="govuk-link" href={ "/documents/" (file) } { (words) } }
}
