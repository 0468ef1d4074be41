//! `/teacher/application`: the steps of an application in the deck's words, each with the
//! reason when it is not available; the steps themselves are pages below.

mod documents;
mod form;
mod submit;

use app::{applications::Own, cards::LOCKED};
use axum::{
    Router,
    extract::{Query, State},
    routing,
};
use domain::{
    act::Act,
    life::{Place, Status, Withdrawal, legal},
    role::Role,
    sample::Section,
};
use maud::{Markup, html};
use ui::{Step, Tone};

use super::{Asked, address, post_of};
use crate::{Web, document_requests::note, error::Result, page::Page, visit::Teacher};

/// The pages of this folder.
pub fn router() -> Router<Web> {
    Router::new()
        .route("/teacher/application", routing::get(get))
        .route(
            "/teacher/application/form",
            routing::get(form::get).post(form::post),
        )
        .route(
            "/teacher/application/documents",
            routing::get(documents::get).post(documents::post),
        )
        .route(
            "/teacher/application/documents/detach",
            routing::post(documents::detach),
        )
        .route(
            "/teacher/application/documents/describe",
            routing::post(documents::describe),
        )
        .route(
            "/teacher/application/submit",
            routing::get(submit::get).post(submit::post),
        )
}

async fn get(at: Teacher, State(web): State<Web>, Query(asked): Query<Asked>) -> Result<Markup> {
    let own = web.app.own(&at.actor, asked.card()?).await?;
    let caption = post_of(&own.cards, &own.card);
    let home = address("/teacher", &own.cards, &own.card);
    let mut page = Page::new(&at, "Подача заявления на аттестацию").back(&home);
    if let Some(caption) = &caption {
        page = page.caption(caption);
    }
    Ok(page.render(html! { (note(&own.requests)) (steps(&own)) }))
}

fn steps(own: &Own) -> Markup {
    let here = |path| address(path, &own.cards, &own.card);
    let form = here("/teacher/application/form");
    let card = here("/teacher/card");
    let documents = here("/teacher/application/documents");
    let submit = here("/teacher/application/submit");
    let withdrawal = here("/teacher/withdrawal");
    let locked = own.locked();
    let formed = own
        .live()
        .is_some_and(|application| application.status == Status::Formed);
    let step = |title, href, text, refused: Option<&'static str>| Step {
        title,
        href: refused.is_none().then_some(href),
        reason: Some(refused.unwrap_or(text)),
        status: None,
    };
    let [first, second] = withdrawing(own);
    let all = [
        Step {
            status: formed.then_some((Tone::Green, "сформировано")),
            ..step(
                "Сформировать заявление",
                form.as_str(),
                "Необходимо заполнить все поля в карточке педагога, указать квалификационную категорию и выбрать форму \
                 проведения аттестации. Заявление формируется автоматически, на основании сведений, внесенных \
                 педагогическим работником в личную карточку.",
                locked.then_some(app::applications::FORMING_LOCKED),
            )
        },
        step(
            "Отредактировать личные данные",
            &card,
            "Для редактирования личных сведений Вам необходимо внести изменения в карточку педагогического работника. \
             После внесения всех изменений, заявление формируется заново.",
            locked.then_some(LOCKED),
        ),
        step(
            "Прикрепить/открепить документы к заявлению",
            &documents,
            "Набор представленных документов Вы можете редактировать, удалив любой из прикрепленных документов.",
            own.live()
                .is_none()
                .then_some("Прикрепление документов не доступно т.к. заявление не сформировано"),
        ),
        step(
            "Подать заявление",
            &submit,
            "На этом этапе Вы загружаете сканированное изображение подписанного заявления. После загрузки заявления Вы \
             не можете редактировать представленные сведения. Заявление рассматривается в течение 30 календарных дней.",
            not_submittable(own),
        ),
        step(
            "Сформировать заявление на отзыв",
            &withdrawal,
            "У Вас есть возможность отозвать заявление, указав причину отзыва.",
            first,
        ),
        step(
            "Подать заявление на отзыв",
            &withdrawal,
            "На этом этапе Вы загружаете скан подписанного заявления на отзыв.",
            second,
        ),
    ];
    html! {
        p {
            "Для подачи заявления в аттестационную комиссию Вам необходимо заполнить все поля в карточке педагога, \
             указать квалификационную категорию и должность, по которой Вы желаете пройти аттестацию, выбрать форму \
             проведения аттестации."
        }
        (ui::steps("steps", &all))
        p { "К заявлению прикрепляются документы, отражающие результаты педагогической деятельности:" }
        ul {
            @for section in [Section::First, Section::Highest] {
                li { a class="govuk-link" href={ "/forms#" (section.code()) } { (section.name()) } }
            }
        }
        (conclusion(own, &here("/teacher/conclusion")))
    }
}

/// Why «Подать заявление» is not available; `None` when it is.
fn not_submittable(own: &Own) -> Option<&'static str> {
    match own.live().map(|application| application.status) {
        Some(Status::Formed) => None,
        Some(Status::UnderReview | Status::Registered) => {
            Some("Подача заявления не доступна т.к. заявление подано")
        }
        _ => Some("Подача заявления не доступна т.к. заявление не сформировано"),
    }
}

/// Why forming and submitting a withdrawal are not available; `None` when they are.
fn withdrawing(own: &Own) -> [Option<&'static str>; 2] {
    let Some(application) = own
        .live()
        .filter(|application| application.status.is_submitted())
    else {
        return [
            Some("Формирование заявления на отзыв не доступно т.к. заявление не подано"),
            Some("Подача заявления на отзыв не доступна т.к. заявление на отзыв не сформировано"),
        ];
    };
    let case = application.case();
    let open = application
        .withdrawal
        .as_ref()
        .map(|withdrawal| withdrawal.state);
    [
        legal(Act::FormWithdrawal, Role::Teacher, &case)
            .is_err()
            .then_some(
                "Формирование заявления на отзыв не доступно т.к. заявление на отзыв сформировано",
            ),
        legal(Act::SubmitWithdrawal, Role::Teacher, &case)
            .is_err()
            .then_some(if open == Some(Withdrawal::UnderReview) {
                "Подача заявления на отзыв не доступна т.к. заявление на отзыв подано"
            } else {
                "Подача заявления на отзыв не доступна т.к. заявление на отзыв не сформировано"
            }),
    ]
}

fn conclusion(own: &Own, href: &str) -> Markup {
    let place = own
        .live()
        .map_or(Place::None, |application| application.place);
    html! {
        @match place {
            Place::None | Place::AtExpert => {}
            Place::AtTeacher => {
                p {
                    "На этом этапе Вы можете скачать итоговое заключение, ознакомиться с ним, подписать и прикрепить."
                }
                p { a class="govuk-link" href=(href) { "Перейти" } }
            }
            Place::AtMunicipal | Place::AtCentre | Place::Accepted => p { "Итоговое заключение отправлено" }
        }
    }
}

/// The warnings of R-APP-4: they stop nobody.
fn warnings(own: &Own) -> Markup {
    html! {
        @if !own.warnings.is_empty() {
            (ui::inset(html! {
                p { "Проверьте, прежде чем подавать (подать заявление можно и так):" }
                ul { @for flag in &own.warnings { li { (flag.words) " " (flag.advice) } } }
            }))
        }
    }
}

/// «Скачать заявление», or that the worker is still at it.
fn paper(own: &Own) -> Markup {
    html! {
        @if let Some(pdf) = own.pdf {
            p { a class="govuk-link" href={ "/documents/" (pdf) } { "Скачать заявление" } }
        } @else { (ui::waiting("Документ готовится…")) }
    }
}
