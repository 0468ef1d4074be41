//! `/operator/applications/{id}/annul` «Аннулировать регистрацию» and `…/correct` «Исправить
//! данные»: mistakes put right after registration (R-APP-10).

use app::{
    FieldFault,
    case::CaseView,
    corrections::{CorrectionDesk, NAMES, REASON, Typed},
};
use axum::{
    Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
    routing::get,
};
use domain::{act::Act, correction::Data, life::Status, name::FullName};
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Choice, Field, Form, Select};
use uuid::Uuid;

use crate::{
    Web,
    error::{Error, Result},
    form::{Posted, stale_form, version},
    id::Id,
    merge,
    page::{Page, fault_of},
    visit::Operator,
};

const ANNUL: &str = "Аннулировать регистрацию";
const CORRECT: &str = "Исправить данные";

/// The pages of this file.
pub fn router() -> Router<Web> {
    Router::new()
        .route(
            "/operator/applications/{id}/annul",
            get(annulment).post(annul),
        )
        .route(
            "/operator/applications/{id}/correct",
            get(correction).post(correct),
        )
}

fn address(id: Uuid) -> String {
    format!("/operator/applications/{id}")
}

/// The form of an annulment.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Annulling {
    version: String,
    reason: String,
}

async fn annulment(at: Operator, State(web): State<Web>, Id(id): Id) -> Result<Markup> {
    let case = annullable(&at, &web, id).await?;
    let raw = Annulling {
        version: case.application.version.to_string(),
        ..Annulling::default()
    };
    Ok(annulment_page(&at, &case, &raw, &[]))
}

/// The case, if its registration can be annulled now.
async fn annullable(at: &Operator, web: &Web, id: Uuid) -> Result<CaseView> {
    let case = web.app.case(&at.actor, id).await?;
    if case.can(Act::Annul) {
        return Ok(case);
    }
    Err(Error::Conflict(
        if case.application.status == Status::Registered {
            "Регистрацию сейчас нельзя аннулировать: период утверждён или рассматривается отзыв."
        } else {
            "Регистрацию этого заявления нельзя аннулировать: оно не зарегистрировано или уже рассмотрено."
        }
        .to_owned(),
    ))
}

async fn annul(
    at: Operator,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Annulling>,
) -> Result<Response> {
    let (raw, faults, status) = match posted.accept() {
        Err(raw) => (raw, stale_form(), StatusCode::FORBIDDEN),
        Ok(raw) => match web
            .app
            .annul(&at.actor, id, version(&raw.version), &raw.reason)
            .await
        {
            Ok(()) => {
                at.notify("Регистрация аннулирована. Письма отправлены.")
                    .await?;
                return Ok(Redirect::to(&address(id)).into_response());
            }
            Err(app::Error::Invalid(faults)) => (raw, faults, StatusCode::UNPROCESSABLE_ENTITY),
            Err(late @ (app::Error::Stale | app::Error::Illegal(_))) => {
                let faults = merge::faults(&late.to_string(), &[], &[], merge::as_stored);
                (raw, faults, StatusCode::CONFLICT)
            }
            Err(error) => return Err(error.into()),
        },
    };
    let case = annullable(&at, &web, id).await?;
    let raw = Annulling {
        version: case.application.version.to_string(),
        ..raw
    };
    Ok((status, annulment_page(&at, &case, &raw, &faults)).into_response())
}

fn annulment_page(
    at: &Operator,
    case: &CaseView,
    raw: &Annulling,
    faults: &[FieldFault],
) -> Markup {
    let row = &case.application;
    let back = address(row.public_id);
    let form = Form {
        action: &format!("{back}/annul"),
        csrf: &at.csrf,
        ..Form::default()
    };
    Page::new(at, ANNUL).back(&back).faults(faults).render(html! {
        p class="govuk-body-l" { (row.full_name()) ", " (row.position_name) }
        p {
            "Заявление станет отклонённым и выйдет из графика, назначения специалистов закроются, в журнале \
             появится строка об исправлении. Педагог сможет подать новое заявление."
        }
        (ui::form(form, html! {
            (ui::hidden("version", &raw.version))
            (reason(&raw.reason, faults, "Будет в письме педагогу и в статусе заявления"))
            (ui::warning_button(ANNUL))
        }))
    })
}

fn reason(value: &str, faults: &[FieldFault], hint: &str) -> Markup {
    ui::textarea(Field {
        name: "reason",
        label: "Причина",
        value,
        hint: Some(hint),
        error: fault_of(faults, "reason"),
        max_length: u32::try_from(REASON).ok(),
        rows: Some(3),
        ..Field::default()
    })
}

/// The form of a correction.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Correcting {
    version: String,
    surname: String,
    name: String,
    patronymic: String,
    surname_gen: String,
    name_gen: String,
    patronymic_gen: String,
    surname_dat: String,
    name_dat: String,
    patronymic_dat: String,
    position: String,
    reason: String,
}

impl Correcting {
    fn of(desk: &CorrectionDesk) -> Self {
        let data = &desk.data;
        let [surname, name, patronymic] = parts(&data.name);
        let [surname_gen, name_gen, patronymic_gen] = parts(&data.genitive);
        let [surname_dat, name_dat, patronymic_dat] = parts(&data.dative);
        Self {
            version: desk.application.version.to_string(),
            surname,
            name,
            patronymic,
            surname_gen,
            name_gen,
            patronymic_gen,
            surname_dat,
            name_dat,
            patronymic_dat,
            position: data.position.to_string(),
            reason: String::new(),
        }
    }

