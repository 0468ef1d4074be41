//! The list of withdrawals of whoever decides them, «Зарегистрировать отзыв» and «Отклонить
//! отзыв» with its page for the reason.

mod taken;

use app::{
    FieldFault,
    withdrawals::{Filter, Listed, Listing, MAX_REASON, Withdrawal, Withdrawing},
};
use axum::{
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{actor::Actor, life, role::Role, words};
use maud::{Markup, html};
use serde::Deserialize;
use sheets::Format;
use ui::{
    ActionButton, ButtonStyle, Choice, Column, Fact, Field, Form, Pagination, Select, Table, Tone,
};
use uuid::Uuid;

use crate::{
    Web,
    asked::address,
    error::{Error, Result},
    form::{Posted, STALE_FORM},
    merge,
    page::{Page, fault_of},
    scan::told,
    sheet,
    visit::Visit,
    withdrawal::{document, seen, seen_fields},
};

/// In whose cabinet the list stands.
pub struct Desk<'a> {
    /// Who looks.
    pub visit: &'a Visit,
    /// Who acts.
    pub actor: &'a Actor,
}

/// What the address says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    state: String,
    after: String,
    format: String,
}

/// What the forms send.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Raw {
    withdrawal: String,
    version: String,
    reason: String,
}

impl Desk<'_> {
    /// The address of the cabinet's list.
    fn list(&self) -> String {
        format!("{}/withdrawals", self.actor.role.home())
    }

    fn step(&self, application: Uuid, step: &str) -> String {
        format!("{}/{application}/{step}", self.list())
    }

    async fn done(&self, words: &str) -> Result<Response> {
        self.visit.notify(words).await?;
        Ok(Redirect::to(&self.list()).into_response())
    }
}

/// The list, under what stands `above` it, or all of it as a file; «ждут меня» unless asked for
/// «все».
pub async fn list(desk: &Desk<'_>, web: &Web, asked: Asked, above: Markup) -> Result<Response> {
    let filter = match asked.state.as_str() {
        "all" => Filter::All,
        _ => Filter::Waiting,
    };
    if let Some(format) = Format::from_code(&asked.format) {
        return taken::file(desk, web, format, filter).await;
    }
    let after = match asked.after.as_str() {
        "" => None,
        id => Some(id.parse().map_err(|_| Error::NotFound)?),
    };
    let listing = web.app.withdrawals(desk.actor, filter, after).await?;
    Ok(Page::new(desk.visit, "Отзывы")
        .render(html! {
            (above)
            (filters(desk, filter))
            (table(desk, &listing.rows))
            (pages(desk, filter, &listing))
            (sheet::buttons(|format| {
                address(&desk.list(), &[("state", code(filter)), ("format", format)])
            }))
        })
        .into_response())
}

/// «Зарегистрировать отзыв».
pub async fn accept(
    desk: &Desk<'_>,
    web: &Web,
    application: Uuid,
    posted: Posted<Raw>,
) -> Result<Response> {
    let raw = posted.take()?;
    let seen = seen(&raw.withdrawal, &raw.version);
    web.app
        .accept_withdrawal(desk.actor, application, seen)
        .await?;
    desk.done("Отзыв зарегистрирован").await
}

/// The page that asks for the reason of declining.
pub async fn ask(desk: &Desk<'_>, web: &Web, application: Uuid) -> Result<Markup> {
    let of = web.app.withdrawal(desk.actor, application).await?;
    let open = decidable(&of)?;
    Ok(frame(desk, &desk.list(), &[]).render(body(desk, &of, open, "", &[])))
}

/// «Отклонить отзыв» with the reason.
pub async fn decline(
    desk: &Desk<'_>,
    web: &Web,
    application: Uuid,
    posted: Posted<Raw>,
) -> Result<Response> {
    let (raw, fresh) = match posted.accept() {
        Ok(raw) => (raw, true),
        Err(raw) => (raw, false),
    };
    let faults = if fresh {
        let seen = seen(&raw.withdrawal, &raw.version);
        match web
            .app
            .decline_withdrawal(desk.actor, application, seen, &raw.reason)
            .await
        {
            Ok(()) => return desk.done("Отзыв отклонён").await,
            Err(app::Error::Invalid(faults)) => faults,
            Err(late @ app::Error::Stale) => {
                let of = web.app.withdrawal(desk.actor, application).await?;
                let open = decidable(&of)?;
                let faults = merge::faults(&late.to_string(), &[], &[], merge::as_stored);
                let list = desk.list();
                let page = frame(desk, &list, &faults);
                let body = body(desk, &of, open, &raw.reason, &faults);
                return Ok(merge::page(page, &desk.step(application, "decline"), body));
            }
            Err(error) => return Err(error.into()),
        }
    } else {
        vec![FieldFault::new("", STALE_FORM)]
    };
    let of = web.app.withdrawal(desk.actor, application).await?;
    let open = decidable(&of)?;
    let list = desk.list();
    let page = frame(desk, &list, &faults);
    let body = body(desk, &of, open, &raw.reason, &faults);
    Ok(if fresh {
        page.refuse(body)
    } else {
        (StatusCode::FORBIDDEN, page.render(body)).into_response()
    })
}

/// The withdrawal if it is the reader's to decide now.
fn decidable(of: &Withdrawing) -> Result<&Withdrawal> {
    of.may_decide.clone().map_err(Error::Conflict)?;
    of.open().ok_or(Error::NotFound)
}

