//! How far a file is on its way to those who may open it (SEC-63), and what is in it that its reader
//! should know of (SEC-62): the same words wherever a file is listed.

use app::files::FileState;
use maud::{Markup, html};
use ui::Tone;

/// What is said beside a file; nothing of one that was looked through.
#[must_use]
pub fn mark(state: FileState, active: bool) -> Markup {
    html! {
        @match state {
            FileState::Quarantined => { (ui::tag(Tone::Blue, "Проверяется на вирусы")) }
            FileState::Refused => { (ui::tag(Tone::Red, "Найден вирус, файл удалён: прикрепите другой")) }
            FileState::Unchecked => { (ui::tag(Tone::Grey, "Файл не проверялся на вирусы")) }
            FileState::Clean => {}
        }
        @if active && state.is_served() {
            " " (ui::tag(Tone::Yellow, "В файле есть сценарии или вложения"))
        }
    }
}

/// A link to a file that is given out; of another one only its words.
#[must_use]
pub fn link(state: FileState, address: &str, words: &str) -> Markup {
    html! {
        @if state.is_served() { a class="govuk-link" href=(address) { (words) } } @else { (words) }
    }
}
