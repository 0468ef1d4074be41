//! The list of conclusions of the coordinator and of the operator, its buttons, and the page
//! that asks whom to return one to and why (R-CON-2, R-CON-3).

use app::{
    FieldFault,
    conclusions::{ConclusionView, Cursor, DueDay, ListedConclusion, ReturnTo},
};
use axum::{
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use chrono::{DateTime, NaiveDate};
use domain::{act::Act, actor::Actor, life::Place, role::Role, words::place_name};
use maud::{Markup, html};
use serde::Deserialize;
use ui::{
    ActionButton, ButtonStyle, Choice, Choices, Column, Fact, Field, Form, Pagination, Select,
    Table, Tone,
};
use uuid::Uuid;

use super::{document, place_tag, reason, versions};
use crate::{
    Web,
    asked::address,
    error::{Error, Result},
    form::{Posted, STALE_FORM, version},
    merge,
    page::{Page, fault_of},
    visit::Visit,
};

/// In whose cabinet the list stands.
pub struct Desk<'a> {
    /// Who looks.
    pub visit: &'a Visit,
    /// Who acts.
    pub actor: &'a Actor,
    /// The list's heading.
    pub heading: &'static str,
}

/// What the address says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    state: String,
    after: String,
}

/// What the forms send.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Raw {
    version: String,
    to: String,
    reason: String,
}

impl Raw {
    fn version(&self) -> i32 {
        version(&self.version)
    }
}

/// A button that moves a conclusion and asks nothing.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// «Передать в Центр».
    Pass,
    /// «Принять».
    Accept,
    /// «Открыть заново».
    Reopen,
}

impl Desk<'_> {
    fn list(&self) -> String {
        format!("{}/conclusions", self.actor.role.home())
    }

    fn step(&self, application: Uuid, step: &str) -> String {
        format!("{}/{application}/{step}", self.list())
    }

    /// Where the conclusions are that wait for whoever looks.
    const fn own_place(&self) -> Place {
        match self.actor.role {
            Role::Operator => Place::AtCentre,
            _ => Place::AtMunicipal,
        }
    }

    async fn done(&self, words: &str) -> Result<Response> {
        self.visit.notify(words).await?;
        Ok(Redirect::to(&self.list()).into_response())
    }
}

/// The list, under what stands `above` it; «ждут меня» unless the address asks for another
/// place or for «все».
pub async fn list(desk: &Desk<'_>, web: &Web, wanted: Wanted, above: Markup) -> Result<Markup> {
    let only = match wanted.state.as_str() {
        "all" => None,
        code => Some(Place::from_code(code).unwrap_or(desk.own_place())),
    };
    let after = cursor(&wanted.after);
    let page = web
        .app
        .conclusions(desk.actor, only, after.as_ref())
        .await?;
    let due = match desk.actor.role {
        Role::Municipal => web.app.conclusions_due(desk.actor).await?,
        _ => Vec::new(),
    };
    let state = only.map_or("all", Place::code);
    let next = page.next.map(|cursor| {
        address(
            &desk.list(),
            &[("state", state), ("after", &written(&cursor))],
        )
    });
    let today = web.app.today();
    Ok(Page::new(desk.visit, desk.heading).render(html! {
        (above)
        (due_days(&due, today))
        (filters(desk, state))
        (table(desk, &page.rows, today))
        (ui::pagination(Pagination { next: next.as_deref(), ..Pagination::default() }))
    }))
}

/// «Передать в Центр», «Принять», «Открыть заново».
pub async fn step(
    desk: &Desk<'_>,
    web: &Web,
    application: Uuid,
    step: Step,
    posted: Posted<Raw>,
) -> Result<Response> {
    let version = posted.take()?.version();
    let (app, actor) = (&web.app, desk.actor);
    let words = match step {
        Step::Pass => {
            app.pass_conclusion(actor, application, version).await?;
            "Итоговое заключение передано в Центр"
        }
        Step::Accept => {
            app.accept_conclusion(actor, application, version).await?;
            "Итоговое заключение принято"
        }
        Step::Reopen => {
            app.reopen_conclusion(actor, application, version).await?;
            "Итоговое заключение открыто заново"
        }
    };
    desk.done(words).await
}

/// The page that asks whom to return a conclusion to and why.
pub async fn ask(desk: &Desk<'_>, web: &Web, application: Uuid) -> Result<Markup> {
    let view = returnable(desk, web, application).await?;
    let body = form(desk, web, &view, &Raw::default(), &[]);
    Ok(frame(desk, &desk.list(), &[]).render(body))
}

