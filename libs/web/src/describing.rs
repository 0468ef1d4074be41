//! «Изменить вид, критерий, слова»: what a document is and proves, said anew by whoever attached it,
//! beside the document itself.

use app::attachments::{Criterion, Said};
use domain::reference::DocumentKind;
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Choice, Field, Form, Select};
use uuid::Uuid;

use crate::evidence;

/// The form as sent.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Raw {
    kind: String,
    caption: String,
    criterion: String,
}

impl Raw {
    /// What it says.
    #[must_use]
    pub fn said(&self) -> Said<'_> {
        Said {
            kind: &self.kind,
            caption: &self.caption,
            criterion: &self.criterion,
        }
    }
}

/// The form of one document.
pub struct Describing<'a> {
    /// Where it is sent.
    pub action: &'a str,
    /// The session's token.
    pub csrf: &'a str,
    /// Which document.
    pub attachment: Uuid,
    /// The kinds to choose from.
    pub kinds: &'a [DocumentKind],
    /// The criteria to choose from.
    pub criteria: &'a [Criterion],
    /// What is said of it now.
    pub said: Said<'a>,
}

impl Describing<'_> {
    /// The form, folded until it is wanted; `besides` is sent along. Its words are others than those
    /// of attaching, which stands on the same page: nobody is to take one for the other.
    #[must_use]
    pub fn form(&self, besides: &[(&str, &str)]) -> Markup {
        let attachment = self.attachment.to_string();
        let id = |name: &str| format!("{name}-{attachment}");
        let (kind, criterion, caption) = (id("kind"), id("criterion"), id("caption"));
        let options: Vec<Choice<'_>> = self
            .kinds
            .iter()
            .map(|kind| Choice {
                value: kind.code.as_str(),
                label: &kind.name,
                ..Choice::default()
            })
            .collect();
        // A kind that is offered no longer is told by nobody's choosing: the first one would be.
        let offered = self
            .kinds
            .iter()
            .any(|kind| kind.code.as_str() == self.said.kind);
        let form = Form {
            action: self.action,
            csrf: self.csrf,
            ..Form::default()
        };
        let fields = html! {
            (ui::hidden("attachment", &attachment))
            @for (name, value) in besides { (ui::hidden(name, value)) }
            (ui::select(Select {
                field: Field {
                    name: "kind",
                    id: Some(&kind),
                    label: "Вид",
                    value: self.said.kind,
                    ..Field::default()
                },
                options: &options,
                empty: (!offered).then_some("Не выбрано"),
                ..Select::default()
            }))
            (evidence::field(Some(&criterion), self.criteria, self.said.criterion, None))
            (ui::text(Field {
                name: "caption",
                id: Some(&caption),
                label: "Что подтверждает",
                value: self.said.caption,
                max_length: Some(300),
                ..Field::default()
            }))
            (ui::secondary_button("Изменить"))
        };
        ui::details("Изменить вид, критерий, слова", ui::form(form, fields))
    }
}
