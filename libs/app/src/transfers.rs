//! Transfers between municipalities (R-ACC-7): asked for by the side that lets go, or by the
//! teacher; done when the coordinators of both have agreed, in the transaction of the second.

use db::{
    OwnTx, Scope, events,
    memberships::{self, ALREADY_IN},
    municipalities, organisations,
    transfers::{self, NOTHING, OPEN, SUBMITTED, SUSPENDED, Subject},
};
use domain::{
    act::{Act, acts},
    actor::{Actor, TenantId},
    value::Line,
};
use uuid::Uuid;

pub use db::{municipalities::Municipality, transfers::Transfer};

use crate::{App, Error, Result, invitations::Choice, organisations::reachable};

/// The greatest length of a reason, in characters.
pub const MAX_REASON: usize = 500;

const CLOSED: &str = "Запрос на перевод уже закрыт.";

/// Whom or what a coordinator asks to transfer, by its public id.
#[derive(Clone, Copy, Debug)]
pub enum What {
    /// A teacher, by the cabinet.
    Teacher(Uuid),
    /// An organisation.
    Organisation(Uuid),
}

/// What a request is about to be made for.
#[derive(Clone, Debug)]
pub struct Asking {
    /// ФИО, or the organisation's name.
    pub name: String,
    /// Who has something under review or registered and keeps it from moving.
    pub held: Vec<String>,
    /// The municipalities it can go to.
    pub municipalities: Vec<Municipality>,
}

/// A request with what its reader needs to answer it.
#[derive(Clone, Debug)]
pub struct Answering {
    /// The request.
    pub transfer: Transfer,
    /// Who keeps it from moving; told to the side it leaves.
    pub held: Vec<String>,
    /// Where the teacher can work; told to the side it goes to.
    pub organisations: Vec<Choice>,
}

