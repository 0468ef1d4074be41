//! `/operator/orders/match` «Сверка с графиком»: the annex of an order, typed elsewhere, compared
//! with what may be decided; what is not the same is resolved by a person, and all of it fills in
//! the order's form. Nothing is stored on the way (R-ORD-1).

use std::collections::HashMap;

use app::{
    FieldFault,
    orders::{Annex, Asked, Matched, Matching, Ready},
};
use axum::{
    Router,
    extract::State,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use domain::reference::{Category, Decision};
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Choice, Column, Field, FileField, Form, Select, Table, Tone};

use super::{Asking, Desk, Raw, desk::choice, identified};
use crate::{
    Web,
    error::{Error, Result},
    form::Posted,
    lists,
    page::{Page, fault_of},
    sheet,
    upload::Upload,
    visit::Operator,
};

/// Its address.
pub(super) const PATH: &str = "/operator/orders/match";
/// Its heading.
pub(super) const HEADING: &str = "Сверка с графиком";

/// The pages of this file.
pub(super) fn router() -> Router<Web> {
    Router::new()
        .route(PATH, get(show).post(compare))
        .route("/operator/orders/match/decisions", post(fill))
}

async fn show(at: Operator, State(web): State<Web>) -> Result<Markup> {
    let body = upload(&at, &web, "", "", &[]).await?;
    Ok(page(&at).render(body))
}

fn page(at: &Operator) -> Page<'_> {
    Page::new(at, HEADING).back(super::PATH)
}

async fn upload(
    at: &Operator,
    web: &Web,
    period: &str,
    municipality: &str,
    faults: &[FieldFault],
) -> Result<Markup> {
    let municipality = web.app.municipality_filter(&at.actor, municipality).await?;
    let periods = web.app.periods(&at.actor).await?;
    let ids: Vec<String> = periods
        .iter()
        .map(|period| period.public_id.to_string())
        .collect();
    let options: Vec<Choice<'_>> = periods
        .iter()
        .zip(&ids)
        .map(|(period, id)| choice(id, &period.name))
        .collect();
    let form = Form {
        action: PATH,
        csrf: &at.csrf,
        multipart: true,
        ..Form::default()
    };
    Ok(html! {
        p {
            "Загрузите приложение к распоряжению: таблицу XLSX со столбцами «ФИО», «Должность», «Категория», \
             «Решение» в любом порядке. Каждая строка сверится с заявлениями, по которым можно принять решение; \
             файл не сохраняется."
        }
        (ui::form(form, html! {
            (ui::select(Select {
                field: Field { name: "period", label: "Период", value: period, ..Field::default() },
                empty: Some("все"),
                options: &options,
                ..Select::default()
            }))
            (lists::municipality(&municipality))
            (ui::file(FileField {
                name: "file",
                label: "Приложение к распоряжению",
                hint: Some("XLSX, не более 2 МБ и 1000 строк"),
                error: fault_of(faults, "file"),
                accept: Some(".xlsx"),
                whole: true,
                ..FileField::default()
            }))
            (ui::button("Сверить"))
        }))
    })
}

/// The answer is a page of its own and no redirect: it holds what was compared, which is kept
/// nowhere.
async fn compare(at: Operator, State(web): State<Web>, form: Upload) -> Result<Response> {
    let form = form.read_whole("file", sheets::MOST_BYTES).await?;
    let (period, municipality) = (form.text("period"), form.text("municipality"));
    let named = web.app.municipality_filter(&at.actor, municipality).await?;
    let asked = Asked {
        tenant: named.tenant(),
        period: period.parse().ok(),
        ..Asked::default()
    };
    let table = sheet::read(form.bytes()).await?;
    let matching = match table.and_then(|table| Annex::parse(&table)) {
        Ok(annex) => web.app.match_annex(&at.actor, annex, &asked).await,
        Err(words) => Err(app::Error::Invalid(vec![FieldFault::new("file", words)])),
    };
    match matching {
        Ok(matching) => Ok(page(&at).render(compared(&at, &matching)).into_response()),
        Err(app::Error::Invalid(faults)) => {
            let body = upload(&at, &web, period, municipality, &faults).await?;
            Ok(page(&at).faults(&faults).refuse(body))
        }
        Err(error) => Err(error.into()),
    }
}

