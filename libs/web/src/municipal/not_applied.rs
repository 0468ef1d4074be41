//! `/municipal/not-applied` «Не подали заявление»: who registered and never submitted, and the notice
//! with the link that deletes the registration (R-DEL-1).

use app::{
    FieldFault,
    not_applied::{Answered, NotApplied},
};
use axum::{Router, extract::State, routing::get};
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Column, Form, Pagination, Table, Tone, ru};
use uuid::Uuid;

use crate::{
    Web,
    asked::{Asked, address},
    bulk,
    error::{Error, Result},
    form::Posted,
    lists,
    municipal::applications::tabs,
    page::Page,
    visit::Municipal,
};

const PATH: &str = "/municipal/not-applied";
const HEADING: &str = "Не подали заявление";

/// The name of the check boxes in the rows.
const MARKED: &str = "person";

/// The page of this file.
pub fn router() -> Router<Web> {
    Router::new().route(PATH, get(show).post(notify))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wanted {
    q: String,
    after: String,
}

impl Wanted {
    fn address(&self, after: &str) -> String {
        address(PATH, &[("q", &self.q), ("after", after)])
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Marked {
    person: Vec<String>,
}

async fn show(
    at: Municipal,
    State(web): State<Web>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Markup> {
    let list = web
        .app
        .not_applied(&at.actor, &wanted.q, lists::after(&wanted.after))
        .await?;
    let next = list.next.map(|id| wanted.address(&id.to_string()));
    let action = wanted.address(&wanted.after);
    let form = Form {
        action: &action,
        csrf: &at.csrf,
        id: Some(bulk::MARKING),
        ..Form::default()
    };
    Ok(Page::new(&at, HEADING).render(html! {
        (tabs(HEADING))
        p { "Здесь те, кто зарегистрировался как педагог Вашего муниципалитета и ни разу не подал заявление. "
            "В уведомлении — ссылка, по которой человек может сам удалить свои данные; она действует 14 дней. "
            "Без его согласия ничего не удаляется." }
        (ui::filters(PATH, lists::search(&wanted.q, lists::NAME_OR_LOGIN)))
        (ui::table(Table {
            caption: "Педагоги, не подавшие заявление",
            caption_hidden: true,
            columns: &[
                Column::marks("Отметить", MARKED),
                Column::text("ФИО"),
                Column::text("Организация"),
                Column::text("E-mail"),
                Column::text("Зарегистрирован"),
                Column::text("Уведомление"),
            ],
            rows: list.rows.iter().map(|person| row(&web, person)).collect(),
            empty: lists::nothing(&wanted.q, "Все, кто зарегистрировался, подали заявление."),
        }))
        (lists::partial(list.partial))
        (ui::pagination(Pagination { previous: None, next: next.as_deref() }))
        @if !list.rows.is_empty() { (ui::form(form, ui::button("Отправить уведомление"))) }
    }))
}

fn row(web: &Web, person: &NotApplied) -> Vec<Markup> {
    let zone = web.app.zone();
    let id = person.public_id.to_string();
    let mark = Some(bulk::MARKING);
    vec![
        ui::row_checkbox(MARKED, &id, &person.full_name, mark),
        html! { (lists::or_dash(&person.full_name)) },
        html! { (lists::or_dash(&person.organisation)) },
        html! { (lists::or_dash(&person.email)) },
        html! { (ru::date_short(zone.date_of(person.registered_at))) },
        html! {
            @match (person.offered_at, person.expires_at) {
                (Some(offered), Some(expires)) => {
                    "отправлено " (ru::date_short(zone.date_of(offered)))
                    br;
                    @if person.alive { "ссылка до " (ru::date_short(zone.date_of(expires))) }
                    @else { "ссылка не действует" }
                }
                _ => "не отправлялось",
            }
        },
    ]
}

/// The answers, each row's own. The page is no redirect: pressed again it answers each row anew.
async fn notify(
    at: Municipal,
    State(web): State<Web>,
    Asked(wanted): Asked<Wanted>,
    posted: Posted<Marked>,
) -> Result<Markup> {
    let marked: Vec<Uuid> = posted
        .take()?
        .person
        .iter()
        .filter_map(|id| id.parse().ok())
        .take(app::not_applied::PAGE)
        .collect();
    if marked.is_empty() {
        return Err(Error::Invalid(vec![FieldFault::new(
            "",
            "Отметьте хотя бы одного человека.",
        )]));
    }
    let answers = web.app.notify_not_applied(&at.actor, &marked).await?;
    let back = wanted.address(&wanted.after);
    Ok(Page::new(&at, "Результат отправки")
        .back(&back)
        .render(results(answers, &back)))
}

fn results(answers: Vec<Answered>, back: &str) -> Markup {
    let sent = answers
        .iter()
        .filter(|(.., outcome)| outcome.is_ok())
        .count();
    let all = answers.len();
    let rows = answers.into_iter().map(|(_, name, outcome)| {
        vec![
            html! { (lists::or_dash(&name)) },
            match outcome {
                Ok(()) => ui::tag(Tone::Green, "отправлено"),
                Err(error) => html! {
                    (ui::tag(Tone::Grey, "не отправлено")) " "
                    (reason(error))
                },
            },
        ]
    });
    html! {
        p { "Отправлено уведомлений: " (sent) " из " (all) "." }
        (ui::table(Table {
            caption: "Результат отправки",
            caption_hidden: true,
            columns: &[Column::text("ФИО"), Column::text("Результат")],
            rows: rows.collect(),
            empty: "",
        }))
        (ui::link_button(back, "Вернуться к списку"))
    }
}

fn reason(error: app::Error) -> String {
    match error {
        app::Error::NotFound => {
            "Человека уже нет в списке: заявление подано или кабинет закрыт.".to_owned()
        }
        error => bulk::reason(error, "Этого человека уведомляете не Вы."),
    }
}