impl App {
    /// The requests the actor sees, open ones first.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn transfers(&self, actor: &Actor) -> Result<Vec<Transfer>> {
        let mut tx = self.db.enter::<acts::ReadTransfers>(actor).await?;
        Ok(transfers::list(&mut tx).await?)
    }

    /// One request.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn transfer(&self, actor: &Actor, id: Uuid) -> Result<Answering> {
        let mut tx = self.db.enter::<acts::ReadTransfers>(actor).await?;
        let row = transfers::find(&mut tx, id).await?.ok_or(Error::NotFound)?;
        let permit = tx.may(row).await?;
        let here = TenantId(permit.side);
        let organisations = if permit.incoming() && permit.teacher {
            organisations::choices(&mut tx, here).await?
        } else {
            Vec::new()
        };
        let transfer = permit.into_row();
        let held = if transfer.is_open() && !transfer.incoming() {
            let subject = transfer.subject;
            transfers::held(&mut tx, transfer.teacher, subject).await?
        } else {
            Vec::new()
        };
        Ok(Answering {
            transfer,
            held,
            organisations,
        })
    }

    /// What a coordinator is about to ask a transfer for.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn asking_transfer(&self, actor: &Actor, what: What) -> Result<Asking> {
        let mut tx = self.db.enter::<acts::AskTransfer>(actor).await?;
        let (name, held) = match subject(&mut tx, what).await? {
            Subject::Teacher(permit) => {
                let profile = &permit.profile;
                let name = format!(
                    "{} {} {}",
                    profile.surname, profile.name, profile.patronymic
                );
                (
                    name.trim().to_owned(),
                    transfers::held(&mut tx, true, permit.id).await?,
                )
            }
            Subject::Organisation(permit) => (
                permit.name.clone(),
                transfers::held(&mut tx, false, permit.id).await?,
            ),
        };
        Ok(Asking {
            name,
            held,
            municipalities: elsewhere(&mut tx).await?,
        })
    }

    /// Asks for the transfer of a teacher or an organisation of the coordinator's municipality,
    /// which is its own agreement.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`], [`Error::Illegal`] while something is under
    /// review or registered, or if it is asked for already.
    pub async fn ask_transfer(
        &self,
        actor: &Actor,
        what: What,
        municipality: &str,
        reason: &str,
    ) -> Result<()> {
        let mut tx = self.db.enter::<acts::AskTransfer>(actor).await?;
        let subject = subject(&mut tx, what).await?;
        let (to, reason) = typed(&mut tx, municipality, reason).await?;
        let held = match &subject {
            Subject::Teacher(permit) => transfers::held(&mut tx, true, permit.id).await?,
            Subject::Organisation(permit) => {
                if organisations::is_named(&mut tx, TenantId(to.id), &permit.name).await? {
                    return Err(Error::field("municipality", NAMED_ALIKE));
                }
                transfers::held(&mut tx, false, permit.id).await?
            }
        };
        if !held.is_empty() {
            return Err(Error::Illegal(holding(&held)));
        }
        let id = transfers::ask(&mut tx, &subject, to.id, reason.as_str())
            .await
            .map_err(refused)?;
        events::audit(&mut tx, Some(id)).await?;
        Ok(tx.commit().await?)
    }

    /// The municipalities a teacher may ask to be transferred to.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn transfer_places(&self, actor: &Actor) -> Result<Vec<Municipality>> {
        let mut tx = self.db.enter::<acts::AskTransfer>(actor).await?;
        elsewhere(&mut tx).await
    }

    /// A teacher asks for its own transfer; both coordinators are to agree.
    ///
    /// # Errors
    /// As [`App::ask_transfer`].
    pub async fn ask_own_transfer(
        &self,
        actor: &Actor,
        municipality: &str,
        reason: &str,
    ) -> Result<()> {
        let mut tx = self.db.enter::<acts::AskTransfer>(actor).await?;
        let row = memberships::lock_own(&mut tx)
            .await?
            .ok_or(Error::NotFound)?;
        let permit = tx.may(row).await?;
        let (to, reason) = typed(&mut tx, municipality, reason).await?;
        if !transfers::held(&mut tx, true, permit.id).await?.is_empty() {
            return Err(Error::Illegal(HELD.to_owned()));
        }
        let subject = Subject::Teacher(permit);
        let id = transfers::ask(&mut tx, &subject, to.id, reason.as_str())
            .await
            .map_err(refused)?;
        events::audit(&mut tx, Some(id)).await?;
        Ok(tx.commit().await?)
    }

    /// The newest request about the teacher's own cabinet.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn own_transfer(&self, actor: &Actor) -> Result<Option<Transfer>> {
        let mut tx = self.db.enter_own(actor).await?;
        own(&mut tx).await
    }

    /// Agrees for the actor's municipality; the second agreement moves. Whether it did.
    /// `organisation` is where the teacher will work, asked of the side it comes to.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Stale`], [`Error::Invalid`], [`Error::Illegal`] with what
    /// stands in the way.
    pub async fn agree_transfer(
        &self,
        actor: &Actor,
        id: Uuid,
        version: i32,
        organisation: &str,
    ) -> Result<bool> {
        let mut tx = self.db.enter::<acts::AgreeTransfer>(actor).await?;
        let row = transfers::find(&mut tx, id).await?.ok_or(Error::NotFound)?;
        let permit = tx.may(row).await?;
        open(&permit, version)?;
        if permit.agreed_here() {
            return Err(Error::Illegal(
                "Ваш муниципалитет уже согласовал перевод.".to_owned(),
            ));
        }
        let organisation = if permit.incoming() && permit.teacher {
            let missing = || Error::field("organisation", "Выберите организацию");
            let chosen = Uuid::parse_str(organisation).map_err(|_| missing())?;
            let here = TenantId(permit.side);
            let place = db::places::organisation(&mut tx, here, chosen).await?;
            Some(place.ok_or_else(missing)?.id)
        } else {
            None
        };
        if !permit.incoming() {
            let held = transfers::held(&mut tx, permit.teacher, permit.subject).await?;
            if !held.is_empty() {
                return Err(Error::Illegal(holding(&held)));
            }
        }
        let moved = transfers::agree(&mut tx, &permit, organisation)
            .await
            .map_err(refused)?;
        events::audit(&mut tx, Some(permit.id)).await?;
        tx.commit().await?;
        Ok(moved)
    }

    /// Declines a request, with the reason.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Stale`], [`Error::Invalid`], [`Error::Illegal`].
    pub async fn decline_transfer(
        &self,
        actor: &Actor,
        id: Uuid,
        version: i32,
        answer: &str,
    ) -> Result<()> {
        let mut tx = self.db.enter::<acts::AgreeTransfer>(actor).await?;
        let row = transfers::find(&mut tx, id).await?.ok_or(Error::NotFound)?;
        let permit = tx.may(row).await?;
        let answer = Line::parse(answer, MAX_REASON)
            .map_err(|fault| Error::field("answer", fault.to_string()))?;
        open(&permit, version)?;
        transfers::decline(&mut tx, &permit, answer.as_str()).await?;
        events::audit(&mut tx, Some(permit.id)).await?;
        Ok(tx.commit().await?)
    }

    /// Takes a request back: a coordinator of the side that asked, or the teacher its own.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Stale`], [`Error::Forbidden`], [`Error::Illegal`].
    pub async fn cancel_transfer(&self, actor: &Actor, id: Uuid, version: i32) -> Result<()> {
        let mut tx = self.db.enter::<acts::AskTransfer>(actor).await?;
        let row = transfers::find(&mut tx, id).await?.ok_or(Error::NotFound)?;
        let permit = tx.may(row).await?;
        open(&permit, version)?;
        if !permit.may_cancel(actor) {
            return Err(Error::Forbidden);
        }
        transfers::cancel(&mut tx, &permit).await?;
        events::audit(&mut tx, Some(permit.id)).await?;
        Ok(tx.commit().await?)
    }
}