/// «Вернуть», with the reason.
pub async fn give_back(
    desk: &Desk<'_>,
    web: &Web,
    application: Uuid,
    posted: Posted<Raw>,
) -> Result<Response> {
    let view = returnable(desk, web, application).await?;
    let (raw, fresh) = match posted.accept() {
        Ok(raw) => (raw, true),
        Err(raw) => (raw, false),
    };
    let faults = if fresh {
        let (app, version) = (&web.app, raw.version());
        let returned = if view.may(Act::ReturnToCoordinator) {
            app.return_to_coordinator(desk.actor, application, version, &raw.reason)
                .await
        } else {
            app.return_conclusion(desk.actor, application, version, &raw.to, &raw.reason)
                .await
        };
        match returned {
            Ok(()) => return desk.done("Итоговое заключение возвращено").await,
            Err(app::Error::Invalid(faults)) => faults,
            Err(late @ app::Error::Stale) => {
                let view = returnable(desk, web, application).await?;
                let faults = merge::faults(&late.to_string(), &[], &[], merge::as_stored);
                let list = desk.list();
                let page = frame(desk, &list, &faults);
                let body = form(desk, web, &view, &raw, &faults);
                return Ok(merge::page(page, &desk.step(application, "return"), body));
            }
            Err(error) => return Err(error.into()),
        }
    } else {
        vec![FieldFault::new("", STALE_FORM)]
    };
    let list = desk.list();
    let page = frame(desk, &list, &faults);
    let body = form(desk, web, &view, &raw, &faults);
    Ok(if fresh {
        page.refuse(body)
    } else {
        (StatusCode::FORBIDDEN, page.render(body)).into_response()
    })
}

/// The conclusion, if whoever looks may return it now.
async fn returnable(desk: &Desk<'_>, web: &Web, application: Uuid) -> Result<ConclusionView> {
    let view = web.app.conclusion(desk.actor, application).await?;
    if view.may(Act::ReturnConclusion) || view.may(Act::ReturnToCoordinator) {
        return Ok(view);
    }
    Err(Error::Conflict(
        "Итоговое заключение сейчас нельзя вернуть: обновите список.".to_owned(),
    ))
}

fn frame<'a>(desk: &'a Desk<'_>, list: &'a str, faults: &'a [FieldFault]) -> Page<'a> {
    Page::new(desk.visit, "Вернуть итоговое заключение")
        .back(list)
        .faults(faults)
        .flavour(ui::Flavour::Reading)
}

fn form(
    desk: &Desk<'_>,
    web: &Web,
    view: &ConclusionView,
    typed: &Raw,
    faults: &[FieldFault],
) -> Markup {
    let application = &view.application;
    let version = application.conclusion_version.to_string();
    let targets = ReturnTo::ALL.map(|target| Choice {
        value: target.code(),
        label: target.name(),
        ..Choice::default()
    });
    html! {
        (ui::summary(&[
            Fact::text("Педагогический работник", &application.full_name()),
            Fact::text("Должность", &application.position_name),
            Fact::text("Место работы", &application.organisation_name),
            Fact::text("Аттестационный период", &application.row.period_name),
        ]))
        (versions(view.conclusion.as_ref(), web.app.zone()))
        @if let Some(conclusion) = &view.conclusion { (reason(application.place, conclusion)) }
        (ui::form(
            Form {
                action: &desk.step(application.public_id, "return"),
                csrf: &desk.visit.csrf,
                ..Form::default()
            },
            html! {
                (ui::hidden("version", &version))
                @if view.may(Act::ReturnConclusion) {
                    (ui::radios(Choices {
                        name: "to",
                        legend: "Кому вернуть",
                        error: fault_of(faults, "to"),
                        options: &targets,
                        chosen: &[&typed.to],
                        ..Choices::default()
                    }))
                } @else {
                    p { "Заключение вернётся муниципальному координатору." }
                }
                (ui::textarea(Field {
                    name: "reason",
                    label: "Причина",
                    value: &typed.reason,
                    error: fault_of(faults, "reason"),
                    max_length: Some(500),
                    rows: Some(3),
                    ..Field::default()
                }))
                (ui::button("Вернуть"))
            },
        ))
    }
}

fn due_days(due: &[DueDay], today: NaiveDate) -> Markup {
    html! {
        @for day in due {
            p {
                "До " (ui::ru::date_long(day.on)) " передать в Центр: "
                strong { (ui::ru::count_capped(u64::try_from(day.count).unwrap_or_default(), 1000)) }
                @if day.on < today { " " (ui::tag(Tone::Red, "срок прошёл")) }
            }
        }
    }
}