fn frame<'a>(desk: &'a Desk<'_>, list: &'a str, faults: &'a [FieldFault]) -> Page<'a> {
    Page::new(desk.visit, "Отклонить отзыв")
        .back(list)
        .faults(faults)
        .flavour(ui::Flavour::Reading)
}

fn body(
    desk: &Desk<'_>,
    of: &Withdrawing,
    open: &Withdrawal,
    typed: &str,
    faults: &[FieldFault],
) -> Markup {
    html! {
        (ui::summary(&[
            Fact::text("Педагогический работник", &of.application.full_name()),
            Fact::text("Должность", &of.application.position_name),
            Fact::text("Отзыв заявления в связи с", &open.reason),
        ]))
        (ui::form(
            Form {
                action: &desk.step(of.application.public_id, "decline"),
                csrf: &desk.visit.csrf,
                ..Form::default()
            },
            html! {
                (seen_fields(open.public_id, open.version))
                (ui::textarea(Field {
                    name: "reason",
                    label: "Причина",
                    value: typed,
                    error: fault_of(faults, "reason"),
                    max_length: u32::try_from(MAX_REASON).ok(),
                    rows: Some(3),
                    ..Field::default()
                }))
                (ui::warning_button("Отклонить отзыв"))
            },
        ))
    }
}

fn filters(desk: &Desk<'_>, filter: Filter) -> Markup {
    let options = [
        Choice {
            value: "waiting",
            label: "ждут меня",
            ..Choice::default()
        },
        Choice {
            value: "all",
            label: "все",
            ..Choice::default()
        },
    ];
    ui::filters(
        &desk.list(),
        ui::select(Select {
            field: Field {
                name: "state",
                label: "Состояние",
                value: code(filter),
                ..Field::default()
            },
            options: &options,
            ..Select::default()
        }),
    )
}

const fn code(filter: Filter) -> &'static str {
    match filter {
        Filter::Waiting => "waiting",
        Filter::All => "all",
    }
}

fn table(desk: &Desk<'_>, rows: &[(Listed, bool)]) -> Markup {
    // The coordinator's municipality is always the same; the operator's console has them all.
    let regional = desk.actor.role == Role::Operator;
    let mut columns = vec![
        Column::text("ФИО"),
        Column::text("Должность"),
        Column::text("Место работы"),
    ];
    if regional {
        columns.push(Column::text("Муниципалитет"));
    }
    columns.extend(
        [
            "Отзыв в связи с",
            "Кто отзывает",
            "Состояние",
            "Скан",
            "Решение",
        ]
        .map(Column::text),
    );
    let rows = rows
        .iter()
        .map(|(row, mine)| {
            let application = format!(
                "{}/applications/{}",
                desk.actor.role.home(),
                row.application
            );
            let mut cells = vec![
                html! { a class="govuk-link" href=(application) { (row.full_name) } },
                html! { (row.position_name) },
                html! { (row.organisation_name) },
            ];
            if regional {
                cells.push(html! { (row.municipality_name) });
            }
            cells.extend([
                html! { (row.reason) },
                html! { (row.by_role.name()) },
                html! {
                    (ui::tag(tone(row.state), words::withdrawal_name(row.state)))
                    @if !row.answer.is_empty() { p { (row.answer) } }
                },
                html! {
                    @if let Some(scan) = row.scan { p { (document(scan, "Посмотреть")) } }
                    (told(row.reading.as_ref()))
                },
                html! { @if *mine { (acts(desk, row)) } },
            ]);
            cells
        })
        .collect();
    ui::table(Table {
        caption: "Отзывы",
        caption_hidden: true,
        columns: &columns,
        rows,
        empty: "Отзывов нет",
    })
}

fn acts(desk: &Desk<'_>, row: &Listed) -> Markup {
    let withdrawal = row.withdrawal.to_string();
    let version = row.version.to_string();
    html! {
        (ui::action_button(ActionButton {
            action: &desk.step(row.application, "accept"),
            csrf: &desk.visit.csrf,
            label: "Зарегистрировать отзыв",
            style: ButtonStyle::Link,
            values: &[("withdrawal", &withdrawal), ("version", &version)],
        }))
        " "
        // Leads to the page that asks for the reason: changes nothing, hence a GET.
        form class="app-inline-form" method="get" action=(desk.step(row.application, "decline")) {
            button type="submit" class="app-link-button app-link-button--warning" { "Отклонить отзыв" }
        }
    }
}

const fn tone(state: life::Withdrawal) -> Tone {
    match state {
        life::Withdrawal::UnderReview => Tone::Yellow,
        life::Withdrawal::Accepted => Tone::Green,
        life::Withdrawal::Declined => Tone::Red,
        life::Withdrawal::Formed => Tone::Blue,
        life::Withdrawal::Cancelled | life::Withdrawal::Lapsed => Tone::Grey,
    }
}

fn pages(desk: &Desk<'_>, filter: Filter, listing: &Listing<(Listed, bool)>) -> Markup {
    let next = listing
        .rows
        .last()
        .filter(|_| listing.more)
        .map(|(row, _)| {
            format!(
                "{}?state={}&after={}",
                desk.list(),
                code(filter),
                row.withdrawal
            )
        });
    ui::pagination(Pagination {
        next: next.as_deref(),
        ..Pagination::default()
    })
}
