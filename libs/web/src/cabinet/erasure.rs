//! `/profile/consent` «Отзыв согласия» (R-CONS-1): who never submitted anything is erased by the
//! button; who has is told which cases are kept, why and until when, and the button erases the rest. Who
//! has a live application is led to its withdrawal first.

use app::accounts::erasure::{Hindrance, Kept, Withdrawal};
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{
    calendar::{dotted, text::plural},
    words::status_name,
};
use maud::{Markup, html};
use ui::{Column, Flavour, Form, Table};

use crate::{
    Web,
    cabinet::{CONSENT, OWN_DATA, acting, confirm, ended, identities::Raw},
    error::Result,
    form::Posted,
    page::Page,
    session::RedisStore,
    visit::Person,
};

pub(super) const HEADING: &str = "Отзыв согласия на обработку персональных данных";

/// The page.
pub async fn get(at: Person, State(web): State<Web>) -> Result<Markup> {
    let withdrawal = ended(&at, web.app.consent_withdrawal(acting(&at)?).await).await?;
    Ok(page(&at, &withdrawal))
}

/// «Отозвать согласие и удалить данные», after a proof that it is the person itself.
pub async fn post(at: Person, State(web): State<Web>, posted: Posted<Raw>) -> Result<Response> {
    posted.take()?;
    let signed = at.signed()?;
    if !signed.proved_lately() {
        return Err(confirm::first(CONSENT));
    }
    let done = ended(&at, web.app.withdraw_consent(acting(&at)?).await).await?;
    if matches!(done.hindrance, Some(Hindrance::Live | Hindrance::Staff)) {
        return Ok((StatusCode::CONFLICT, page(&at, &done)).into_response());
    }
    RedisStore(web.redis.clone())
        .end(signed.account, &[signed.login.as_str()], |_| true)
        .await
        .map_err(tower_sessions::session::Error::from)?;
    at.sign_out().await?;
    at.notify(&told(&done)).await?;
    Ok(Redirect::to("/login").into_response())
}

fn told(done: &Withdrawal) -> String {
    let last = done.kept.iter().map(|kept| kept.until).max();
    match (done.hindrance, last) {
        (Some(Hindrance::Submitted), Some(last)) => format!(
            "Согласие отозвано, учётная запись закрыта. Поданные заявления хранятся до {} (последнее из них), потом будут уничтожены",
            dotted(last)
        ),
        _ => "Согласие отозвано, Ваши данные удалены".to_owned(),
    }
}

fn page(at: &Person, withdrawal: &Withdrawal) -> Markup {
    let lately = at
        .signed
        .as_ref()
        .is_some_and(|signed| signed.proved_lately());
    Page::new(at, HEADING)
        .back("/profile")
        .flavour(Flavour::Reading)
        .render(html! {
            @match withdrawal.hindrance {
                None => {
                    (everything())
                    (button(at, lately))
                }
                Some(Hindrance::Live) => {
                    p { "Ваше заявление находится на рассмотрении или зарегистрировано: без Ваших данных его нельзя рассмотреть. Сначала отзовите заявление." }
                    p { a class="govuk-link" href="/teacher/withdrawal" { "Отозвать заявление" } }
                }
                Some(Hindrance::Submitted) => {
                    (partly(withdrawal))
                    (button(at, lately))
                }
                Some(Hindrance::Staff) => {
                    p { "У Вас есть или был рабочий кабинет: специалиста, координатора или сотрудника Центра. Ваше имя стоит в документах других людей, поэтому сами Вы данные удалить не можете." }
                    p { "Чтобы отозвать согласие, обратитесь к тому, кто Вас пригласил: к муниципальному координатору или в Центр аттестации." }
                }
            }
        })
}

fn everything() -> Markup {
    html! {
        p { "Вы ещё не подавали заявление, или срок хранения Ваших заявлений истёк, поэтому после отзыва согласия будет удалено всё, что о Вас хранится:" }
        ul class="govuk-list govuk-list--bullet" {
            li { "кабинеты педагогического работника во всех муниципалитетах: ФИО, телефон, должность, место работы" }
            li { "карточки, неподанные заявления и документы к ним" }
            li { "письма, отправленные Вам" }
            li { "учётная запись: логин, пароль, адрес электронной почты" }
        }
        p { "Останется отметка в журнале действий и акт о том, что данные удалены: только номера, без имени и адреса." }
    }
}

fn partly(withdrawal: &Withdrawal) -> Markup {
    let years = plural(withdrawal.years, ["год", "года", "лет"]);
    html! {
        p { "Вы подавали заявление на аттестацию. Документы о проведённой аттестации нужно хранить: по ним подтверждают, "
            "какая категория установлена и почему. Срок — " (withdrawal.years) " " (years)
            " с конца года, в котором рассмотрение завершено." }
        (kept(&withdrawal.kept))
        p { "Когда срок истечёт, эти заявления с документами будут уничтожены автоматически. До тех пор их видят те, "
            "кто работает с заявлениями: координаторы и Центр аттестации." }
        p { "Остальное будет удалено сразу:" }
        ul class="govuk-list govuk-list--bullet" {
            li { "карточки, неподанные заявления и документы к ним" }
            li { "письма, отправленные Вам, подготовленные и недозагруженные файлы" }
            li { "телефон и адрес электронной почты" }
            li { "логин, пароль, ключи доступа и другие способы входа" }
        }
        p { "Войти в систему Вы больше не сможете, посмотреть заявления и скачать документы — тоже. Если они Вам нужны, сначала "
            a class="govuk-link" href=(OWN_DATA) { "получите свои данные" } "." }
    }
}

fn kept(kept: &[Kept]) -> Markup {
    let rows = kept.iter().map(|kept| {
        let application = match kept.registered {
            Some((number, day)) => format!("№ {number} от {}", dotted(day)),
            None => format!("подано {}", dotted(kept.submitted_on)),
        };
        vec![
            html! { (application) },
            html! { (kept.municipality) },
            html! { (status_name(kept.status)) },
            html! { "хранится до " (dotted(kept.until)) },
        ]
    });
    ui::table(Table {
        caption: "Что хранится и до какого дня",
        columns: &["Заявление", "Муниципалитет", "Состояние", "Срок"].map(Column::text),
        rows: rows.collect(),
        ..Table::default()
    })
}

fn button(at: &Person, lately: bool) -> Markup {
    html! {
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
