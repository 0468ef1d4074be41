//! The conclusion filled in on screen, criterion by criterion (R-CON-1): saved as a draft by either
//! expert, then formed. A formed one is a new text, as an uploaded one is; the worker prints it.

use db::{
    applications,
    conclusions::{
        self, Move,
        form::{self, Criterion, Draft, Form, Printing},
        signatures,
    },
    events,
    jobs::{self, JobKind},
};
use domain::{
    act::{Act, Doing, acts},
    actor::Actor,
    audit::Deed,
    conclusion::{Judged, Mark, Signer, Verdict},
    life::{Case, legal},
    value::Line,
};
use uuid::Uuid;

use super::tell_received;
use crate::{App, Error, FieldFault, Result, case::Application};

/// The longest words beside a mark, in characters.
const WORDS: usize = 1000;
/// The longest recommendations, in characters.
const RECOMMENDATIONS: usize = 2000;

/// The fields of the criteria, by place: the mark's and the words'.
pub const FIELDS: [(&str, &str); 12] = [
    ("mark1", "words1"),
    ("mark2", "words2"),
    ("mark3", "words3"),
    ("mark4", "words4"),
    ("mark5", "words5"),
    ("mark6", "words6"),
    ("mark7", "words7"),
    ("mark8", "words8"),
    ("mark9", "words9"),
    ("mark10", "words10"),
    ("mark11", "words11"),
    ("mark12", "words12"),
];

/// The form as an expert sees it.
#[derive(Clone, Debug)]
pub struct FormView {
    /// The application.
    pub application: Application,
    /// What is to be proved.
    pub criteria: Vec<Criterion>,
    /// What it begins with.
    pub draft: Draft,
    /// Why it cannot be filled in now, in words.
    pub unavailable: Option<String>,
    /// How far the paper of what was formed last is.
    pub printing: Printing,
}

/// A criterion as typed.
#[derive(Clone, Debug, Default)]
pub struct TypedMark {
    /// The code of a [`Mark`], or nothing.
    pub mark: String,
    /// Own words.
    pub words: String,
}

/// The form as typed.
#[derive(Clone, Debug, Default)]
pub struct TypedForm {
    /// The marks, in the order of the criteria.
    pub marks: Vec<TypedMark>,
    /// The code of a [`Verdict`], or nothing.
    pub verdict: String,
    /// Recommendations.
    pub recommendations: String,
    /// Who signs it as it is formed.
    pub signed: Vec<Signer>,
}

impl App {
    /// The form of an application's conclusion, for the experts assigned.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn conclusion_form(&self, actor: &Actor, application: Uuid) -> Result<FormView> {
        let mut tx = self.db.enter::<acts::UploadConclusion>(actor).await?;
        let row = applications::find(&mut tx, application)
            .await?
            .ok_or(Error::NotFound)?;
        let permit = tx.may(row).await?;
        Ok(FormView {
            criteria: criteria(&mut tx, &permit).await?,
            draft: form::draft(&mut tx, &permit).await?,
            unavailable: writable(actor, &permit.case())
                .err()
                .map(|error| error.to_string()),
            printing: form::printed(&mut tx, &permit).await?,
            application: permit.into_row(),
        })
    }

    /// Saves what is filled in so far; `draft` is the version of the draft that was shown, 0 while
    /// there is none.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Illegal`] when no conclusion can be
    /// written now, [`Error::Invalid`], [`Error::Stale`] when the other expert saved meanwhile.
    pub async fn draft_conclusion(
        &self,
        actor: &Actor,
        application: Uuid,
        draft: i32,
        typed: &TypedForm,
    ) -> Result<()> {
        let (mut tx, permit) = self
            .enter_case::<acts::UploadConclusion>(actor, application)
            .await?;
        writable(actor, &permit.case())?;
        let criteria = criteria(&mut tx, &permit).await?;
        let form = parsed(&criteria, typed, false)?;
        form::save(&mut tx, &permit, draft, &form).await?;
        events::audit_deed(&mut tx, Deed::DraftConclusion, Some(permit.id)).await?;
        Ok(tx.commit().await?)
    }

    /// Forms the conclusion: it goes to the teacher as an uploaded one does, its paper follows as
    /// soon as the worker has printed it. `version` is the conclusion's, `draft` the draft's.
    ///
    /// # Errors
    /// As [`App::draft_conclusion`]; [`Error::Invalid`] also for what is not filled in.
    pub async fn form_conclusion(
        &self,
        actor: &Actor,
        application: Uuid,
        version: i32,
        draft: i32,
        typed: &TypedForm,
    ) -> Result<()> {
        // Which of the two acts it is the case tells; the act itself asks the case again.
        let view = self.conclusion(actor, application).await?;
        if view.may(Act::ReplaceConclusion) {
            let words = "Итоговое заключение сформировано заново";
            self.formed::<acts::ReplaceConclusion>(actor, application, version, draft, typed, words)
                .await
        } else {
            let words = "Сформировано итоговое заключение";
            self.formed::<acts::UploadConclusion>(actor, application, version, draft, typed, words)
                .await
        }
    }

    async fn formed<A: Doing>(
        &self,
        actor: &Actor,
        application: Uuid,
        version: i32,
        draft: i32,
        typed: &TypedForm,
        words: &str,
    ) -> Result<()> {
        let (mut tx, permit, rule) = self
            .enter_conclusion::<A>(actor, application, version)
            .await?;
        let criteria = criteria(&mut tx, &permit).await?;
        let form = parsed(&criteria, typed, true)?;
        form::save(&mut tx, &permit, draft, &form).await?;
        let to = Move {
            place: rule.place(&permit.case()),
            reason: "",
            refused: false,
        };
        conclusions::place(&mut tx, &permit, to).await?;
        let edition = signatures::new_text(&mut tx, &permit).await?;
        form::fix(&mut tx, &permit, edition).await?;
        signatures::record(&mut tx, &permit, &typed.signed, "").await?;
        jobs::queue(&mut tx, &permit, JobKind::ConclusionPdf, edition.into()).await?;
        events::record(&mut tx, &permit, words).await?;
        tell_received(&mut tx, &permit, actor).await?;
        Ok(tx.commit().await?)
    }
}

