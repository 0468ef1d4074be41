//! The organisations of every municipality, with the founder kind that decides who registers
//! (R-ORG-1, R-ROUTE-1). The operator's and the administrator's pages alike; the addresses are their
//! cabinets'.

use app::{FieldFault, organisations::Item};
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::actor::Actor;
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Field, Flavour, Form, Pagination};
use uuid::Uuid;

use super::{Raw, founder_field, kind_field, name_field, table};
use crate::{
    Web,
    asked::address,
    error::Result,
    form::{Posted, stale_form},
    lists, merge,
    page::{Page, fault_of},
    visit::Visit,
};

const HEADING: &str = "Организации";
const ADD: &str = "Добавить организацию";
const CHANGE: &str = "Организация";

/// Where the pages stand.
#[derive(Clone, Copy)]
pub struct Desk<'a> {
    /// The visitor.
    pub visit: &'a Visit,
    /// Who looks and writes.
    pub actor: &'a Actor,
    /// The verbs.
    pub web: &'a Web,
    /// The address of the list.
    pub path: &'a str,
}

/// What the address of the list asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    municipality: String,
    after: String,
}

/// What the form for adding offers.
struct Offered {
    types: Vec<Item>,
    municipalities: Vec<(Uuid, String)>,
}

impl Desk<'_> {
    /// All of them, page by page.
    ///
    /// # Errors
    /// As the verb.
    pub async fn show(&self, wanted: &Wanted) -> Result<Markup> {
        let app = &self.web.app;
        let municipality = app
            .municipality_filter(self.actor, &wanted.municipality)
            .await?;
        let after = lists::after(&wanted.after);
        let seen = app
            .organisations(self.actor, municipality.tenant(), after)
            .await?;
        let next = seen.list.next.map(|after| {
            let after = after.to_string();
            let pairs = [
                ("municipality", wanted.municipality.as_str()),
                ("after", &after),
            ];
            address(self.path, &pairs)
        });
        Ok(Page::new(self.visit, HEADING).render(html! {
            (ui::link_button(&self.adding(), ADD))
            (ui::filters(self.path, lists::municipality(&municipality)))
            (table(self.path, &seen, true))
            (ui::pagination(Pagination { previous: None, next: next.as_deref() }))
        }))
    }

    /// The form of a new one.
    ///
    /// # Errors
    /// As the verb.
    pub async fn blank(&self) -> Result<Markup> {
        let offered = self.offered().await?;
        let body = self.add_body(&offered, &Raw::default(), &[]);
        Ok(self.page(ADD, &[]).render(body))
    }

    /// Adds one.
    ///
    /// # Errors
    /// As the verb.
    pub async fn add(&self, posted: Posted<Raw>) -> Result<Response> {
        let offered = self.offered().await?;
        let raw = match posted.accept() {
            Ok(raw) => raw,
            Err(raw) => {
                let faults = stale_form();
                let body = self.add_body(&offered, &raw, &faults);
                return Ok(lists::again(self.page(ADD, &faults).render(body)));
            }
        };
        let app = &self.web.app;
        match app.add_organisation(self.actor, &raw.typed()).await {
            Ok(()) => {
                self.visit.notify("Организация добавлена").await?;
                Ok(Redirect::to(self.path).into_response())
            }
            Err(app::Error::Invalid(faults)) => {
                let body = self.add_body(&offered, &raw, &faults);
                Ok(self.page(ADD, &faults).refuse(body))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The form of one there is.
    ///
    /// # Errors
    /// As the verb.
    pub async fn one(&self, id: Uuid) -> Result<Markup> {
        let row = self.web.app.organisation(self.actor, id).await?;
        let offered = self.offered().await?;
        let page = self.page(CHANGE, &[]).caption(&row.municipality);
        Ok(page.render(self.change_body(id, &offered, &Raw::of(&row), &[])))
    }

    /// Writes what was changed of it.
    ///
    /// # Errors
    /// As the verb.
    pub async fn change(&self, id: Uuid, posted: Posted<Raw>) -> Result<Response> {
        let offered = self.offered().await?;
        let raw = match posted.accept() {
            Ok(raw) => raw,
            Err(raw) => {
                let faults = stale_form();
                let body = self.change_body(id, &offered, &raw, &faults);
                return Ok(lists::again(self.page(CHANGE, &faults).render(body)));
            }
        };
        let (version, typed) = (raw.version(), raw.typed());
        let app = &self.web.app;
        match app
            .classify_organisation(self.actor, id, version, &typed)
            .await
        {
            Ok(()) => {
                let words = "Организация сохранена. Поданные заявления остаются там, где были.";
                self.visit.notify(words).await?;
                Ok(Redirect::to(self.path).into_response())
            }
            Err(app::Error::Invalid(faults)) => {
                let body = self.change_body(id, &offered, &raw, &faults);
                Ok(self.page(CHANGE, &faults).refuse(body))
            }
            Err(late @ app::Error::Stale) => self.late(id, &offered, &raw, &late.to_string()).await,
            Err(error) => Err(error.into()),
        }
    }

    /// The form after somebody else was first, with what both have written.
    async fn late(&self, id: Uuid, offered: &Offered, raw: &Raw, late: &str) -> Result<Response> {
        let row = self.web.app.organisation(self.actor, id).await?;
        let stored = Raw::of(&row);
        let [typed, now] = [raw, &stored].map(|raw| {
            let Raw {
                name,
                kind,
                founder,
                ..
            } = raw;
            [("name", name), ("kind", kind), ("founder", founder)]
                .map(|(name, value)| (name, value.as_str()))
        });
        let faults = merge::faults(late, &typed, &now, |field, value| match field {
            "kind" => row.kind_name.clone(),
            "founder" => row.founder.name().to_owned(),
            _ => value.to_owned(),
        });
        let body = self.change_body(id, offered, &raw.seen(&stored), &faults);
        let page = self.page(CHANGE, &faults);
        Ok(merge::page(page, &self.of(id), body))
    }

    fn adding(&self) -> String {
        format!("{}/new", self.path)
    }

    fn of(&self, id: Uuid) -> String {
        format!("{}/{id}", self.path)
    }

    async fn offered(&self) -> Result<Offered> {
        let (types, municipalities) = self.web.app.organisation_choices(self.actor).await?;
        Ok(Offered {
            types,
            municipalities: municipalities
                .into_iter()
                .map(|row| (row.public_id, row.name))
                .collect(),
        })
    }

    fn page<'a>(&'a self, heading: &'a str, faults: &'a [FieldFault]) -> Page<'a> {
        let page = Page::new(self.visit, heading)
            .back(self.path)
            .faults(faults);
        page.flavour(Flavour::Reading)
    }

    fn add_body(&self, offered: &Offered, raw: &Raw, faults: &[FieldFault]) -> Markup {
        let municipalities: Vec<(Uuid, &str)> = offered
            .municipalities
            .iter()
            .map(|(id, name)| (*id, name.as_str()))
            .collect();
        let form = Form {
            action: &self.adding(),
            csrf: &self.visit.csrf,
            ..Form::default()
        };
        ui::form(
            form,
            html! {
                (lists::choice_by_id(Field {
                    name: "municipality",
                    label: "Муниципалитет",
                    value: &raw.municipality,
                    error: fault_of(faults, "municipality"),
                    ..Field::default()
                }, Some("Выберите муниципалитет"), &municipalities))
                (name_field(raw, faults))
                (kind_field(raw, faults, &offered.types))
                (founder_field(raw, faults, Some("по типу организации")))
                (ui::button("Сохранить"))
            },
        )
    }

    fn change_body(&self, id: Uuid, offered: &Offered, raw: &Raw, faults: &[FieldFault]) -> Markup {
        let form = Form {
            action: &self.of(id),
            csrf: &self.visit.csrf,
            ..Form::default()
        };
        ui::form(
            form,
            html! {
                (raw.version_field())
                (name_field(raw, faults))
                (kind_field(raw, faults, &offered.types))
                (founder_field(raw, faults, None))
                (ui::button("Сохранить"))
            },
        )
    }
}
