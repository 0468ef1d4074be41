//! «Запросить документы»: registrar, expert and operator ask the teacher for documents until a
//! day (R-APP-3). Adding is open till then; no state changes and the 30 days go on.

use chrono::NaiveDate;
use db::{document_requests, events, letters};
use domain::{
    act::{Act, acts},
    actor::Actor,
    calendar::{self, dotted, months_after},
    letter::LetterKind,
    life::legal,
    value::Line,
};
use uuid::Uuid;

use crate::{App, Error, FieldFault, Result};

pub use db::document_requests::DocumentRequest;

/// The longest list of documents, in characters.
pub const WHAT: usize = 1000;

/// Documents are asked for within so many months: a later day is a slip of the year.
const MONTHS: u32 = 12;

impl App {
    /// Asks for documents: `what` as typed, `until` the day typed. The same request while it is
    /// open is the one there is.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Illegal`], [`Error::Stale`] and
    /// [`Error::Invalid`] for `what` and `until`.
    pub async fn request_documents(
        &self,
        actor: &Actor,
        application: Uuid,
        version: i32,
        what: &str,
        until: &str,
    ) -> Result<()> {
        let (mut tx, permit) = self
            .enter_case::<acts::RequestDocuments>(actor, application)
            .await?;
        legal(Act::RequestDocuments, actor.role, &permit.case())
            .map_err(|refusal| Error::refused(Act::RequestDocuments, refusal))?;
        if permit.version != version {
            return Err(Error::Stale);
        }
        let today = self.today();
        let (what, until) = parse(what, until, today)?;
        let open = document_requests::open(&mut tx, &permit, today).await?;
        if open
            .iter()
            .any(|request| request.what == what.as_str() && request.until == until)
        {
            return Ok(());
        }
        document_requests::add(&mut tx, &permit, &what, until).await?;
        let words = format!("Запрошены документы до {}: {what}", dotted(until));
        events::record(&mut tx, &permit, &words).await?;
        letters::queue(
            &mut tx,
            &permit,
            LetterKind::DocumentsRequested,
            permit.account,
        )
        .await?;
        Ok(tx.commit().await?)
    }
}

fn parse(what: &str, until: &str, today: NaiveDate) -> Result<(Line, NaiveDate)> {
    let what = Line::parse(what, WHAT).map_err(|fault| FieldFault::new("what", fault.to_string()));
    let until = calendar::parse(until)
        .map_err(|fault| fault.to_string())
        .and_then(|until| {
            if until < today {
                Err("Срок уже прошёл".to_owned())
            } else if until > months_after(today, MONTHS) {
                Err(format!(
                    "Слишком поздний срок: не позднее {}",
                    dotted(months_after(today, MONTHS))
                ))
            } else {
                Ok(until)
            }
        })
        .map_err(|words| FieldFault::new("until", words));
    match (what, until) {
        (Ok(what), Ok(until)) => Ok((what, until)),
        (what, until) => Err(Error::Invalid(
            what.err().into_iter().chain(until.err()).collect(),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r_app_3_a_request_says_what_and_until_a_day_to_come() {
        let today = NaiveDate::from_ymd_opt(2026, 12, 2).unwrap();
        let faults = |what, until| match parse(what, until, today) {
            Err(Error::Invalid(faults)) => faults
                .into_iter()
                .map(|fault| fault.field.into_owned())
                .collect(),
            _ => Vec::new(),
        };
        assert!(faults("Справка", "02.12.2026").is_empty());
        assert!(faults("Справка", "2.12.2027").is_empty());
        assert_eq!(faults("Справка", "01.12.2026"), ["until"]);
        assert_eq!(faults("Справка", "03.12.2027"), ["until"]);
        assert_eq!(faults(" ", "вчера"), ["what", "until"]);
    }
}
