//! `/admin/municipalities/{id}/export` «Выгрузка муниципалитета»: starts one, shows how far it
//! is and what is in it, in numbers (SEC-106). The file itself is `ctl`'s alone to take out.

use app::exports::{Export, Exported, State};
use axum::{Router, extract::State as Held, response::Redirect, routing::get};
use maud::{Markup, html};
use ui::{ActionButton, Column, Fact, Table, Tone};

use crate::{
    Result, Web,
    form::{Posted, Seen},
    id::Id,
    page::Page,
    visit::Admin,
};

const HEADING: &str = "Выгрузка муниципалитета";

/// Seconds after which the page of an export under way asks for itself again.
const REFRESH: u32 = 5;

/// The page of this file.
pub fn router() -> Router<Web> {
    Router::new().route("/admin/municipalities/{id}/export", get(show).post(start))
}

async fn show(at: Admin, Held(web): Held<Web>, Id(id): Id) -> Result<Markup> {
    let shown = web.app.municipality_export(&at.actor, id).await?;
    let mut page = Page::new(&at, HEADING)
        .caption(&shown.place.name)
        .back("/admin/municipalities");
    if shown
        .newest
        .as_ref()
        .is_some_and(|export| export.state.is_live())
    {
        page = page.refresh(REFRESH);
    }
    Ok(page.render(body(&at, &web, &shown)))
}

async fn start(
    at: Admin,
    Held(web): Held<Web>,
    Id(id): Id,
    posted: Posted<Seen>,
) -> Result<Redirect> {
    let version = posted.take()?.version();
    web.app.start_export(&at.actor, id, version).await?;
    at.notify("Выгрузка начата").await?;
    Ok(Redirect::to(&address(id)))
}

fn address(id: uuid::Uuid) -> String {
    format!("/admin/municipalities/{id}/export")
}

fn body(at: &Admin, web: &Web, shown: &Exported) -> Markup {
    let live = shown
        .newest
        .as_ref()
        .is_some_and(|export| export.state.is_live());
    let version = shown.place.version.to_string();
    html! {
        p { "В выгрузку входит всё, что есть у муниципалитета: строки таблиц, учётные записи, документы "
            "и опись с контрольными суммами. Файл выдаёт только команда "
            code { "ctl municipality export " (shown.place.slug) } " на сервере." }
        @if !shown.place.suspended {
            (ui::inset(html! { "Муниципалитет работает. Удалить его можно будет только по выгрузке, "
                "сделанной после приостановки." }))
        }
        @if !live {
            (ui::action_button(ActionButton {
                action: &address(shown.place.public_id),
                csrf: &at.csrf,
                label: "Начать выгрузку",
                values: &[("version", &version)],
                ..ActionButton::default()
            }))
        }
        @if let Some(export) = &shown.newest { (newest(web, export)) }
    }
}

fn newest(web: &Web, export: &Export) -> Markup {
    let zone = web.app.zone();
    let number = export.public_id.to_string();
    let (tone, words) = match export.state {
        State::Queued => (Tone::Grey, "в очереди"),
        State::Running => (Tone::Blue, "идёт"),
        State::Done => (Tone::Green, "готова"),
        State::Failed => (Tone::Red, "не удалась"),
    };
    let asked = ui::ru::date_time(&zone.local(export.created_at));
    let mut facts = vec![
        Fact {
            key: "Состояние",
            value: ui::tag(tone, words),
            action: None,
        },
        Fact {
            key: "Номер",
            value: html! { code { (number) } },
            action: None,
        },
        Fact::text("Заказана", &asked),
    ];
    if export.state.is_live() && export.total > 0 {
        let progress = format!("{} из {} таблиц и документов", export.done, export.total);
        facts.push(Fact::text("Записано", &progress));
    }
    if let Some(at) = export.finished_at {
        facts.push(Fact::text("Закончена", &ui::ru::date_time(&zone.local(at))));
    }
    if let (Some(size), Some(sha256)) = (export.size, &export.sha256) {
        let size = ui::ru::file_size(u64::try_from(size).unwrap_or_default());
        let hex: String = sha256.iter().map(|byte| format!("{byte:02x}")).collect();
        facts.push(Fact::text("Размер файла", &size));
        facts.push(Fact {
            key: "SHA-256 файла",
            value: html! { code { (hex) } },
            action: None,
        });
    }
    html! {
        h2 { "Последняя выгрузка" }
        (ui::summary(&facts))
        @if export.state == State::Done { (contents(export)) }
    }
}

fn contents(export: &Export) -> Markup {
    let counts = &export.counts;
    let whole = [
        ("Учётные записи", counts.accounts),
        ("Документы", counts.documents),
        ("Документы, которых нет в хранилище", counts.missing),
    ];
    let tables = counts
        .tables
        .iter()
        .map(|(name, rows)| vec![html! { code { (name) } }, html! { (rows) }]);
    let rows = whole
        .iter()
        .map(|(name, count)| vec![html! { (name) }, html! { (count) }])
        .chain(tables)
        .collect();
    ui::table(Table {
        caption: "Что в выгрузке",
        columns: &[Column::text("Таблица"), Column::number("Строк")],
        rows,
        empty: "Ничего нет.",
        ..Table::default()
    })
}
