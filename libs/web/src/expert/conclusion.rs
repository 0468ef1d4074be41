//! `/expert/applications/{id}/conclusion` «Итоговое заключение»: filled in on screen, criterion by
//! criterion, by either expert; saved as a draft, then formed for the worker to print (R-CON-1).

use app::{
    FieldFault,
    case::CaseView,
    conclusions::{Criterion, FIELDS, FormView, Printing, TypedForm, TypedMark},
};
use axum::{
    Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
    routing::post,
};
use domain::{
    conclusion::{Mark, Verdict},
    reference::Category,
};
use maud::{Markup, html};
use ui::{ButtonStyle, Choice, Choices, Fact, Field, Form, NamedButton};
use uuid::Uuid;

use crate::{
    Web,
    asked::Asked,
    conclusion::{signed_boxes, signers},
    error::{Error, Result},
    evidence::{self, Line},
    form::{Posted, stale_form, version},
    id::Id,
    lists, merge,
    page::{Page, fault_of},
    viewer::{Looking, Viewer},
    visit::Expert,
};

/// Its addresses but the page's own, which stands with the upload at the same one.
pub fn router() -> Router<Web> {
    Router::new()
        .route("/expert/applications/{id}/conclusion/draft", post(draft))
        .route("/expert/applications/{id}/conclusion/form", post(form))
}

/// The form as it was saved, or the paper being printed.
pub async fn show(
    at: Expert,
    State(web): State<Web>,
    Id(id): Id,
    Asked(looking): Asked<Looking>,
) -> Result<Response> {
    let shown = Shown::read(&at, &web, id, &looking).await?;
    let typed = Typed::saved(&shown.view);
    Ok(shown.page(&at, &typed, &[]).into_response())
}

/// All the page shows: the form, and the documents it is filled in from.
struct Shown {
    view: FormView,
    case: CaseView,
    viewer: Viewer,
}

/// What was typed, with the versions it was shown with.
#[derive(Debug, Default)]
struct Typed {
    version: i32,
    draft: i32,
    form: TypedForm,
}

impl Typed {
    fn saved(view: &FormView) -> Self {
        let form = &view.draft.form;
        let mark = |criterion: &Criterion| {
            let judged = form.marks.iter().find(|mark| mark.code == criterion.code);
            judged.map_or_else(TypedMark::default, |judged| TypedMark {
                mark: judged.mark.map_or("", Mark::code).to_owned(),
                words: judged.words.clone(),
            })
        };
        Self {
            version: view.application.conclusion_version,
            draft: view.draft.version,
            form: TypedForm {
                marks: view.criteria.iter().map(mark).collect(),
                verdict: form.verdict.map_or("", Verdict::code).to_owned(),
                recommendations: form.recommendations.clone(),
                signed: form.signed.clone(),
            },
        }
    }

    /// The fields with their values; of the criteria there are, after what every form has.
    fn values(&self) -> Vec<(&'static str, &str)> {
        let judged = FIELDS.iter().zip(&self.form.marks);
        let judged = judged.flat_map(|((mark, words), judged)| {
            [(*mark, judged.mark.as_str()), (*words, &judged.words)]
        });
        [
            ("verdict", self.form.verdict.as_str()),
            ("recommendations", &self.form.recommendations),
        ]
        .into_iter()
        .chain(judged)
        .collect()
    }

    fn read(fields: &[(String, String)]) -> Self {
        let value = |wanted: &str| {
            let found = fields.iter().find(|(name, _)| name == wanted);
            found.map_or("", |(_, value)| value.as_str()).to_owned()
        };
        Self {
            version: version(&value("version")),
            draft: version(&value("draft")),
            form: TypedForm {
                marks: FIELDS
                    .iter()
                    .map(|(mark, words)| TypedMark {
                        mark: value(mark),
                        words: value(words),
                    })
                    .collect(),
                verdict: value("verdict"),
                recommendations: value("recommendations"),
                signed: signers(|name| value(name) == "yes"),
            },
        }
    }
}