fn filters(desk: &Desk<'_>, state: &str) -> Markup {
    let own = desk.own_place();
    let mut options = vec![choice(own.code(), "ждут меня")];
    let others = Place::ALL
        .iter()
        .filter(|place| **place != Place::None && **place != own);
    options.extend(others.map(|place| choice(place.code(), place_name(*place))));
    options.push(choice("all", "все"));
    ui::filters(
        &desk.list(),
        ui::select(Select {
            field: Field {
                name: "state",
                label: "Состояние",
                value: state,
                ..Field::default()
            },
            options: &options,
            ..Select::default()
        }),
    )
}

fn choice<'a>(value: &'a str, label: &'a str) -> Choice<'a> {
    Choice {
        value,
        label,
        ..Choice::default()
    }
}

fn table(desk: &Desk<'_>, rows: &[ListedConclusion], today: NaiveDate) -> Markup {
    // The coordinator's municipality is always the same; the operator's console has them all.
    let regional = desk.actor.role == Role::Operator;
    let mut columns = ["ФИО", "Должность", "Место работы"]
        .map(Column::text)
        .to_vec();
    columns.push(Column::text(if regional {
        "Муниципалитет"
    } else {
        "Срок передачи"
    }));
    columns.extend(["Период", "Состояние", "Заключение", "Решение"].map(Column::text));
    let rows = rows
        .iter()
        .map(|listed| {
            let row = &listed.row;
            let home = desk.actor.role.home();
            vec![
                html! {
                    a class="govuk-link" href={ (home) "/applications/" (row.application) } { (row.name) }
                },
                html! { (row.position) },
                html! { (row.organisation_name) },
                if regional {
                    html! { (row.municipality_name) }
                } else {
                    due_cell(listed.due, today)
                },
                html! { (row.period) },
                html! {
                    (place_tag(row.case.place))
                    @if row.refused { p { "Педагог отказался от подписи." } }
                    @if !row.reason.is_empty() && row.case.place != Place::Accepted { p { (row.reason) } }
                },
                html! { @if let Some(file) = row.file { (document(file, "Скачать")) } },
                acts(desk, listed),
            ]
        })
        .collect();
    ui::table(Table {
        caption: desk.heading,
        caption_hidden: true,
        columns: &columns,
        rows,
        empty: "Заключений нет",
    })
}

fn due_cell(due: Option<NaiveDate>, today: NaiveDate) -> Markup {
    html! {
        @if let Some(due) = due {
            (ui::ru::date_short(due))
            @if due < today { " " (ui::tag(Tone::Red, "срок прошёл")) }
        }
    }
}

fn acts(desk: &Desk<'_>, listed: &ListedConclusion) -> Markup {
    let row = &listed.row;
    let version = row.version.to_string();
    let button = |act, label, step| {
        html! {
            @if listed.can.contains(&act) {
                (ui::action_button(ActionButton {
                    action: &desk.step(row.application, step),
                    csrf: &desk.visit.csrf,
                    label,
                    style: ButtonStyle::Link,
                    values: &[("version", &version)],
                }))
                " "
            }
        }
    };
    let returns = [Act::ReturnConclusion, Act::ReturnToCoordinator];
    html! {
        (button(Act::PassConclusion, "Передать в Центр", "pass"))
        (button(Act::AcceptConclusion, "Принять", "accept"))
        (button(Act::ReopenConclusion, "Открыть заново", "reopen"))
        @if returns.iter().any(|act| listed.can.contains(act)) {
            // Leads to the page that asks for the reason: changes nothing, hence a GET.
            form class="app-inline-form" method="get" action=(desk.step(row.application, "return")) {
                button type="submit" class="app-link-button" { "Вернуть" }
            }
        }
    }
}

/// The beginning of a page as the address holds it; anything else is the list's beginning.
fn cursor(text: &str) -> Option<Cursor> {
    let mut parts = text.split('.');
    Some(Cursor {
        place: Place::from_code(parts.next()?)?,
        moved_at: DateTime::from_timestamp_micros(parts.next()?.parse().ok()?)?,
        id: parts.next()?.parse().ok()?,
    })
}

fn written(cursor: &Cursor) -> String {
    let micros = cursor.moved_at.timestamp_micros();
    format!("{}.{micros}.{}", cursor.place.code(), cursor.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_from_the_address() {
        let text = "at_centre.1796000000000001.17";
        let read = cursor(text).map(|cursor| written(&cursor));
        assert_eq!(read.as_deref(), Some(text));
        for nonsense in [
            "",
            "at_centre",
            "nowhere.1.1",
            "at_centre.x.1",
            "at_centre.1.x",
        ] {
            assert!(cursor(nonsense).is_none(), "{nonsense}");
        }
    }
}