/// The newest request about the cabinet in the scope.
pub(crate) async fn own(tx: &mut OwnTx) -> Result<Option<Transfer>> {
    match transfers::own(tx).await? {
        Some(id) => Ok(transfers::find(tx, id).await?),
        None => Ok(None),
    }
}

async fn subject(tx: &mut db::Tx<acts::AskTransfer>, what: What) -> Result<Subject> {
    Ok(match what {
        What::Teacher(id) => {
            let row = transfers::teacher(tx, id).await?.ok_or(Error::NotFound)?;
            Subject::Teacher(tx.may(row).await?)
        }
        What::Organisation(id) => {
            let row = reachable(tx, id).await?;
            if !tx.could(Act::AskTransfer, &row) {
                return Err(Error::NotFound);
            }
            Subject::Organisation(tx.may(row).await?)
        }
    })
}

/// The active municipalities but the scope's own.
async fn elsewhere(scope: &mut Scope) -> Result<Vec<Municipality>> {
    let here = scope.tenant().map(|tenant| tenant.0);
    let mut active = municipalities::active(scope).await?;
    active.retain(|municipality| Some(municipality.id) != here);
    Ok(active)
}

async fn typed(scope: &mut Scope, to: &str, reason: &str) -> Result<(Municipality, Line)> {
    let chosen = Uuid::parse_str(to.trim()).ok();
    let found = elsewhere(scope)
        .await?
        .into_iter()
        .find(|municipality| Some(municipality.public_id) == chosen);
    match (found, Line::parse(reason, MAX_REASON)) {
        (Some(found), Ok(reason)) => Ok((found, reason)),
        (found, reason) => {
            let missing = found
                .is_none()
                .then(|| crate::FieldFault::new("municipality", "Выберите муниципалитет"));
            let reason = reason
                .err()
                .map(|fault| crate::FieldFault::new("reason", fault.to_string()));
            Err(Error::Invalid(missing.into_iter().chain(reason).collect()))
        }
    }
}

fn open(transfer: &Transfer, version: i32) -> Result<()> {
    if !transfer.is_open() {
        return Err(Error::Illegal(CLOSED.to_owned()));
    }
    if transfer.version == version {
        Ok(())
    } else {
        Err(Error::Stale)
    }
}

const HELD: &str = "Пока заявление на рассмотрении или зарегистрировано, перевод невозможен.";
const NAMED_ALIKE: &str =
    "Там уже есть организация с таким названием: сначала переименуйте одну из них";

fn holding(names: &[String]) -> String {
    format!("{HELD} Такие заявления есть у: {}.", names.join(", "))
}

/// What stood in the way, in words.
fn refused(error: db::Error) -> Error {
    let words = [
        (
            OPEN,
            "Запрос на этот перевод уже есть: дождитесь ответа или отзовите его.",
        ),
        (SUBMITTED, HELD),
        (
            NOTHING,
            "Переводить уже некого или некуда: данные изменились. Отклоните запрос.",
        ),
        (
            SUSPENDED,
            "Один из двух муниципалитетов приостановлен: перевод подождёт, пока его не возобновят.",
        ),
        (
            ALREADY_IN,
            "В муниципалитете, куда переводят, у педагога уже есть кабинет.",
        ),
        (
            "organisation_tenant_id_name_key",
            "В муниципалитете, куда переводят, уже есть организация с таким названием: сначала переименуйте одну из них.",
        ),
    ];
    words
        .iter()
        .find(|(constraint, _)| error.is_constraint(constraint))
        .map_or_else(
            || error.into(),
            |(_, words)| Error::Illegal((*words).to_owned()),
        )
}