async fn draft(
    at: Expert,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Vec<(String, String)>>,
) -> Result<Response> {
    let (typed, fresh) = read(posted);
    let saved = match fresh {
        true => {
            web.app
                .draft_conclusion(&at.actor, id, typed.draft, &typed.form)
                .await
        }
        false => Err(app::Error::Invalid(stale_form())),
    };
    match saved {
        Ok(()) => {
            at.notify("Черновик сохранён").await?;
            Ok(Redirect::to(&address(id)).into_response())
        }
        Err(error) => again(&at, &web, id, &typed, fresh, error).await,
    }
}

async fn form(
    at: Expert,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Vec<(String, String)>>,
) -> Result<Response> {
    let (typed, fresh) = read(posted);
    let formed = match fresh {
        true => {
            web.app
                .form_conclusion(&at.actor, id, typed.version, typed.draft, &typed.form)
                .await
        }
        false => Err(app::Error::Invalid(stale_form())),
    };
    match formed {
        Ok(()) => {
            at.notify("Заключение сформировано и отправлено педагогу")
                .await?;
            Ok(Redirect::to(&address(id)).into_response())
        }
        Err(error) => again(&at, &web, id, &typed, fresh, error).await,
    }
}

fn read(posted: Posted<Vec<(String, String)>>) -> (Typed, bool) {
    match posted.accept() {
        Ok(fields) => (Typed::read(&fields), true),
        Err(fields) => (Typed::read(&fields), false),
    }
}

