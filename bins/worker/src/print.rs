//! Papers: what `app` gathered, in the shape `documents` prints.

use app::print::{Application, Conclusion, Expert, Print, Withdrawal};
use chrono::Datelike as _;
use documents::{
    Applicant, ApplicationForm, AttestationForm, ConclusionForm, GenitiveName, Held, Marked,
    Procedure, Registration, Service, WithdrawalForm,
};
use domain::{
    card::Snapshot,
    conclusion::{Mark, Verdict},
    name::FullName,
    reference::Form,
};

/// The name a printed file is downloaded under.
pub fn file_name(print: &Print) -> String {
    match print {
        Print::Application(application) => format!(
            "Заявление {}, версия {}.pdf",
            application.code, application.paper.edition
        ),
        Print::Withdrawal(withdrawal) => {
            format!(
                "Отзыв заявления {}, версия {}.pdf",
                withdrawal.code, withdrawal.version
            )
        }
        Print::Conclusion(conclusion) => format!(
            "Итоговое заключение {}, версия {}.pdf",
            conclusion.code, conclusion.version
        ),
    }
}

/// The paper, ready to be typeset.
///
/// # Errors
/// If it does not serialise.
pub fn paper(print: Print) -> Result<documents::Paper, documents::Error> {
    match print {
        Print::Application(application) => documents::application(&application_form(application)),
        Print::Withdrawal(withdrawal) => documents::withdrawal(&withdrawal_form(withdrawal)),
        Print::Conclusion(conclusion) => documents::conclusion(&conclusion_form(conclusion)),
    }
}

fn application_form(application: Application) -> ApplicationForm {
    let Application {
        issuer_lines,
        paper,
        results,
        date,
        code,
    } = application;
    let snapshot = paper.snapshot;
    let [total, pedagogical, post] = snapshot.service.map(u16::from);
    ApplicationForm {
        issuer_lines,
        applicant: applicant(&snapshot),
        year: date.year(),
        category_phrase: paper.category.phrase().to_owned(),
        held: snapshot.held.map(|held| Held {
            category: held.category.accusative().to_owned(),
            issuer: held.issuer,
            date: held.date,
            number: held.number,
            until: held.until,
        }),
        attestation_form: match paper.form {
            Form::InPerson => AttestationForm::InPerson,
            Form::Distance => AttestationForm::Distance,
        },
        procedure: paper
            .ground
            .map_or(Procedure::General, |ground| Procedure::Simplified {
                ground,
            }),
        presence: paper.presence,
        education: snapshot.education,
        age: snapshot.age.into(),
        service: Service {
            total,
            pedagogical,
            post,
        },
        results,
        date,
        phone: paper.phone,
        email: paper.email,
        code,
        version: u32::try_from(paper.edition).unwrap_or(1),
    }
}

fn withdrawal_form(withdrawal: Withdrawal) -> WithdrawalForm {
    let paper = withdrawal.paper;
    let registration = paper.registered_number.zip(paper.registered_on);
    WithdrawalForm {
        issuer_lines: withdrawal.issuer_lines,
        applicant: applicant(&paper.snapshot),
        coordinator: withdrawal.coordinator.as_ref().map(genitive),
        category_phrase: paper.category.phrase().to_owned(),
        registration: registration.map(|(number, date)| Registration {
            number: number.to_string(),
            date,
        }),
        reason: Some(withdrawal.reason),
        date: withdrawal.date,
        code: withdrawal.code,
        version: withdrawal.version,
    }
}

fn conclusion_form(conclusion: Conclusion) -> ConclusionForm {
    let (paper, form) = (conclusion.paper, conclusion.form);
    let snapshot = paper.snapshot;
    let marks = form.marks.into_iter().map(|judged| Marked {
        criterion: judged.criterion,
        mark: judged.mark.map_or("", Mark::name).to_owned(),
        words: judged.words,
    });
    ConclusionForm {
        teacher: snapshot.name.full(),
        position: snapshot.position_name,
        subject: snapshot.subject,
        organisation: snapshot.organisation,
        municipality: snapshot.municipality,
        category: paper.category.full_name().to_owned(),
        period: conclusion.period,
        marks: marks.collect(),
        verdict: form.verdict.map_or("", Verdict::name).to_owned(),
        recommendations: Some(form.recommendations).filter(|words| !words.is_empty()),
        experts: conclusion.experts.map(|expert| expert.map(named)),
        date: conclusion.date,
        code: conclusion.code,
        version: conclusion.version,
    }
}

/// «Петрова Анна Львовна, методист».
fn named(expert: Expert) -> String {
    match expert.position.as_str() {
        "" => expert.name,
        position => format!("{}, {position}", expert.name),
    }
}

fn applicant(snapshot: &Snapshot) -> Applicant {
    Applicant {
        name: genitive(&snapshot.genitive),
        position: snapshot.position_name.clone(),
        subject: snapshot.subject.clone(),
        organisation: snapshot.organisation.clone(),
        municipality: snapshot.municipality.clone(),
    }
}

fn genitive(name: &FullName) -> GenitiveName {
    GenitiveName {
        surname: name.surname().to_owned(),
        name: name.name().to_owned(),
        patronymic: name.patronymic().map(str::to_owned),
    }
}
