//! `/registration/delete/{token}` «Удаление регистрации» (R-DEL-1): what will be erased, and the
//! button. Looking erases nothing: link scanners look, too.

use app::accounts::deletion::{Deleted, Deletion, State as Standing};
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{actor::TenantId, role::Role};
use maud::{Markup, html};
use ui::{Flavour, Form, ru};

use crate::{
    Web,
    error::Result,
    form::Posted,
    page::Page,
    public::logout,
    session::{RedisStore, Signed},
    visit::{Guest, Visit},
};

const HEADING: &str = "Удаление регистрации";

const DONE: &str = "Данные по этой ссылке уже удалены. Больше ничего делать не нужно.";
const SUBMITTED: &str = "Вы подали заявление на аттестацию, поэтому данные по этой ссылке удалить нельзя. Заявление можно отозвать в личном кабинете.";
const EXPIRED: &str = "Ссылка действовала 14 дней и больше не действует. Ничего не удалено. Новую ссылку может отправить муниципальный координатор.";
const UNKNOWN: &str = "Ссылка не найдена: возможно, Вам отправили новое письмо и действует только последняя ссылка, или она скопирована не полностью. Ничего не удалено.";

/// The page.
pub async fn get(
    visit: Guest,
    State(web): State<Web>,
    Path(token): Path<String>,
) -> Result<Response> {
    Ok(match web.app.deletion_link(&token).await {
        Ok(offer) if offer.state == Standing::Open => page(&visit, &token, &offer).into_response(),
        Ok(offer) => over(&visit, offer.state),
        Err(error) => unknown(&visit, error)?,
    })
}

/// «Удалить регистрационные данные».
pub async fn post(
    visit: Guest,
    State(web): State<Web>,
    Path(token): Path<String>,
    posted: Posted<logout::Raw>,
) -> Result<Response> {
    posted.take()?;
    let deleted = match web.app.delete_registration(&token).await {
        Ok(deleted) => deleted,
        Err(error) => return unknown(&visit, error),
    };
    if deleted.state != Standing::Open {
        return Ok(over(&visit, deleted.state));
    }
    let own = visit
        .signed
        .as_ref()
        .is_some_and(|signed| is_gone(signed, &deleted));
    forget(&web, &deleted).await?;
    if own {
        visit.sign_out().await?;
    }
    visit.notify("Регистрационные данные удалены").await?;
    Ok(Redirect::to(&format!("/registration/delete/{token}")).into_response())
}

/// Ends the sessions in what is gone, and what was counted for the account if it went, too.
async fn forget(web: &Web, deleted: &Deleted) -> Result<()> {
    let Some(account) = deleted.account else {
        return Ok(());
    };
    let logins: Vec<&str> = deleted
        .login
        .iter()
        .filter(|_| deleted.account_too)
        .map(String::as_str)
        .collect();
    RedisStore(web.redis.clone())
        .end(domain::actor::AccountId(account), &logins, |signed| {
            is_gone(signed, deleted)
        })
        .await
        .map_err(tower_sessions::session::Error::from)?;
    Ok(())
}

/// Whether a session is of what was erased: of the account, or in the teacher's cabinet.
fn is_gone(signed: &Signed, deleted: &Deleted) -> bool {
    let there = signed.cabinet.as_ref().is_some_and(|cabinet| {
        cabinet.role == Role::Teacher && cabinet.tenant == Some(TenantId(deleted.municipality))
    });
    Some(signed.account.0) == deleted.account && (deleted.account_too || there)
}

fn page(visit: &Visit, token: &str, offer: &Deletion) -> Markup {
    let action = format!("/registration/delete/{token}");
    let count = |n: i64| u64::try_from(n).unwrap_or_default();
    let (cards, begun, files) = (
        count(offer.cards),
        count(offer.applications),
        count(offer.files),
    );
    Page::new(visit, HEADING)
        .flavour(Flavour::Reading)
        .render(html! {
            p { "Имя пользователя: " strong { (offer.login) } ". Муниципалитет: " strong { (offer.municipality) } "." }
            h2 { "Что будет удалено" }
            ul class="govuk-list govuk-list--bullet" {
                li { "Кабинет педагогического работника: ФИО, телефон, должность и место работы" }
                @if cards > 0 {
                    li { (cards) " " (ru::plural(cards, "карточка педагога", "карточки педагога", "карточек педагога")) }
                }
                @if begun > 0 {
                    li {
                        (begun) " " (ru::plural(begun, "неподанное заявление", "неподанных заявления", "неподанных заявлений"))
                        @if files > 0 {
                            " и " (files) " " (ru::plural(files, "документ к нему", "документа к нему", "документов к нему"))
                        }
                    }
                }
                li { "Запросы на перевод в другой муниципалитет и «Моей организации нет в списке»" }
                @if offer.account_too {
                    li { "Письма, отправленные Вам из этого муниципалитета" }
                    li { "Учётная запись " (offer.login) ": логин, пароль, адрес электронной почты, согласие на обработку данных" }
                }
            }
            h2 { "Что останется" }
            ul class="govuk-list govuk-list--bullet" {
                @if !offer.account_too {
                    li { "Учётная запись " (offer.login) " и другие Ваши кабинеты: они здесь не затрагиваются" }
                    li { "Письма из этого муниципалитета, если у Вас есть в нём другой кабинет" }
                }
                li { "Отметка в журнале действий о том, что данные удалены: только номера, без имени и адреса" }
            }
            (ui::warning("Удалённое нельзя восстановить."))
            (ui::form(
                Form { action: &action, csrf: &visit.csrf, ..Form::default() },
                ui::warning_button("Удалить регистрационные данные"),
            ))
        })
}

/// A link by which nothing is done any more.
fn over(visit: &Visit, state: Standing) -> Response {
    let (status, words) = match state {
        Standing::Done => (StatusCode::OK, DONE),
        Standing::Submitted => (StatusCode::CONFLICT, SUBMITTED),
        Standing::Open | Standing::Expired => (StatusCode::GONE, EXPIRED),
    };
    (status, told(visit, words)).into_response()
}

fn unknown(visit: &Visit, error: app::Error) -> Result<Response> {
    match error {
        app::Error::NotFound => Ok((StatusCode::GONE, told(visit, UNKNOWN)).into_response()),
        error => Err(error.into()),
    }
}

fn told(visit: &Visit, words: &str) -> Markup {
    Page::new(visit, HEADING)
        .flavour(Flavour::Reading)
        .render(html! { p class="govuk-body-l" { (words) } })
}
