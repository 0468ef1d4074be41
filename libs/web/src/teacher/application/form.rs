//! `/teacher/application/form`: what is asked for, «Сформировать», then «Скачать заявление».

use app::{
    FieldFault,
    applications::{Choice as Answers, FORMING_LOCKED, Ground, Own},
    cards::Missing,
};
use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{
    life::Status,
    reference::{Category, Form as AttestationForm, Presence, Procedure},
    remark::{Part, Place},
};
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Choice, Choices, Field, Flavour, Form, Select};

use super::{
    super::{Asked, address, card_id, choice, post_of},
    paper, warnings,
};
use crate::{
    Web,
    error::{Error, Result},
    form::{Posted, STALE_FORM, version},
    page::{Page, fault_of},
    rejection,
    visit::{Teacher, Visit},
};

/// The form, or why there is none; the paper, once formed.
pub async fn get(
    at: Teacher,
    State(web): State<Web>,
    Query(asked): Query<Asked>,
) -> Result<Markup> {
    let own = web.app.own(&at.actor, asked.card()?).await?;
    let grounds = web.app.grounds().await?;
    let raw = Raw::of(&own);
    let body = body(&at, &own, &grounds, &raw, &[]);
    Ok(frame(&at, &own, &[], |page| page.render(body)))
}

/// «Сформировать».
pub async fn post(at: Teacher, State(web): State<Web>, posted: Posted<Raw>) -> Result<Response> {
    let (raw, fresh) = match posted.accept() {
        Ok(raw) => (raw, true),
        Err(raw) => (raw, false),
    };
    let own = web.app.own(&at.actor, card_id(&raw.card)?).await?;
    if own.locked() {
        return Err(Error::Conflict(FORMING_LOCKED.to_owned()));
    }
    let grounds = web.app.grounds().await?;
    if !fresh {
        let faults = [FieldFault::new("", STALE_FORM)];
        let body = body(&at, &own, &grounds, &raw, &faults);
        let shown = frame(&at, &own, &faults, |page| page.render(body));
        return Ok((StatusCode::FORBIDDEN, shown).into_response());
    }
    let formed = match raw.parse() {
        Ok(answers) => {
            let version = version(&raw.version);
            web.app
                .form_application(&at.actor, own.card.public_id, version, &answers)
                .await
        }
        Err(faults) => Err(app::Error::Invalid(faults)),
    };
    match formed {
        Ok(()) => {
            at.notify("Заявление сформировано").await?;
            let back = address("/teacher/application/form", &own.cards, &own.card);
            Ok(Redirect::to(&back).into_response())
        }
        Err(app::Error::Invalid(faults)) => {
            let body = body(&at, &own, &grounds, &raw, &faults);
            Ok(frame(&at, &own, &faults, |page| page.refuse(body)))
        }
        Err(error) => Err(error.into()),
    }
}

fn frame<T>(
    visit: &Visit,
    own: &Own,
    faults: &[FieldFault],
    render: impl FnOnce(Page<'_>) -> T,
) -> T {
    let caption = post_of(&own.cards, &own.card);
    let back = address("/teacher/application", &own.cards, &own.card);
    let mut page = Page::new(visit, "Формирование заявления")
        .flavour(Flavour::Reading)
        .back(&back)
        .faults(faults);
    if let Some(caption) = &caption {
        page = page.caption(caption);
    }
    if waits(own) && faults.is_empty() {
        page = page.waiting(2);
    }
    render(page)
}

/// The answers, as typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Raw {
    card: String,
    version: String,
    category: String,
    procedure: String,
    ground: String,
    form: String,
    presence: String,
}

impl Raw {
    /// The answers of now; of the final application before, for a new one (R-APP-9).
    fn of(own: &Own) -> Self {
        let answered = own.application.as_ref().or(own.before.as_ref());
        Self {
            card: own.card.public_id.to_string(),
            version: own
                .live()
                .map_or(0, |application| application.version)
                .to_string(),
            category: answered
                .and_then(|application| application.category)
                .map_or("", Category::code)
                .to_owned(),
            procedure: answered
                .map_or(Procedure::General, |application| application.procedure)
                .code()
                .to_owned(),
            ground: answered
                .and_then(|application| application.ground.clone())
                .unwrap_or_default(),
            form: answered
                .and_then(|application| application.form)
                .map_or("", AttestationForm::code)
                .to_owned(),
            presence: answered
                .and_then(|application| application.presence)
                .map_or("", |present| {
                    if present {
                        Presence::Present.code()
                    } else {
                        Presence::Absent.code()
                    }
                })
                .to_owned(),
        }
    }

    fn parse(&self) -> Result<Answers, Vec<FieldFault>> {
        let mut faults = Vec::new();
        let category = chosen(
            &mut faults,
            "category",
            "Выберите квалификационную категорию",
            Category::from_code(&self.category),
        );
        let procedure = chosen(
            &mut faults,
            "procedure",
            "Выберите порядок прохождения",
            Procedure::from_code(&self.procedure),
        );
        let form = chosen(
            &mut faults,
            "form",
            "Выберите форму аттестации",
            AttestationForm::from_code(&self.form),
        );
        let presence = chosen(
            &mut faults,
            "presence",
            "Выберите, в Вашем ли присутствии",
            Presence::from_code(&self.presence),
        );
        let ground = (!self.ground.is_empty()).then(|| self.ground.clone());
        match (procedure, &ground) {
            (Some(Procedure::Simplified), None) => faults.push(FieldFault::new(
                "ground",
                "Выберите основание для упрощенной формы",
            )),
            (Some(Procedure::General), Some(_)) => faults.push(FieldFault::new(
                "ground",
                "Основание указывается только при упрощенной форме: выберите её или «Не выбрано»",
            )),
            _ => {}
        }
        match (category, procedure, form, presence, faults.is_empty()) {
            (Some(category), Some(procedure), Some(form), Some(presence), true) => Ok(Answers {
                category,
                procedure,
                ground,
                form,
                presence: presence == Presence::Present,
            }),
            _ => Err(faults),
        }
    }
}

