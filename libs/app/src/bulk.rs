//! One act on many applications: a dry run that asks the same rules and writes nothing, and the
//! act itself, each row in a transaction of its own and answered for itself.

use std::collections::HashMap;

use db::applications::{self, lists};
use domain::{
    act::{Act, acts},
    actor::Actor,
    life::legal,
    words,
};
use uuid::Uuid;

use crate::{App, Error, Result};

/// What became of one of many applications: its id, ФИО as far as it is seen, the outcome.
pub type Answered = (Uuid, String, Result<(i32, chrono::NaiveDate)>);

/// What a dry run says of one of many applications.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The id in addresses.
    pub id: Uuid,
    /// The version it was shown with.
    pub version: i32,
    /// ФИО, as far as it is seen.
    pub full_name: String,
    /// Why not; `None` where it can be done.
    pub refusal: Option<Reason>,
}

/// Why one of many is not done.
#[derive(Clone, Debug)]
pub struct Reason {
    /// The reason as others share it.
    pub common: String,
    /// The reason with what is of this row alone: number, who did it and when.
    pub own: String,
}

impl Reason {
    fn common(words: impl Into<String>) -> Self {
        let common = words.into();
        Self {
            own: common.clone(),
            common,
        }
    }
}

impl App {
    /// Registers many applications, each in a transaction of its own and each answered for
    /// itself; what is registered already says so, hence it is safe to repeat, and two people
    /// with the same rows share them.
    ///
    /// # Errors
    /// Only when nobody could be answered: the cabinet has ended or a store is away.
    pub async fn register_many(
        &self,
        actor: &Actor,
        marked: &[(Uuid, i32)],
    ) -> Result<Vec<Answered>> {
        let ids: Vec<Uuid> = marked.iter().map(|(id, _)| *id).collect();
        let mut tx = self.db.enter::<acts::ReadApplication>(actor).await?;
        let mut names: HashMap<Uuid, String> =
            lists::names(&mut tx, &ids).await?.into_iter().collect();
        drop(tx);
        let mut answers = Vec::with_capacity(marked.len());
        for (id, version) in marked {
            let name = names.remove(id).unwrap_or_default();
            match self.register(actor, *id, *version).await {
                Err(error @ (Error::SignedOut | Error::Unavailable(_) | Error::Internal(_)))
                    if answers.is_empty() =>
                {
                    return Err(error);
                }
                outcome => answers.push((*id, name, outcome)),
            }
        }
        Ok(answers)
    }

    /// Which of many applications could be registered now, and why the others could not:
    /// [`App::register`]'s questions, and nothing written.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for roles that never register.
    pub async fn check_registration(
        &self,
        actor: &Actor,
        marked: &[(Uuid, i32)],
    ) -> Result<Vec<Checked>> {
        let mut tx = self.db.enter::<acts::Register>(actor).await?;
        let mut checked = Vec::with_capacity(marked.len());
        for &(id, version) in marked {
            let Some(row) = applications::find(&mut tx, id).await? else {
                checked.push(Checked {
                    id,
                    version,
                    full_name: String::new(),
                    refusal: Some(Reason::common("Заявление не найдено.")),
                });
                continue;
            };
            let refusal = if !tx.could(Act::Register, &row) {
                Some(Reason::common("Это заявление регистрируете не Вы."))
            } else if let Err(refusal) = legal(Act::Register, actor.role, &row.case()) {
                let common = words::refusal(Act::Register, refusal);
                let own = self.refused(&mut tx, &row, Act::Register, refusal).await?;
                Some(Reason {
                    common,
                    own: own.to_string(),
                })
            } else if row.version != version {
                Some(Reason::common(Error::Stale.to_string()))
            } else {
                None
            };
            checked.push(Checked {
                id,
                version,
                full_name: row.full_name(),
                refusal,
            });
        }
        Ok(checked)
    }
}
