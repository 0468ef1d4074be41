//! The screens of final conclusions (R-CON-1…3) that several cabinets share: what is told of
//! one, the field that takes its scan, and in [`judging`] the coordinator's and the operator's
//! list. Addresses and who may come there stand in the cabinets' own folders.

pub mod judging;

use app::{
    FieldFault,
    conclusions::{Conclusion, ConclusionView, SignatureOf, SignedBy, Version},
    files::Received,
};
use domain::{calendar::Zone, conclusion::Signer, life::Place, role::Role, words::place_name};
use maud::{Markup, html};
use ui::{Checkbox, FileField, FileRow, Tone};
use uuid::Uuid;

use crate::{Web, scan, upload::Uploaded};

/// The formats a scan is taken in.
const ACCEPT: &str = ".pdf,.jpg,.jpeg,.png,.docx,.xlsx,.zip";

/// The section «Итоговое заключение» of the teacher's pages: what there is, «Скачать», and
/// while it waits for a signature the reason it came back with.
pub fn section(view: Option<&ConclusionView>) -> Markup {
    let told = view.and_then(|view| Some((view.application.place, view.conclusion.as_ref()?)));
    let Some((place, conclusion)) = told else {
        return html! { p { "Итоговое заключение ещё не получено." } };
    };
    html! {
        @match place {
            Place::None | Place::AtExpert => p { "Итоговое заключение готовят специалисты." },
            Place::AtTeacher => p { "Получено итоговое заключение" },
            Place::AtMunicipal | Place::AtCentre | Place::Accepted => {
                p { "Итоговое заключение отправлено" }
            }
        }
        (reason(place, conclusion))
        @if conclusion.printing {
            (ui::waiting("Документ готовится…"))
        } @else if let (true, Some(newest)) = (place != Place::AtExpert, conclusion.versions.first()) {
            p { (document(newest.file, "Скачать")) }
            (scan::told(newest.reading.as_ref()))
        }
        @if place != Place::AtExpert { (signatures(&conclusion.signatures)) }
    }
}

/// Who has signed the present text, who has refused to, who has yet to (R-CON-1).
pub fn signatures(signatures: &[SignatureOf]) -> Markup {
    html! {
        ul class="govuk-list" {
            @for who in Signer::ALL {
                @let fact = signatures.iter().find(|fact| fact.who == *who);
                li {
                    @match fact {
                        Some(fact) if fact.signed => { "✔ " (who.name()) }
                        Some(fact) => { "✘ " (who.name()) " — отказ: " (fact.reason) }
                        None => { "○ " (who.name()) " — подписи ещё нет" }
                    }
                }
            }
        }
    }
}

/// Who has not signed, as a warning that stops nobody; nothing where everybody has.
pub fn unsigned(who: &[Signer]) -> Option<String> {
    let names: Vec<&str> = who.iter().map(|who| who.name()).collect();
    (!names.is_empty()).then(|| format!("Нет подписи: {}", names.join(", ")))
}

/// The experts who may have signed what one of them brings: the field's name and label.
const SIGNING: [(Signer, &str, &str); 2] = [
    (Signer::Expert1, "signed1", "Специалист 1"),
    (Signer::Expert2, "signed2", "Специалист 2"),
];

/// The question «Подписано» of whatever an expert brings.
pub fn signed_boxes(chosen: &[Signer]) -> Markup {
    ui::fieldset(
        "Подписано",
        html! {
            @for (who, name, label) in SIGNING {
                (ui::checkbox(Checkbox {
                    name,
                    label,
                    checked: chosen.contains(&who),
                    ..Checkbox::default()
                }))
            }
        },
    )
}

/// Whom the answers to [`signed_boxes`] name; `ticked` tells of a field's name.
pub fn signers(ticked: impl Fn(&str) -> bool) -> Vec<Signer> {
    let named = SIGNING.iter().filter(|(_, name, _)| ticked(name));
    named.map(|(who, ..)| *who).collect()
}

/// Why a conclusion came back, or why it goes on unsigned; nothing otherwise. One that came back
/// after a refusal carries the reason of the return.
pub fn reason(place: Place, conclusion: &Conclusion) -> Markup {
    let returned = matches!(
        place,
        Place::AtTeacher | Place::AtExpert | Place::AtMunicipal
    );
    html! {
        @if conclusion.refused { p { "Педагог отказался от подписи." } }
        @if !conclusion.reason.is_empty() && (returned || conclusion.refused) {
            (ui::inset(html! {
                @if !conclusion.refused { "Заключение возвращено. " }
                "Причина: " (conclusion.reason)
            }))
        }
    }
}

/// The versions of a conclusion, the newest first.
pub fn versions(conclusion: Option<&Conclusion>, zone: Zone) -> Markup {
    let versions = conclusion.map_or(&[][..], |conclusion| &conclusion.versions);
    let about: Vec<String> = versions.iter().map(|version| meta(version, zone)).collect();
    let rows: Vec<FileRow<'_>> = versions
        .iter()
        .zip(&about)
        .map(|(version, about)| FileRow {
            title: &version.name,
            meta: about,
            status: scan::told(version.reading.as_ref()),
            actions: document(version.file, "Скачать"),
        })
        .collect();
    ui::files(&rows, "Итоговое заключение ещё не загружено.")
}

fn meta(version: &Version, zone: Zone) -> String {
    let by = Role::from_code(&version.by_role).map_or("", Role::name);
    let signed = match version.signed {
        SignedBy::Nobody => "",
        SignedBy::Teacher => ", подписано педагогом",
        SignedBy::All => ", подписано педагогом и обоими специалистами",
    };
    format!(
        "{}, {}, {by}{signed}",
        ui::ru::file_size(u64::try_from(version.size).unwrap_or_default()),
        ui::ru::date_time(&zone.local(version.at)),
    )
}

/// Where a conclusion is, as a tag.
pub fn place_tag(place: Place) -> Markup {
    let tone = match place {
        Place::None => Tone::Grey,
        Place::AtTeacher | Place::AtMunicipal | Place::AtCentre => Tone::Blue,
        Place::AtExpert => Tone::Yellow,
        Place::Accepted => Tone::Green,
    };
    ui::tag(tone, place_name(place))
}

/// A field for the scan of a conclusion.
pub fn scan_field(name: &str, id: Option<&str>, label: &str, error: Option<&str>) -> Markup {
    ui::file(FileField {
        name,
        id,
        label,
        hint: Some("Все страницы одним файлом: PDF, JPG, PNG, DOCX или ZIP"),
        error,
        accept: Some(ACCEPT),
        ..FileField::default()
    })
}

/// The link to a file of a case; opening it is logged.
pub fn document(file: Uuid, words: &str) -> Markup {
    html! { a class="govuk-link" href={ "/documents/" (file) } { (words) } }
}

/// The one file of the form's field. What else was sent is taken away again; with faults,
/// everything is.
///
/// # Errors
/// The faults, named after the field.
pub async fn one_file(
    web: &Web,
    form: Uploaded,
    field: &'static str,
) -> Result<Received, Vec<FieldFault>> {
    let mut faults = form.faults;
    let mut rest: Vec<Received> = form.files.into_iter().map(|(_, file)| file).collect();
    let first = (faults.is_empty() && !rest.is_empty()).then(|| rest.remove(0));
    web.app.discard(&rest).await;
    first.ok_or_else(|| {
        if faults.is_empty() {
            faults.push(FieldFault::new(field, "Выберите файл"));
        }
        faults
    })
}