/// Whether a conclusion can be written now: a first one, or one anew.
fn writable(actor: &Actor, case: &Case) -> Result<()> {
    if legal(Act::ReplaceConclusion, actor.role, case).is_ok() {
        return Ok(());
    }
    match legal(Act::UploadConclusion, actor.role, case) {
        Ok(_) => Ok(()),
        Err(refusal) => Err(Error::refused(Act::UploadConclusion, refusal)),
    }
}

/// What is to be proved for the category asked for, as far as there are fields for it.
async fn criteria(scope: &mut db::Scope, application: &Application) -> Result<Vec<Criterion>> {
    let Some(category) = application.category else {
        return Ok(Vec::new());
    };
    let mut criteria = form::criteria(scope, category).await?;
    criteria.truncate(FIELDS.len());
    Ok(criteria)
}

/// What was typed; a draft may leave open what a formed one has to say.
fn parsed(criteria: &[Criterion], typed: &TypedForm, whole: bool) -> Result<Form> {
    let mut faults = Vec::new();
    let mut marks = Vec::with_capacity(criteria.len());
    for (place, (criterion, (mark_field, words_field))) in criteria.iter().zip(FIELDS).enumerate() {
        let row = typed.marks.get(place).cloned().unwrap_or_default();
        let mark = Mark::from_code(&row.mark);
        if whole && mark.is_none() {
            // Beside eleven others alike: each says what it is of.
            let words = format!("Выберите отметку: {}", criterion.name);
            faults.push(FieldFault::new(mark_field, words));
        }
        let words = text(&row.words, WORDS, words_field, &mut faults);
        marks.push(Judged {
            code: criterion.code.clone(),
            criterion: criterion.name.clone(),
            mark,
            words,
        });
    }
    let verdict = Verdict::from_code(&typed.verdict);
    if whole && verdict.is_none() {
        faults.push(FieldFault::new("verdict", "Выберите вывод"));
    }
    let recommendations = text(
        &typed.recommendations,
        RECOMMENDATIONS,
        "recommendations",
        &mut faults,
    );
    if faults.is_empty() {
        Ok(Form {
            marks,
            verdict,
            recommendations,
            signed: typed.signed.clone(),
        })
    } else {
        Err(Error::Invalid(faults))
    }
}

fn text(typed: &str, most: usize, field: &'static str, faults: &mut Vec<FieldFault>) -> String {
    match Line::parse_optional(typed, most) {
        Ok(line) => line.map(|line| line.to_string()).unwrap_or_default(),
        Err(fault) => {
            faults.push(FieldFault::new(field, fault.to_string()));
            String::new()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn criteria() -> Vec<Criterion> {
        ["p35_1", "p35_2"]
            .map(|code| Criterion {
                code: code.to_owned(),
                name: format!("критерий {code}"),
            })
            .to_vec()
    }

    #[test]
    fn r_con_1_a_draft_may_leave_open_what_a_formed_one_says() {
        let mut typed = TypedForm {
            marks: vec![TypedMark {
                mark: "proved".to_owned(),
                words: " по\nсправке ".to_owned(),
            }],
            ..TypedForm::default()
        };
        let draft = parsed(&criteria(), &typed, false).unwrap();
        assert_eq!(draft.marks[0].mark, Some(Mark::Proved));
        assert_eq!(draft.marks[0].words, "по справке");
        assert_eq!((draft.marks[1].mark, draft.verdict), (None, None));
        let Err(Error::Invalid(faults)) = parsed(&criteria(), &typed, true) else {
            panic!("formed without a verdict");
        };
        let fields: Vec<&str> = faults.iter().map(|fault| &*fault.field).collect();
        assert_eq!(fields, ["mark2", "verdict"]);
        typed.recommendations = "я".repeat(RECOMMENDATIONS + 1);
        assert!(parsed(&criteria(), &typed, false).is_err());
    }
}
