//! The application for attestation (R-APP-1).

use chrono::NaiveDate;
use domain::paper::{Document, ShortId};
use domain::template::TemplateKind;
use serde::Serialize;

use crate::{Error, Paper, words};

/// Everything the application says, as it stood when it was formed (R-APP-1: the snapshot; phone
/// and e-mail as they are at that moment).
#[derive(Debug, Clone, Serialize)]
pub struct ApplicationForm {
    /// To whom, line by line, from the region's settings: «В аттестационную комиссию»,
    /// «Департамента общего образования», «Томской области».
    pub issuer_lines: Vec<String>,
    /// From whom.
    pub applicant: Applicant,
    /// The year the attestation is asked for.
    pub year: i32,
    /// The category's own phrase: «на первую квалификационную категорию», «на квалификационную
    /// категорию «педагог-методист»».
    pub category_phrase: String,
    /// The category held now or formerly; none: «Квалификационной категории не имею.»
    pub held: Option<Held>,
    /// Очная or дистанционная.
    pub attestation_form: AttestationForm,
    /// On general grounds or by the simplified form.
    pub procedure: Procedure,
    /// Whether the person comes to the commission's sitting.
    pub presence: bool,
    /// None: ruled lines are printed to write on by hand.
    pub education: Option<String>,
    /// Full years.
    #[serde(serialize_with = "words::years")]
    pub age: u16,
    /// Length of service.
    pub service: Service,
    /// Captions of the attached documents that count as results (R-APP-2).
    pub results: Vec<String>,
    /// The day of forming, in the region's time zone.
    #[serde(serialize_with = "words::long_date")]
    pub date: NaiveDate,
    /// Phone as the person wrote it.
    pub phone: String,
    /// E-mail as the person wrote it.
    pub email: String,
    /// Short public code of the application, printed small at the foot and in the
    /// code of each page.
    pub code: ShortId,
    /// Which forming of the application this is; printed beside the code, so that a scan can be
    /// matched with the version it must be of (R-APP-2).
    pub version: u32,
}

/// Who applies.
#[derive(Debug, Clone, Serialize)]
pub struct Applicant {
    /// «от кого».
    pub name: GenitiveName,
    /// The post in the nominative, as the list has it: «учитель».
    pub position: String,
    /// The subject, for teachers.
    pub subject: Option<String>,
    /// Place of work.
    pub organisation: String,
    /// Where the place of work stands.
    pub municipality: String,
}

/// A person's name in the genitive, as the person confirmed it: «Ивановой Марии Петровны».
#[derive(Debug, Clone, Serialize)]
pub struct GenitiveName {
    /// Family name.
    pub surname: String,
    /// Given name.
    pub name: String,
    /// Patronymic, where there is one.
    pub patronymic: Option<String>,
}

/// A category the person holds or held, with its order.
#[derive(Debug, Clone, Serialize)]
pub struct Held {
    /// In the accusative: «первую», «высшую».
    pub category: String,
    /// Who gave the order, in the genitive: «Департамента общего образования Томской области».
    pub issuer: String,
    /// The order's date.
    #[serde(serialize_with = "words::short_date")]
    pub date: NaiveDate,
    /// The order's number, a text such as «173К».
    pub number: String,
    /// The last day of the term; none for categories set since 01.09.2023. A term that ended
    /// before the form's date makes the paper say «Ранее имел(а)».
    #[serde(serialize_with = "words::short_date_if_any")]
    pub until: Option<NaiveDate>,
}

/// How the attestation goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AttestationForm {
    /// Очная.
    InPerson,
    /// Дистанционная.
    Distance,
}

/// By which procedure.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Procedure {
    /// На общих основаниях: the paper says nothing of it.
    General,
    /// По упрощенной форме.
    Simplified {
        /// The ground as the list has it, in the nominative.
        ground: String,
    },
}

/// Length of service in full years.
#[derive(Debug, Clone, Serialize)]
pub struct Service {
    /// Общий.
    #[serde(serialize_with = "words::years")]
    pub total: u16,
    /// Педагогический.
    #[serde(serialize_with = "words::years")]
    pub pedagogical: u16,
    /// В занимаемой должности.
    #[serde(serialize_with = "words::years")]
    pub post: u16,
}

/// The application as a paper of one or two pages (R-APP-1).
///
/// # Errors
/// If the form does not serialise.
pub fn application(form: &ApplicationForm) -> Result<Paper, Error> {
    #[derive(Serialize)]
    struct Said<'a> {
        #[serde(flatten)]
        form: &'a ApplicationForm,
        held_lapsed: bool,
    }
    let until = form.held.as_ref().and_then(|held| held.until);
    let said = Said {
        form,
        held_lapsed: until.is_some_and(|until| until < form.date),
    };
    let ident = format!("application {} {}", form.code, form.version);
    let paper = Paper::plain(TemplateKind::Application, &said, ident, form.date)?;
    Ok(paper.coded(Document::Application, form.code, form.version))
}

#[cfg(test)]
mod tests;
