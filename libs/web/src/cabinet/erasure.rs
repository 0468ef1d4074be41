//! `/profile/consent` «Отзыв согласия» (R-CONS-1): who never submitted anything is erased by the
//! button; who has is told what comes first, and why the data are kept.

use app::accounts::erasure::Hindrance;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use ui::{Flavour, Form};

use crate::{
    Web,
    cabinet::{CONSENT, acting, confirm, ended, identities::Raw},
    error::Result,
    form::Posted,
    page::Page,
    session::RedisStore,
    visit::Person,
};

pub(super) const HEADING: &str = "Отзыв согласия на обработку персональных данных";

/// The page.
pub async fn get(at: Person, State(web): State<Web>) -> Result<Markup> {
    let hindrance = ended(&at, web.app.hindrance(acting(&at)?).await).await?;
    Ok(page(&at, hindrance))
}

/// «Отозвать согласие и удалить данные», after a proof that it is the person itself.
pub async fn post(at: Person, State(web): State<Web>, posted: Posted<Raw>) -> Result<Response> {
    posted.take()?;
    let signed = at.signed()?;
    if !signed.proved_lately() {
        return Err(confirm::first(CONSENT));
    }
    let hindrance = ended(&at, web.app.withdraw_consent(acting(&at)?).await).await?;
    if hindrance.is_some() {
        return Ok((StatusCode::CONFLICT, page(&at, hindrance)).into_response());
    }
    RedisStore(web.redis.clone())
        .end(signed.account, &[signed.login.as_str()], |_| true)
        .await
        .map_err(tower_sessions::session::Error::from)?;
    at.sign_out().await?;
    at.notify("Согласие отозвано, Ваши данные удалены").await?;
    Ok(Redirect::to("/login").into_response())
}

fn page(at: &Person, hindrance: Option<Hindrance>) -> Markup {
    let lately = at
        .signed
        .as_ref()
        .is_some_and(|signed| signed.proved_lately());
    Page::new(at, HEADING)
        .back("/profile")
        .flavour(Flavour::Reading)
        .render(html! {
            @match hindrance {
                None => (erasing(at, lately)),
                Some(Hindrance::Live) => {
                    p { "Ваше заявление находится на рассмотрении или зарегистрировано: без Ваших данных его нельзя рассмотреть. Сначала отзовите заявление." }
                    p { a class="govuk-link" href="/teacher/withdrawal" { "Отозвать заявление" } }
                }
                Some(Hindrance::Submitted) => {
                    p { "Вы подавали заявление на аттестацию. Документы о проведённой аттестации закон обязывает хранить до конца срока хранения, поэтому сами Вы их удалить не можете." }
                    p { "Чтобы отозвать согласие, обратитесь к муниципальному координатору или в Центр аттестации: Вам скажут, что и до какого дня хранится." }
                }
                Some(Hindrance::Staff) => {
                    p { "У Вас есть или был рабочий кабинет: специалиста, координатора или сотрудника Центра. Ваше имя стоит в документах других людей, поэтому сами Вы данные удалить не можете." }
                    p { "Чтобы отозвать согласие, обратитесь к тому, кто Вас пригласил: к муниципальному координатору или в Центр аттестации." }
                }
            }
        })
}

fn erasing(at: &Person, lately: bool) -> Markup {
    html! {
        p { "Вы ещё не подавали заявление, поэтому после отзыва согласия будет удалено всё, что о Вас хранится:" }
        ul class="govuk-list govuk-list--bullet" {
            li { "кабинеты педагогического работника во всех муниципалитетах: ФИО, телефон, должность, место работы" }
            li { "карточки, неподанные заявления и документы к ним" }
            li { "письма, отправленные Вам" }
            li { "учётная запись: логин, пароль, адрес электронной почты" }
        }
        p { "Останется отметка в журнале действий о том, что данные удалены: только номера, без имени и адреса." }
        (ui::warning("Удалённое нельзя восстановить."))
        @if lately {
            (ui::form(
                Form { action: CONSENT, csrf: &at.csrf, ..Form::default() },
                ui::warning_button("Отозвать согласие и удалить данные"),
            ))
        } @else {
            p { a class="govuk-link" href=(confirm::address(CONSENT)) { "Продолжить" } }
        }
    }
}