fn chosen<T>(
    faults: &mut Vec<FieldFault>,
    field: &'static str,
    words: &'static str,
    value: Option<T>,
) -> Option<T> {
    if value.is_none() {
        faults.push(FieldFault::new(field, words));
    }
    value
}

fn formed(own: &Own) -> bool {
    own.live()
        .is_some_and(|application| application.status == Status::Formed)
}

fn waits(own: &Own) -> bool {
    formed(own) && own.pdf.is_none()
}

fn body(visit: &Visit, own: &Own, grounds: &[Ground], raw: &Raw, faults: &[FieldFault]) -> Markup {
    if own.locked() {
        return html! {
            (ui::inset(html! { (FORMING_LOCKED) }))
            (paper(own))
        };
    }
    let submit = address("/teacher/application/submit", &own.cards, &own.card);
    html! {
        @if formed(own) {
            h2 { "Заявление сформировано" }
            (paper(own))
            p {
                "Сформированное заявление необходимо скачать, распечатать, поставить подпись синей пастой, сканировать \
                 и загрузить на странице " a class="govuk-link" href=(submit) { "«Подать заявление»" } "."
            }
        }
        (rejection::told(&own.remarks, |place| matches!(place, Place::Part(Part::Choice))))
        (warnings(own))
        (lacks(own))
        // While the page asks for itself again, nothing could be typed in peace.
        @if !waits(own) || !faults.is_empty() {
            @if formed(own) { h2 { "Изменить и сформировать заново" } }
            (fields(visit, own, grounds, raw, faults))
        }
    }
}

/// What the card lacks, each with the way to fill it in.
fn lacks(own: &Own) -> Markup {
    let card = address("/teacher/card", &own.cards, &own.card);
    let href = |missing: &Missing| {
        if missing.in_profile {
            "/profile".to_owned()
        } else {
            format!("{card}#{}", missing.field)
        }
    };
    html! {
        @if !own.missing.is_empty() {
            (ui::inset(html! {
                p { "Чтобы сформировать заявление, заполните все поля в карточке педагога:" }
                ul {
                    @for missing in &own.missing {
                        li { a class="govuk-link" href=(href(missing)) { (missing.label) } }
                    }
                }
            }))
        }
    }
}

fn fields(
    visit: &Visit,
    own: &Own,
    grounds: &[Ground],
    raw: &Raw,
    faults: &[FieldFault],
) -> Markup {
    let field = |name, label, value| Field {
        name,
        label,
        value,
        error: fault_of(faults, name),
        ..Field::default()
    };
    let form = Form {
        action: "/teacher/application/form",
        csrf: &visit.csrf,
        ..Form::default()
    };
    ui::form(
        form,
        html! {
            (ui::hidden("card", &own.card.public_id.to_string()))
            (ui::hidden("version", &raw.version))
            (ui::select(Select {
                field: field("category", "Квалификационная категория", &raw.category),
                empty: Some("Не выбрано"),
                options: &Category::ALL.map(|value| choice(value.code(), value.name())),
                groups: &[],
            }))
            (ui::select(Select {
                field: field("procedure", "Порядок прохождения", &raw.procedure),
                empty: None,
                options: &Procedure::ALL.map(|value| choice(value.code(), value.name())),
                groups: &[],
            }))
            (ui::select(Select {
                field: Field {
                    hint: Some("Только при прохождении по упрощенной форме"),
                    ..field(
                        "ground",
                        "Основание для прохождения аттестации по упрощенной форме",
                        &raw.ground,
                    )
                },
                empty: Some("Не выбрано"),
                options: &[],
                groups: &families(grounds),
            }))
            (ui::select(Select {
                field: Field {
                    hint: Some(
                        "При дистанционной форме документы загружаются до 1 числа первого месяца аттестационного периода",
                    ),
                    ..field("form", "Форма аттестации", &raw.form)
                },
                empty: Some("Не выбрано"),
                options: &AttestationForm::ALL.map(|value| choice(value.code(), value.name())),
                groups: &[],
            }))
            (ui::radios(Choices {
                name: "presence",
                legend: "Аттестацию на заседании аттестационной комиссии прошу провести",
                hint: Some("«В моем присутствии» означает, что Вы приедете на заседание аттестационной комиссии"),
                error: fault_of(faults, "presence"),
                options: &Presence::ALL.map(|value| choice(value.code(), value.name())),
                chosen: &[&raw.presence],
                inline: false,
            }))
            (ui::button("Сформировать"))
        },
    )
}

/// The grounds under the names of their groups, in the order of the list.
fn families(grounds: &[Ground]) -> Vec<(&str, Vec<Choice<'_>>)> {
    let mut groups: Vec<(&str, Vec<Choice<'_>>)> = Vec::new();
    for ground in grounds {
        let name = domain::reference::list::family_name(&ground.family);
        let one = choice(&ground.code, &ground.name);
        match groups.iter_mut().find(|(group, _)| *group == name) {
            Some((_, choices)) => choices.push(one),
            None => groups.push((name, vec![one])),
        }
    }
    groups
}
