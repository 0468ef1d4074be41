//! Registering many at once, in the operators' queue and the coordinator's list alike: rows marked
//! by check boxes, a dry run that says what can be done and what cannot and why, each row
//! answered for itself.

use app::{
    FieldFault,
    bulk::{Answered, Checked, Reason},
    lists::COUNTED,
};
use domain::actor::Actor;
use maud::{Markup, html};
use serde::Deserialize;
use ui::{ButtonStyle, Column, Form, NamedButton, Tone, ru};
use uuid::Uuid;

use crate::{
    Web,
    error::{Error, Result},
    form::version,
    page::Page,
    visit::Visit,
};

/// The id of the form the check boxes are sent with.
pub const MARKING: &str = "marking";

/// The marked rows, each `id.version`, and which button was pressed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Marked {
    application: Vec<String>,
    check: String,
}

/// What a press asks for.
#[derive(Debug)]
pub enum Press {
    /// «Зарегистрировать отмеченные».
    Register(Vec<(Uuid, i32)>),
    /// «Проверить отмеченные».
    Check(Vec<(Uuid, i32)>),
    /// «Проверить все по фильтру».
    CheckAll,
}

impl Marked {
    /// What was pressed.
    ///
    /// # Errors
    /// [`Error::Invalid`] when nothing is marked.
    pub fn press(self) -> Result<Press> {
        if self.check == "all" {
            return Ok(Press::CheckAll);
        }
        let marked: Vec<(Uuid, i32)> = self
            .application
            .iter()
            .filter_map(|value| {
                let (id, seen) = value.split_once('.')?;
                Some((id.parse().ok()?, version(seen)))
            })
            .take(usize::try_from(COUNTED).unwrap_or_default())
            .collect();
        if marked.is_empty() {
            return Err(Error::Invalid(vec![FieldFault::new(
                "",
                "Отметьте хотя бы одно заявление.",
            )]));
        }
        Ok(if self.check.is_empty() {
            Press::Register(marked)
        } else {
            Press::Check(marked)
        })
    }
}

/// A registrar with many rows in hand: where its form is sent and its list stands.
#[derive(Clone, Copy, Debug)]
pub struct Desk<'a> {
    /// The visitor.
    pub visit: &'a Visit,
    /// Who acts.
    pub actor: &'a Actor,
    /// The address with the list's filters, which the form is sent to.
    pub action: &'a str,
    /// Where the pages of applications begin.
    pub base: &'a str,
    /// The words of the way back.
    pub back: &'a str,
}

