//! One application's cell of the school coordinator's page: its documents, and the forms that add to
//! them.

use app::{
    attachments::Said,
    school::{Document, SchoolRow},
};
use domain::{conclusion::evidence_name, reference::DocumentKind, role::Role};
use maud::{Markup, html};
use ui::{ActionButton, ButtonStyle, Choice, Field, FileField, Form, Select};

use super::Typed;
use crate::{
    checked,
    conclusion::{document, scan_field},
    describing::Describing,
    evidence,
    page::fault_of,
    visit::School,
};

/// One application's cell of documents.
pub struct Row<'a> {
    /// Who looks.
    pub(super) at: &'a School,
    /// The application.
    pub(super) listed: &'a SchoolRow,
    /// The kinds there are.
    pub(super) kinds: &'a [DocumentKind],
    /// What was typed into this row.
    pub(super) typed: Option<&'a Typed>,
    /// Its place on the page.
    pub(super) index: usize,
}

impl Row<'_> {
    /// The documents, and the forms that add to them.
    pub(super) fn documents(&self) -> Markup {
        let (by_teacher, by_school): (Vec<&Document>, Vec<&Document>) = self
            .listed
            .documents
            .iter()
            .partition(|document| document.by_role != Role::School.code());
        html! {
            p {
                a class="govuk-link" href={ "/school/applications/" (self.listed.row.application) } {
                    "Посмотреть заявление"
                }
            }
            @if let Some(until) = self.listed.row.asked_until.filter(|_| self.listed.may_attach) {
                p {
                    a class="govuk-link" href={ "/school/applications/" (self.listed.row.application) } {
                        "Документы запрошены до " (ui::ru::date_short(until))
                    }
                }
            }
            p { "Прикрепленные педагогическим работником:" }
            (self.list(&by_teacher))
            p { "Прикрепленные координатором по аттестации в образовательной организации:" }
            (self.list(&by_school))
            @if self.listed.may_attach { (self.attach()) }
            @if self.listed.may_sign { (self.sign()) }
        }
    }

    fn list(&self, documents: &[&Document]) -> Markup {
        html! {
            @if documents.is_empty() { p class="app-empty" { "нет" } }
            @else {
                ul {
                    @for attached in documents {
                        li {
                            (evidence_name(attached.criterion.as_ref().map(|one| one.code.as_str()), &attached.kind, &attached.caption))
                            ": "
                            (checked::link(attached.state, &format!("/documents/{}", attached.file), &attached.name))
                            " " (checked::mark(attached.state, attached.active))
                            @if self.own(attached) { " " (self.detach(attached)) }
                            @if self.listed.may_attach && self.is_author(attached) { (self.describe(attached)) }
                        }
                    }
                }
            }
        }
    }

    fn own(&self, attached: &Document) -> bool {
        self.listed.may_detach && self.is_author(attached)
    }

    fn is_author(&self, attached: &Document) -> bool {
        attached.by_account == self.at.actor.account.0
    }

    fn describe(&self, attached: &Document) -> Markup {
        let form = self.listed.row.form;
        let fits = self.kinds.iter();
        let fits = fits.filter(|kind| form.is_none_or(|form| kind.fits(form)));
        Describing {
            action: &self.address("/describe"),
            csrf: &self.at.csrf,
            attachment: attached.attachment,
            kinds: &fits.cloned().collect::<Vec<_>>(),
            criteria: &self.listed.criteria,
            said: Said {
                kind: &attached.kind_code,
                caption: &attached.caption,
                criterion: attached.criterion.as_ref().map_or("", |one| &one.code),
            },
        }
        .form(&[])
    }

    fn detach(&self, attached: &Document) -> Markup {
        ui::action_button(ActionButton {
            action: &self.address("/detach"),
            csrf: &self.at.csrf,
            label: "Открепить",
            style: ButtonStyle::LinkWarning,
            values: &[("attachment", &attached.attachment.to_string())],
        })
    }

    fn attach(&self) -> Markup {
        let form = self.listed.row.form;
        let kinds: Vec<Choice<'_>> = self
            .kinds
            .iter()
            .filter(|kind| form.is_none_or(|form| kind.fits(form)))
            .map(|kind| Choice {
                value: kind.code.as_str(),
                label: &kind.name,
                ..Choice::default()
            })
            .collect();
        let (files, kind, caption) = (self.id("files"), self.id("kind"), self.id("caption"));
        let criterion = self.id("criterion");
        let chosen = self.typed.map_or("", |typed| &typed.criterion);
        self.form(
            "",
            html! {
                (ui::file(FileField {
                    name: "files",
                    id: files.as_deref(),
                    label: "Выбрать файлы",
                    error: self.fault("files"),
                    multiple: true,
                    ..FileField::default()
                }))
                (ui::select(Select {
                    field: Field {
                        name: "kind",
                        id: kind.as_deref(),
                        label: "Вид документа",
                        value: self.typed.map_or("", |typed| &typed.kind),
                        error: self.fault("kind"),
                        ..Field::default()
                    },
                    empty: Some("Не выбрано"),
                    options: &kinds,
                    ..Select::default()
                }))
                (evidence::field(criterion.as_deref(), &self.listed.criteria, chosen, self.fault("criterion")))
                (ui::text(Field {
                    name: "caption",
                    id: caption.as_deref(),
                    label: "Описание",
                    value: self.typed.map_or("", |typed| &typed.caption),
                    error: self.fault("caption"),
                    max_length: Some(300),
                    ..Field::default()
                }))
                (ui::secondary_button("Сохранить"))
            },
        )
    }

    fn sign(&self) -> Markup {
        let row = &self.listed.row;
        let scan = self.id("scan");
        html! {
            p {
                "Получено итоговое заключение "
                @if let Some(file) = row.conclusion_file { (document(file, "Скачать")) }
            }
            (self.form(
                "/conclusion",
                html! {
                    (ui::hidden("version", &row.conclusion_version.to_string()))
                    (scan_field("scan", scan.as_deref(), "Скан подписанного заключения", self.fault("scan")))
                    (ui::secondary_button("Сохранить"))
                },
            ))
        }
    }

    fn form(&self, step: &str, fields: Markup) -> Markup {
        ui::form(
            Form {
                action: &self.address(step),
                csrf: &self.at.csrf,
                multipart: true,
                ..Form::default()
            },
            fields,
        )
    }

    fn address(&self, step: &str) -> String {
        format!("/school/documents/{}{step}", self.listed.row.application)
    }

    /// The first row's fields have the ids the summary of errors links to; no two rows share
    /// one.
    fn id(&self, name: &str) -> Option<String> {
        (self.index > 0).then(|| format!("{name}-{}", self.index + 1))
    }

    fn fault(&self, field: &str) -> Option<&str> {
        fault_of(&self.typed?.faults, field)
    }
}