    /// The fields in the order of [`NAMES`].
    fn names(&self) -> [[&String; 3]; 3] {
        [
            [&self.surname, &self.name, &self.patronymic],
            [&self.surname_gen, &self.name_gen, &self.patronymic_gen],
            [&self.surname_dat, &self.name_dat, &self.patronymic_dat],
        ]
    }

    fn typed(&self) -> Typed {
        Typed {
            names: self.names().map(|parts| parts.map(String::clone)),
            position: self.position.clone(),
            reason: self.reason.clone(),
        }
    }

    /// The fields that are stored somewhere, with their values.
    fn values(&self) -> Vec<(&'static str, &str)> {
        let fields = NAMES.into_iter().flatten();
        let typed = self.names().into_iter().flatten().map(String::as_str);
        fields
            .zip(typed)
            .chain([("position", self.position.as_str())])
            .collect()
    }
}

fn parts(name: &FullName) -> [String; 3] {
    [
        name.surname(),
        name.name(),
        name.patronymic().unwrap_or_default(),
    ]
    .map(str::to_owned)
}

async fn correction(at: Operator, State(web): State<Web>, Id(id): Id) -> Result<Markup> {
    let desk = web.app.correction(&at.actor, id).await?;
    let raw = Correcting::of(&desk);
    Ok(correction_page(&at, &desk, &raw, &[]))
}

async fn correct(
    at: Operator,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Correcting>,
) -> Result<Response> {
    let (raw, faults, status) = match posted.accept() {
        Err(raw) => (raw, stale_form(), StatusCode::FORBIDDEN),
        Ok(raw) => match web
            .app
            .correct(&at.actor, id, version(&raw.version), &raw.typed())
            .await
        {
            Ok(()) => {
                at.notify("Данные исправлены. Письмо педагогу отправлено.")
                    .await?;
                return Ok(Redirect::to(&address(id)).into_response());
            }
            Err(app::Error::Invalid(faults)) => (raw, faults, StatusCode::UNPROCESSABLE_ENTITY),
            Err(late @ (app::Error::Stale | app::Error::Illegal(_))) => {
                let desk = web.app.correction(&at.actor, id).await?;
                let stored = Correcting::of(&desk);
                let faults = merge::faults(
                    &late.to_string(),
                    &raw.values(),
                    &stored.values(),
                    |field, value| shown(&desk, field, value),
                );
                (raw, faults, StatusCode::CONFLICT)
            }
            Err(error) => return Err(error.into()),
        },
    };
    let desk = web.app.correction(&at.actor, id).await?;
    let raw = Correcting {
        version: desk.application.version.to_string(),
        ..raw
    };
    Ok((status, correction_page(&at, &desk, &raw, &faults)).into_response())
}

/// A stored value as people read it: a post by its name.
fn shown(desk: &CorrectionDesk, field: &str, value: &str) -> String {
    let position = desk
        .positions
        .iter()
        .find(|position| field == "position" && position.code == value);
    position.map_or_else(|| value.to_owned(), |position| position.name.clone())
}

fn correction_page(
    at: &Operator,
    desk: &CorrectionDesk,
    raw: &Correcting,
    faults: &[FieldFault],
) -> Markup {
    const LEGENDS: [&str; 3] = ["ФИО", "ФИО в родительном падеже", "ФИО в дательном падеже"];
    const CASES: [&str; 3] = ["", " (в родительном падеже)", " (в дательном падеже)"];
    let back = address(desk.application.public_id);
    let positions: Vec<Choice<'_>> = desk
        .positions
        .iter()
        .map(|position| Choice {
            value: &position.code,
            label: &position.name,
            ..Choice::default()
        })
        .collect();
    let form = Form {
        action: &format!("{back}/correct"),
        csrf: &at.csrf,
        ..Form::default()
    };
    let name = |place: usize| {
        html! {
            @for ((field, value), part) in NAMES[place].into_iter().zip(raw.names()[place])
                .zip(["Фамилия", "Имя", "Отчество"]) {
                (ui::text(Field {
                    name: field,
                    label: &format!("{part}{}", CASES[place]),
                    value,
                    error: fault_of(faults, field),
                    max_length: Some(100),
                    ..Field::default()
                }))
            }
        }
    };
    Page::new(at, CORRECT).back(&back).faults(faults).render(html! {
        (standing(&desk.data))
        p {
            "Прежние данные сохранятся, в журнале появится строка об исправлении. Подписанное заявление и карточка \
             педагога не меняются."
        }
        (ui::form(form, html! {
            (ui::hidden("version", &raw.version))
            @for (place, legend) in LEGENDS.into_iter().enumerate() { (ui::fieldset(legend, name(place))) }
            (ui::select(Select {
                field: Field {
                    name: "position",
                    label: "Должность",
                    value: &raw.position,
                    error: fault_of(faults, "position"),
                    ..Field::default()
                },
                options: &positions,
                ..Select::default()
            }))
            (reason(&raw.reason, faults, "Останется в истории заявления"))
            (ui::button(CORRECT))
        }))
    })
}

fn standing(data: &Data) -> Markup {
    html! { p class="govuk-body-l" { (data.name) ", " (data.position_name) } }
}