impl Desk<'_> {
    /// The buttons under a list with check boxes.
    pub fn buttons(&self) -> Markup {
        let check = |label, value| {
            ui::named_button(NamedButton {
                label,
                style: ButtonStyle::Secondary,
                name: Some("check"),
                value: Some(value),
                ..NamedButton::default()
            })
        };
        self.form(html! {
            (ui::button_group(html! {
                (ui::button("Зарегистрировать отмеченные"))
                (check("Проверить отмеченные", "marked"))
                (check("Проверить все по фильтру", "all"))
            }))
        })
    }

    fn form(&self, body: Markup) -> Markup {
        let form = Form {
            action: self.action,
            csrf: &self.visit.csrf,
            id: Some(MARKING),
            ..Form::default()
        };
        ui::form(form, body)
    }

    /// The answers, each row's own. The page is no redirect: pressed again it answers each row
    /// anew, what is registered already with its number.
    ///
    /// # Errors
    /// As the verb.
    pub async fn register(&self, web: &Web, marked: &[(Uuid, i32)]) -> Result<Markup> {
        let answers = web.app.register_many(self.actor, marked).await?;
        Ok(Page::new(self.visit, "Результат регистрации")
            .back(self.action)
            .render(self.results(answers)))
    }

    /// «Проверить»: what can be registered of `marked`, and what cannot and why; `more` tells that
    /// the filter leaves more than these.
    ///
    /// # Errors
    /// As the verb.
    pub async fn check(&self, web: &Web, marked: &[(Uuid, i32)], more: bool) -> Result<Markup> {
        let checked = web.app.check_registration(self.actor, marked).await?;
        Ok(Page::new(self.visit, "Проверка перед регистрацией")
            .back(self.action)
            .render(self.dry_run(&checked, more)))
    }

    fn dry_run(&self, checked: &[Checked], more: bool) -> Markup {
        let able: Vec<&Checked> = checked.iter().filter(|row| row.refusal.is_none()).collect();
        let groups = by_reason(checked);
        let unable = checked.len() - able.len();
        html! {
            p class="govuk-body-l" { (able.len()) " можно, " (unable) " нельзя." }
            p { "Пока ничего не зарегистрировано." }
            @if more {
                p { "Проверены первые " (checked.len()) ": остальные можно проверить, когда эти будут зарегистрированы." }
            }
            @if !groups.is_empty() {
                h2 { "Нельзя" }
                @for (reason, rows) in &groups {
                    h3 { (reason) " — " (rows.len()) }
                    ul class="govuk-list govuk-list--bullet" {
                        @for (row, why) in rows {
                            li {
                                (self.named(row.id, &row.full_name))
                                @if why.own != *reason { ": " (why.own) }
                            }
                        }
                    }
                }
            }
            @if !able.is_empty() {
                h2 { "Можно" }
                (self.form(html! {
                    @for row in &able {
                        (ui::hidden(crate::lines::MARKED, &format!("{}.{}", row.id, row.version)))
                    }
                    (ui::button(&format!("Зарегистрировать {}", able.len())))
                }))
                (ui::details("Показать, кого", html! {
                    ul class="govuk-list govuk-list--bullet" {
                        @for row in &able { li { (self.named(row.id, &row.full_name)) } }
                    }
                }))
            }
            (ui::secondary_link_button(self.action, self.back))
        }
    }

    fn named(&self, id: Uuid, name: &str) -> Markup {
        html! {
            @if name.is_empty() { "Заявление" }
            @else { a class="govuk-link" href={ (self.base) "/" (id) } { (name) } }
        }
    }

    fn results(&self, answers: Vec<Answered>) -> Markup {
        let done = answers
            .iter()
            .filter(|(_, _, outcome)| outcome.is_ok())
            .count();
        let all = answers.len();
        let rows = answers.into_iter().map(|(id, name, outcome)| {
            vec![
                self.named(id, &name),
                match outcome {
                    Ok((number, date)) => html! {
                        (ui::tag(Tone::Green, "зарегистрировано"))
                        " № " (number) " от " (ru::date_short(date))
                    },
                    Err(error) => html! {
                        (ui::tag(Tone::Red, "не зарегистрировано")) " "
                        (reason(error, "Это заявление регистрируете не Вы."))
                    },
                },
            ]
        });
        html! {
            p { "Зарегистрировано: " (done) " из " (all) "." }
            (ui::table(ui::Table {
                caption: "Результат регистрации",
                caption_hidden: true,
                columns: &[Column::text("ФИО"), Column::text("Результат")],
                rows: rows.collect(),
                empty: "",
            }))
            (ui::link_button(self.action, self.back))
        }
    }
}

/// A reason that many have in common, with the rows that have it.
type Group<'a> = (&'a str, Vec<(&'a Checked, &'a Reason)>);

fn by_reason(checked: &[Checked]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for row in checked {
        let Some(why) = &row.refusal else { continue };
        match groups.iter_mut().find(|(common, _)| *common == why.common) {
            Some((_, rows)) => rows.push((row, why)),
            None => groups.push((&why.common, vec![(row, why)])),
        }
    }
    groups.sort_by_key(|(_, rows)| std::cmp::Reverse(rows.len()));
    groups
}

/// Why a row of many was not done; `forbidden` is said where somebody else does it. Faults of ours
/// are logged and told without their details.
pub fn reason(error: app::Error, forbidden: &str) -> String {
    let words = error.to_string();
    match Error::from(error) {
        Error::NotFound => "Заявление не найдено.".to_owned(),
        Error::Forbidden => forbidden.to_owned(),
        Error::Internal | Error::Unavailable => "Не получилось: повторите позже.".to_owned(),
        _ => words,
    }
}
