//! The municipality's schedule of a period as a file to sign, and the signed scan attached: until a
//! row changes the schedule is agreed (R-SCH-5).

use app::{
    FieldFault,
    municipal_schedules::{self, Entry, OfPeriod},
    periods::PeriodState,
};
use axum::{
    Router,
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use domain::calendar::Zone;
use maud::{Markup, html};
use serde::Deserialize;
use sheets::{Cell, Column as SheetColumn, Format};
use ui::{Column, FileField, Form, Table};

use super::LIST;
use crate::{
    Web,
    asked::{Asked, address},
    error::{Error, Result},
    id::Id,
    municipal_schedules as schedules,
    page::{Page, fault_of},
    printouts, sheet,
    upload::Upload,
    visit::Municipal,
};

/// The addresses of this file.
pub(super) fn router() -> Router<Web> {
    Router::new()
        .route("/municipal/schedule/periods/{id}", get(file))
        .route("/municipal/schedule/periods/{id}/signed", post(attach))
}

/// The part of the page about the schedules of periods; about one of them with what can be done:
/// the one asked for, else the first that is still open.
pub(super) async fn section(
    at: &Municipal,
    web: &Web,
    period: &str,
    faults: &[FieldFault],
) -> Result<Markup> {
    let all = web.app.municipal_schedules(&at.actor).await?;
    let chosen = match period {
        "" => {
            let open = |of: &&OfPeriod| of.period.state == PeriodState::Open;
            all.iter().rfind(open).or_else(|| all.first())
        }
        asked => all
            .iter()
            .find(|of| of.period.public_id.to_string() == asked),
    };
    let shown = match chosen {
        Some(of) => {
            let id = of.period.public_id;
            web.app.shown_schedule(&at.actor, id).await?
        }
        None => String::new(),
    };
    let zone = web.app.zone();
    Ok(html! {
        h2 { "График муниципалитета" }
        (states(&all, zone))
        @if let Some(of) = chosen { (one(at, of, &shown, faults)) }
    })
}

fn states(all: &[OfPeriod], zone: Zone) -> Markup {
    let rows = all.iter().map(|of| {
        let id = of.period.public_id.to_string();
        vec![
            html! { a class="govuk-link" href=(address(LIST, &[("period", &id)])) { (of.period.name) } },
            html! { (of.schedule.rows) },
            html! { (of.schedule.approved) },
            schedules::state(&of.schedule),
            schedules::signed(&of.schedule, zone),
        ]
    });
    ui::table(Table {
        caption: "График муниципалитета по периодам",
        caption_hidden: true,
        columns: &[
            Column::text("Период"),
            Column::number("Строк"),
            Column::number("Утверждено"),
            Column::text("Состояние"),
            Column::text("Подписанный график"),
        ],
        rows: rows.collect(),
        empty: "Пока ни одному заявлению не выбран период.",
    })
}

fn one(at: &Municipal, of: &OfPeriod, shown: &str, faults: &[FieldFault]) -> Markup {
    let page = format!("{LIST}/periods/{}", of.period.public_id);
    let action = format!("{page}/signed");
    let form = Form {
        action: &action,
        csrf: &at.csrf,
        multipart: true,
        ..Form::default()
    };
    let version = of
        .schedule
        .signed
        .as_ref()
        .map_or(0, |signed| signed.version);
    html! {
        h3 { (of.period.name) }
        p { a class="govuk-link" href={ (page) "?format=pdf" } { "Скачать график (PDF)" } }
        p { a class="govuk-link" href={ (page) "?format=xlsx" } { "Скачать график (XLSX)" } }
        p { "Распечатайте график, подпишите и прикрепите скан. После любого изменения строк график снова предварительный: его нужно подписать заново." }
        (ui::form(form, html! {
            (ui::hidden("version", &version.to_string()))
            (ui::hidden("rows", shown))
            (ui::file(FileField {
                name: "scan",
                label: "Скан подписанного графика",
                hint: Some("PDF, JPG или PNG"),
                error: fault_of(faults, "scan"),
                accept: Some(".pdf,.jpg,.jpeg,.png"),
                ..FileField::default()
            }))
            (ui::button("Прикрепить подписанный график"))
        }))
    }
}

async fn attach(
    at: Municipal,
    State(web): State<Web>,
    Id(id): Id,
    upload: Upload,
) -> Result<Response> {
    let tenant = at.actor.tenant.ok_or(Error::NoCabinet)?;
    let mut uploaded = upload.receive(&web, tenant).await?;
    let scan = uploaded.file("scan").cloned();
    let done = match &scan {
        _ if !uploaded.faults.is_empty() => {
            Err(app::Error::Invalid(std::mem::take(&mut uploaded.faults)))
        }
        None => Err(app::Error::field(
            "scan",
            "Выберите скан подписанного графика",
        )),
        Some(scan) => {
            web.app
                .attach_signed_schedule(
                    &at.actor,
                    id,
                    uploaded.version(),
                    uploaded.text("rows"),
                    scan,
                )
                .await
        }
    };
    // Whatever no row names goes: everything after a refusal, a second file after success.
    let named = done.as_ref().err().is_none_or(app::Error::is_outage);
    let kept = scan.filter(|_| named).map(|scan| scan.key);
    let unnamed: Vec<_> = uploaded
        .received()
        .into_iter()
        .filter(|file| Some(&file.key) != kept.as_ref())
        .collect();
    web.app.discard(&unnamed).await;
    match done {
        Ok(()) => {
            at.notify("Подписанный график прикреплён: график согласован")
                .await?;
            let list = address(LIST, &[("period", &id.to_string())]);
            Ok(Redirect::to(&list).into_response())
        }
        Err(app::Error::Invalid(faults)) => {
            let body = section(&at, &web, &id.to_string(), &faults).await?;
            let page = Page::new(&at, "График").back(LIST).faults(&faults);
            Ok(page.refuse(body))
        }
        Err(error) => Err(error.into()),
    }
}

/// What the address of the file asks for.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Wanted {
    format: String,
}

const COLUMNS: [SheetColumn; municipal_schedules::COLUMNS.len()] = sheet::columns(
    municipal_schedules::COLUMNS,
    [7, 34, 26, 40, 20, 20, 16, 24, 50, 50],
);

/// The schedule as a paper to sign, or as a table; XLSX unless another is asked for.
async fn file(
    at: Municipal,
    State(web): State<Web>,
    Id(id): Id,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response> {
    sheet::count(&web, at.actor.account).await?;
    if wanted.format == "pdf" {
        let printout = web.app.print_schedule(&at.actor, id).await?;
        return printouts::lead(&web, &at.actor, printout).await;
    }
    let format = Format::from_code(&wanted.format).unwrap_or(Format::Xlsx);
    let (period, entries) = web.app.export_municipal_schedule(&at.actor, id).await?;
    let rows: Vec<Vec<Cell>> = (1..)
        .zip(&entries)
        .map(|(n, entry)| cells(n, entry, &period.name))
        .collect();
    let name = format!("График {}", period.name);
    sheet::answer(
        &name,
        format,
        &COLUMNS,
        futures::stream::once(std::future::ready(Ok(rows))),
    )
    .await
}

fn cells(n: usize, entry: &Entry, period: &str) -> Vec<Cell> {
    let mut cells: Vec<Cell> = municipal_schedules::cells(n, entry, period)
        .iter()
        .map(|text| text.as_str().into())
        .collect();
    cells[0] = i64::try_from(n).ok().into();
    cells
}
