//! What was read on a scan of a coded paper, told beside it wherever it is shown. It never stops
//! anybody: who sent it mends it, who checks it looks.

use domain::paper::verdict::Reading;
use maud::{Markup, html};
use ui::Tone;

/// What is told of a scan; nothing of a file that is none.
#[must_use]
pub fn told(reading: Option<&Reading>) -> Markup {
    match reading {
        None => html! {},
        Some(Reading::Open) => html! { "Проверяем скан…" },
        Some(Reading::Failed) => html! { "Проверить скан не удалось: посмотрите его сами" },
        Some(Reading::Done(verdict)) if verdict.is_green() => html! {
            (ui::tag(Tone::Green, "проверен")) " " (verdict.document.well_scanned())
        },
        Some(Reading::Done(verdict)) => html! {
            (ui::tag(Tone::Yellow, "проверьте скан"))
            ul class="govuk-list" { @for words in verdict.words() { li { (words) } } }
        },
    }
}
