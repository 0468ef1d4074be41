//! `/teacher`: how the application stands, its period and specialists, the conclusion, the
//! history; the cards, when there are several posts.

use app::{
    applications::{Application, Own},
    conclusions::ConclusionView,
};
use axum::extract::{Query, State};
use domain::{
    calendar::{DaysLeft, Zone},
    life::{PeriodMark, Place, Status},
    words::{StatusFacts, status_lines},
};
use maud::{Markup, html};
use ui::{Card, Event, Link};

use super::{Asked, address, post_of};
use crate::{
    Web,
    conclusion::section,
    document_requests::note,
    error::Result,
    page::Page,
    rejection,
    visit::{Teacher, Visit},
};

const HEADING: &str = "Личный кабинет аттестуемого";

/// The cabinet's first page.
pub async fn get(
    at: Teacher,
    State(web): State<Web>,
    Query(asked): Query<Asked>,
) -> Result<Markup> {
    let card = asked.card()?;
    let own = web.app.own(&at.actor, card).await?;
    let concluded = web
        .app
        .teacher_conclusion(&at.actor, Some(own.card.public_id))
        .await?;
    Ok(page(&at, &web, &own, concluded.as_ref()))
}

fn page(visit: &Visit, web: &Web, own: &Own, concluded: Option<&ConclusionView>) -> Markup {
    let application = address("/teacher/application", &own.cards, &own.card);
    let conclusion = address("/teacher/conclusion", &own.cards, &own.card);
    let documents = address("/teacher/application/documents", &own.cards, &own.card);
    let card = address("/teacher/card", &own.cards, &own.card);
    let go = |href| {
        Some(Link {
            href,
            text: "Перейти",
        })
    };
    let has_conclusion = own
        .live()
        .is_some_and(|application| application.place != Place::None);
    let body = html! {
        p {
            "Здесь Вы можете подать заявление о проведении аттестации, прикрепить необходимые документы, \
             а также отслеживать статус Вашего заявления."
        }
        (posts(own))
        (rejection::told(&own.remarks, |_| true))
        @if !own.requests.is_empty() {
            (note(&own.requests))
            p { a class="govuk-link" href=(documents) { "Прикрепить запрошенные документы" } }
        }
        (ui::cards(&[
            Card { title: "Статус заявления", body: status(web, own), link: go(&application) },
            Card { title: "Аттестационный период", body: period(own), link: None },
            Card {
                title: "Итоговое заключение",
                body: section(concluded),
                link: go(&conclusion).filter(|_| has_conclusion),
            },
            Card { title: "Карточка педагога", body: card_words(own), link: go(&card) },
        ]))
        h2 { "История" }
        (history(own, web.app.zone()))
        p { a class="govuk-link" href="/teacher/cards" { "Добавить должность" } }
    };
    Page::new(visit, HEADING).render(body)
}

/// The cards, when there are several: each a link to its own pages.
fn posts(own: &Own) -> Markup {
    html! {
        @if own.cards.len() > 1 {
            h2 { "Должности" }
            ul {
                @for card in &own.cards {
                    @let words = post_of(&own.cards, card).unwrap_or_default();
                    li {
                        @if card.id == own.card.id { strong { (words) } }
                        @else { a href=(address("/teacher", &own.cards, card)) { (words) } }
                    }
                }
            }
        }
    }
}

/// «Статус заявления»: while a new application is only a draft, the words of the final one
/// stand above it (R-APP-9).
fn status(web: &Web, own: &Own) -> Markup {
    let lines = match &own.application {
        None => vec!["Заявление не подано.".to_owned()],
        Some(now) => {
            let shown = own.before.iter().chain([now]);
            shown
                .flat_map(|application| lines_of(own, application))
                .collect()
        }
    };
    let term = own
        .live()
        .filter(|application| application.status == Status::UnderReview)
        .and_then(|application| application.submitted_at)
        .map(|at| DaysLeft::on(web.app.today(), web.app.zone().date_of(at)));
    html! {
        @for line in &lines { p { (line) } }
        @if let Some(held) = &own.decision {
            p { a class="govuk-link" href={ "/orders/" (held.order) } { "Скачать распоряжение" } }
        }
        @if let Some(term) = term { p { (term.words()) " (" (term.sum()) ")" } }
    }
}

fn lines_of(own: &Own, application: &Application) -> Vec<String> {
    status_lines(
        application.status,
        application
            .withdrawal
            .as_ref()
            .map(|withdrawal| withdrawal.state),
        application.row.mark,
        application.place,
        StatusFacts {
            registration: application.registered_number.zip(application.registered_on),
            rejection: &application.rejection,
            period: &application.row.period_name,
            decision: own
                .decision
                .as_ref()
                .map(|held| (held.decision, held.number.as_str(), held.date)),
        },
    )
}

fn period(own: &Own) -> Markup {
    let row = own.live().map(|application| &application.row);
    html! {
        @match row.filter(|row| row.mark != PeriodMark::None) {
            None => p { "Аттестационный период ещё не определён." }
            Some(row) => {
                p {
                    strong { (row.period_name) }
                    @if let Some((starts, ends)) = row.starts.zip(row.ends) {
                        " (" (ui::ru::date_long(starts)) " — " (ui::ru::date_long(ends)) ")"
                    }
                }
                p {
                    @if row.mark == PeriodMark::Approved { "Утверждён распоряжением." }
                    @else { "Предварительный: точный период утверждается распоряжением." }
                }
            }
        }
        @if !own.experts.is_empty() {
            p { "Назначенные специалисты:" }
            ul {
                @for expert in &own.experts {
                    li {
                        (expert.name)
                        @if !expert.position.is_empty() { ", " (expert.position) }
                        @if !expert.organisation.is_empty() { ", " (expert.organisation) }
                    }
                }
            }
        }
    }
}

fn card_words(own: &Own) -> Markup {
    html! {
        p {
            @if own.locked() { (app::cards::LOCKED) }
            @else if own.missing.is_empty() { "Карточка заполнена." }
            @else { "Для подачи заявления необходимо заполнить все поля в карточке педагога." }
        }
    }
}

fn history(own: &Own, zone: Zone) -> Markup {
    let whens: Vec<String> = own
        .history
        .iter()
        .map(|event| ui::ru::date_time_long(&zone.local(event.at)))
        .collect();
    let events: Vec<Event<'_>> = own
        .history
        .iter()
        .zip(&whens)
        .rev()
        .map(|(event, when)| Event {
            when,
            what: &event.words,
            who: &event.actor_name,
            note: None,
        })
        .collect();
    html! {
        @if events.is_empty() { p { "Пока ничего не происходило." } }
        @else { (ui::timeline(&events)) }
    }
}