/// The form again with what was typed and what is wrong with it.
async fn again(
    at: &Expert,
    web: &Web,
    id: Uuid,
    typed: &Typed,
    fresh: bool,
    error: app::Error,
) -> Result<Response> {
    let shown = Shown::read(at, web, id, &Looking::default()).await?;
    match error {
        app::Error::Invalid(faults) if fresh => {
            let page = shown.page(at, typed, &faults);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        app::Error::Invalid(faults) => Ok(lists::again(shown.page(at, typed, &faults))),
        late @ app::Error::Stale if shown.is_open() => Ok(shown.late(at, typed, &late.to_string())),
        error => Err(Error::from(error)),
    }
}

fn address(id: Uuid) -> String {
    format!("/expert/applications/{id}/conclusion")
}

impl Shown {
    /// Whether there is a form to be filled in.
    fn is_open(&self) -> bool {
        self.view.unavailable.is_none() && self.view.printing != Printing::Under
    }

    /// The form as one typed it, beside what the other expert has saved meanwhile (SEC-70).
    fn late(&self, at: &Expert, typed: &Typed, words: &str) -> Response {
        let now = Typed::saved(&self.view);
        let name = |field: &str, value: &str| {
            let name = match field {
                "verdict" => Verdict::from_code(value).map(Verdict::name),
                _ => Mark::from_code(value).map(Mark::name),
            };
            name.unwrap_or(value).to_owned()
        };
        let faults = merge::faults(words, &typed.values(), &now.values(), name);
        let typed = Typed {
            form: typed.form.clone(),
            ..now
        };
        (StatusCode::CONFLICT, self.page(at, &typed, &faults)).into_response()
    }

    async fn read(at: &Expert, web: &Web, id: Uuid, looking: &Looking) -> Result<Self> {
        let view = web.app.conclusion_form(&at.actor, id).await?;
        let case = web.app.case(&at.actor, id).await?;
        let items = evidence::of_case(&case).iter().map(Line::item).collect();
        Ok(Self {
            viewer: Viewer::of(web, &at.actor, address(id), items, looking).await?,
            view,
            case,
        })
    }

    fn page(&self, at: &Expert, typed: &Typed, faults: &[FieldFault]) -> Markup {
        let view = &self.view;
        let id = view.application.public_id;
        let back = format!("/expert/applications/{id}");
        let page = Page::new(at, "Итоговое заключение")
            .back(&back)
            .faults(faults);
        if view.printing == Printing::Under {
            return page.waiting(2).render(ui::waiting("Документ готовится…"));
        }
        let application = &view.application;
        page.render(self.viewer.beside(html! {
            (ui::summary(&[
                Fact::text("Педагогический работник", &application.full_name()),
                Fact::text("Должность", &application.position_name),
                Fact::text("Место работы", &application.organisation_name),
                Fact::text("Заявленная категория", application.category.map_or("", Category::full_name)),
            ]))
            @if view.printing == Printing::Failed {
                (ui::warning("Документ не получился. Сформируйте заключение ещё раз или загрузите его файлом."))
            }
            @match &view.unavailable {
                Some(words) => p { (words) },
                None => (self.fields(at, typed, faults)),
            }
        }))
    }

    fn fields(&self, at: &Expert, typed: &Typed, faults: &[FieldFault]) -> Markup {
        let view = &self.view;
        let lines = evidence::of_case(&self.case);
        let id = view.application.public_id;
        let action = format!("{}/form", address(id));
        let drafts = format!("{}/draft", address(id));
        ui::form(
            Form {
                action: &action,
                csrf: &at.csrf,
                ..Form::default()
            },
            html! {
                (ui::hidden("version", &typed.version.to_string()))
                (ui::hidden("draft", &typed.draft.to_string()))
                @for (place, (criterion, names)) in view.criteria.iter().zip(FIELDS).enumerate() {
                    (judged(criterion, names, typed.form.marks.get(place), faults, &evidence::proofs(&lines, &criterion.code, &self.viewer)))
                }
                (choice("verdict", "Соответствует ли профессиональная деятельность требованиям к категории", Verdict::ALL.iter().map(|verdict| (verdict.code(), verdict.name())), &typed.form.verdict, faults))
                (ui::textarea(Field {
                    name: "recommendations",
                    label: "Рекомендации",
                    value: &typed.form.recommendations,
                    error: fault_of(faults, "recommendations"),
                    max_length: Some(2000),
                    rows: Some(4),
                    ..Field::default()
                }))
                (signed_boxes(&typed.form.signed))
                (ui::button_group(html! {
                    (ui::button("Сформировать заключение"))
                    (ui::named_button(NamedButton {
                        label: "Сохранить черновик",
                        style: ButtonStyle::Secondary,
                        action: Some(&drafts),
                        ..NamedButton::default()
                    }))
                }))
            },
        )
    }
}

fn judged(
    criterion: &Criterion,
    (mark, words): (&str, &str),
    typed: Option<&TypedMark>,
    faults: &[FieldFault],
    proofs: &Markup,
) -> Markup {
    let marks = Mark::ALL.iter().map(|mark| (mark.code(), mark.name()));
    html! {
        h3 { (evidence::title(criterion)) }
        (proofs)
        (choice(mark, &criterion.name, marks, typed.map_or("", |typed| &typed.mark), faults))
        (ui::textarea(Field {
            name: words,
            label: "Чем подтверждено, чего не хватает",
            label_of: Some(&criterion.name),
            value: typed.map_or("", |typed| &typed.words),
            error: fault_of(faults, words),
            max_length: Some(1000),
            rows: Some(2),
            ..Field::default()
        }))
    }
}

fn choice<'a>(
    name: &str,
    legend: &str,
    options: impl Iterator<Item = (&'a str, &'a str)>,
    chosen: &str,
    faults: &[FieldFault],
) -> Markup {
    let options: Vec<Choice<'_>> = options
        .map(|(value, label)| Choice {
            value,
            label,
            ..Choice::default()
        })
        .collect();
    ui::radios(Choices {
        name,
        legend,
        error: fault_of(faults, name),
        options: &options,
        chosen: &[chosen],
        inline: true,
        ..Choices::default()
    })
}