/// The annex in the file, or what is wrong with it.
fn compared(at: &Operator, matching: &Matching) -> Markup {
    let matched = matching
        .rows
        .iter()
        .filter(|row| row.mismatch.is_none())
        .count();
    let columns = [
        "№",
        "ФИО",
        "Должность",
        "Категория",
        "Решение",
        "Сверка",
        "Заявление",
    ];
    let form = Form {
        action: "/operator/orders/match/decisions",
        csrf: &at.csrf,
        ..Form::default()
    };
    html! {
        p {
            "Сопоставлено строк: " (matched) " из " (matching.rows.len())
            ". Заявлений, которых нет в файле: " (matching.left) "."
        }
        (ui::form(form, html! {
            (ui::table(Table {
                caption: "Строки приложения",
                caption_hidden: true,
                columns: &columns.map(Column::text),
                rows: matching.rows.iter().zip(1..).map(|(row, number)| line(row, number)).collect(),
                empty: "",
            }))
            (ui::button("Перейти к распоряжению"))
        }))
    }
}

fn line(matched: &Matched, number: usize) -> Vec<Markup> {
    let row = &matched.row;
    let verdict = row.verdict();
    let whose = format!("whose-{number}");
    let id = format!("row-{number}");
    let value = |ready: &Ready| {
        let decision = verdict.map_or("", Decision::code);
        format!("{}.{}.{decision}", ready.public_id, ready.version)
    };
    let application = match (matched.mismatch, matched.choices.as_slice()) {
        (None, [only]) => html! {
            (link(only)) (ui::hidden("row", &value(only)))
        },
        (_, []) => html! { "—" },
        (_, choices) => {
            let values: Vec<(String, String)> = choices
                .iter()
                .map(|ready| (value(ready), described(ready)))
                .collect();
            let options: Vec<Choice<'_>> = values
                .iter()
                .map(|(value, label)| choice(value, label))
                .collect();
            ui::row_select(
                Select {
                    field: Field {
                        name: "row",
                        id: Some(&id),
                        label: "Заявление",
                        ..Field::default()
                    },
                    empty: Some("не решать"),
                    options: &options,
                    ..Select::default()
                },
                &whose,
            )
        }
    };
    vec![
        html! { (number) },
        html! { span id=(whose) { (row.person) } },
        html! { (row.position) },
        html! { (row.category) },
        html! {
            (row.decision)
            @if verdict.is_none() { " " (ui::tag(Tone::Yellow, "решение не указано")) }
        },
        match matched.mismatch {
            None => ui::tag(Tone::Green, "сопоставлено"),
            Some(why) => ui::tag(Tone::Red, why.words()),
        },
        application,
    ]
}

fn link(ready: &Ready) -> Markup {
    html! {
        a class="govuk-link" href={ "/operator/applications/" (ready.public_id) } { (ready.full_name) }
        ", " (ready.organisation)
    }
}

/// Enough of an application to tell it from a namesake's.
fn described(ready: &Ready) -> String {
    let category = ready.category.map_or("", Category::name);
    [
        ready.full_name.as_str(),
        &ready.position,
        category,
        &ready.organisation,
        &ready.municipality,
    ]
    .into_iter()
    .filter(|part| !part.is_empty())
    .collect::<Vec<_>>()
    .join(", ")
}

/// The rows resolved, in their order: each the application with its version and the decision.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Resolved {
    row: Vec<String>,
}

/// The order's form with the decisions filled in.
async fn fill(at: Operator, State(web): State<Web>, posted: Posted<Resolved>) -> Result<Response> {
    let resolved = posted.take()?;
    let mut chosen = HashMap::new();
    let mut only = Vec::new();
    for value in &resolved.row {
        let Some((row, decision)) = value.rsplit_once('.') else {
            continue;
        };
        let Some((application, _)) = identified(row) else {
            continue;
        };
        if chosen.insert(application, decision.to_owned()).is_none() {
            only.push(application);
        }
    }
    if only.is_empty() {
        return Err(Error::Conflict(
            "Ни одна строка не сопоставлена с заявлением: исправьте таблицу или выберите решения в распоряжении."
                .to_owned(),
        ));
    }
    let desk = Desk::read(&at, &web, Asking::default(), Some(only)).await?;
    let raw = Raw {
        chosen,
        ..Raw::default()
    };
    Ok(Page::new(&at, super::HEADING)
        .back(PATH)
        .render(desk.body(&raw))
        .into_response())
}
