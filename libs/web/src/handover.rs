//! Registers of handing over on a page: their list, what one says, its rows, the workbook of
//! them. Shared by the coordinator, who makes them, and the Centre, which confirms them; the
//! addresses stand in their folders.

use app::handovers::{self, COLUMNS, Handover, HandoverView, Handovers, Named};
use axum::response::Response;
use domain::{
    actor::{AccountId, Actor},
    calendar::{Zone, month_name},
    reference::Category,
};
use futures::stream;
use maud::{Markup, html};
use sheets::{Cell, Column as SheetColumn, Format};
use ui::{Column, Fact, Table, Tone, ru};
use uuid::Uuid;

use crate::{Web, error::Result, lists, printouts, sheet};

/// «Реестр передачи № 3».
#[must_use]
pub fn title(handover: &Handover) -> String {
    format!("Реестр передачи № {}", handover.number)
}

/// The list, each leading to its page under `base`.
pub fn table(base: &str, page: &Handovers, municipality: bool) -> Markup {
    let mut columns = vec![Column::text("Реестр")];
    if municipality {
        columns.push(Column::text("Муниципалитет"));
    }
    columns.extend([
        Column::text("Месяц"),
        Column::text("Дата"),
        Column::number("Заключений"),
        Column::text("Состояние"),
    ]);
    let rows = page.rows.iter().map(|handover| {
        let mut row = vec![html! {
            a class="govuk-link" href={ (base) "/" (handover.public_id) } { (title(handover)) }
        }];
        if municipality {
            row.push(html! { (handover.municipality) });
        }
        row.extend([
            html! { (month_name(handover.month)) },
            html! { (ru::date_short(handover.made_on)) },
            html! { (handover.rows) },
            state(handover),
        ]);
        row
    });
    html! {
        (ui::table(Table {
            caption: "Реестры передачи",
            caption_hidden: true,
            columns: &columns,
            rows: rows.collect(),
            empty: "Реестров нет.",
        }))
        (lists::next_page(&format!("{base}?"), "after", page.next))
    }
}

fn state(handover: &Handover) -> Markup {
    match (handover.confirmed_at, handover.missing) {
        (None, _) => ui::tag(Tone::Yellow, "ждёт подтверждения"),
        (Some(_), 0) => ui::tag(Tone::Green, "подтверждён"),
        (Some(_), missing) => html! {
            (ui::tag(Tone::Red, "подтверждён не полностью")) " не получено: " (missing)
        },
    }
}

/// What a register says of itself.
pub fn facts(handover: &Handover, zone: Zone) -> Markup {
    let mut facts = vec![
        Fact::text("Муниципалитет", &handover.municipality),
        Fact::text("Месяц", &month_name(handover.month)),
        Fact::text("Дата", &ru::date_long(handover.made_on)),
        Fact::text("Кем сформирован", &handover.made_by),
        Fact {
            value: state(handover),
            ..Fact::text("Состояние", "")
        },
    ];
    if let Some(at) = handover.confirmed_at {
        let told = format!(
            "{}, {}",
            handover.confirmed_by,
            ru::date_time(&zone.local(at))
        );
        facts.push(Fact::text("Подтверждено Центром", &told));
    }
    ui::summary(&facts)
}

/// What stands under [`COLUMNS`]; the name leads to the case under `home`.
pub fn cells(place: usize, named: &Named, home: &str) -> Vec<Markup> {
    vec![
        html! { (place + 1) },
        html! {
            @if named.name.is_empty() { "передано в другой муниципалитет" }
            @else {
                a class="govuk-link" id={ "whose-" (named.application) }
                    href={ (home) "/applications/" (named.application) } { (named.name) }
            }
        },
        html! { (named.position) },
        html! { (named.organisation) },
        html! { (named.category.map_or("", Category::name)) },
        html! { (lists::or_dash(&named.period)) },
    ]
}

/// The rows with what the Centre said of each.
pub fn rows(view: &HandoverView, home: &str) -> Markup {
    let mut columns = COLUMNS.map(Column::text).to_vec();
    columns.extend(["Получено Центром", "Примечание"].map(Column::text));
    let rows = view.rows.iter().enumerate().map(|(place, named)| {
        let mut row = cells(place, named, home);
        row.push(match named.received {
            None => html! { "—" },
            Some(true) => ui::tag(Tone::Green, "получено"),
            Some(false) => ui::tag(Tone::Red, "не получено"),
        });
        row.push(html! { (named.note) });
        row
    });
    ui::table(Table {
        caption: "Заключения реестра",
        caption_hidden: true,
        columns: &columns,
        rows: rows.collect(),
        empty: "Заключений нет.",
    })
}

/// The links to the paper and the workbook of the register `path` is the page of.
pub fn download(path: &str) -> Markup {
    html! {
        p { a class="govuk-link" href={ (path) "?format=pdf" } { "Скачать реестр (PDF)" } }
        p { a class="govuk-link" href={ (path) "?format=xlsx" } { "Скачать реестр (XLSX)" } }
    }
}

/// The register as a paper to sign.
pub async fn paper(web: &Web, actor: &Actor, id: Uuid) -> Result<Response> {
    sheet::count(web, actor.account).await?;
    let printout = web.app.print_handover(actor, id).await?;
    printouts::lead(web, actor, printout).await
}

const SHEET: [SheetColumn; 8] = [
    SheetColumn::new("№", 6),
    SheetColumn::new("ФИО", 38),
    SheetColumn::new("Должность", 26),
    SheetColumn::new("Место работы", 44),
    SheetColumn::new("Заявленная категория", 22),
    SheetColumn::new("Период", 26),
    SheetColumn::new("Получено Центром", 18),
    SheetColumn::new("Примечание", 40),
];

/// The rows as a file.
pub async fn file(
    web: &Web,
    account: AccountId,
    format: Format,
    view: HandoverView,
) -> Result<Response> {
    sheet::count(web, account).await?;
    let name = format!(
        "{} от {}",
        title(&view.handover),
        ru::date_short(view.handover.made_on)
    );
    let rows: Vec<Vec<Cell>> = view.rows.iter().enumerate().map(sheet_row).collect();
    sheet::answer(&name, format, &SHEET, stream::iter([Ok(rows)])).await
}

fn sheet_row((place, named): (usize, &Named)) -> Vec<Cell> {
    let mut cells: Vec<Cell> = handovers::cells(place + 1, named)
        .iter()
        .map(|text| text.as_str().into())
        .collect();
    cells[0] = i64::try_from(place + 1).ok().into();
    cells.push(match named.received {
        None => Cell::Empty,
        Some(true) => "получено".into(),
        Some(false) => "не получено".into(),
    });
    cells.push(named.note.as_str().into());
    cells
}
