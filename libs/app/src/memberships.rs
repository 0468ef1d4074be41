//! Ending cabinets (08 §8.2): somebody else's from a list of people, the own one from the
//! profile, a place in the institute by an administrator. Whoever is in it meets a closed
//! cabinet with the next request (SEC-14); other cabinets of the person stay.

use std::collections::HashMap;

use db::{
    accounts::institute,
    events,
    memberships::{
        self,
        ending::{self, Cabinet, LIVE},
    },
};
use domain::{
    act::{Act, acts},
    actor::Actor,
    permission::{Relation, Relations},
    role::Role,
};
use uuid::Uuid;

pub use db::accounts::institute::Member;

use crate::{App, Error, Result};

const NOT_WHILE_LIVE: &str = "Кабинет нельзя закрыть, пока заявление находится на рассмотрении или зарегистрировано: дождитесь решения или подайте заявление на отзыв.";
const NOT_ONES_OWN: &str = "Свой кабинет из списка не отключают: его закрывают на странице «Личный кабинет» или просят об этом другого сотрудника.";
const NOT_THE_LAST: &str = "Это последний администратор: сначала пригласите другого.";

/// What closing the own cabinet means now.
#[derive(Clone, Debug)]
pub struct Closing {
    /// The version of the cabinet.
    pub version: i32,
    /// How many teachers an expert gives up: their places become free (R-SCH-4).
    pub assignments: i64,
    /// Why it cannot be closed now; `None` when it can.
    pub refusal: Option<&'static str>,
}

impl App {
    /// Those of these cabinets that the actor may end, each with its version.
    ///
    /// # Errors
    /// [`Error::SignedOut`] if the actor's own cabinet has ended.
    pub async fn endable(&self, actor: &Actor, ids: &[Uuid]) -> Result<HashMap<Uuid, i32>> {
        if !self.ever(actor.role, Act::EndMembership) {
            return Ok(HashMap::new());
        }
        let mut tx = self.db.enter::<acts::EndMembership>(actor).await?;
        let cabinets = ending::among(&mut tx, ids).await?;
        Ok(cabinets
            .into_iter()
            .filter(|cabinet| !is_own(actor, cabinet.account))
            .filter(|cabinet| tx.could(Act::EndMembership, cabinet))
            .map(|cabinet| (cabinet.public_id, cabinet.version))
            .collect())
    }

    /// Ends somebody else's cabinet. An expert's places become gaps at once, with letters to it
    /// and to its teachers (R-SCH-4).
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Stale`] by `version`;
    /// [`Error::Illegal`] for the own cabinet and for a teacher's with a live application.
    pub async fn end_membership(&self, actor: &Actor, id: Uuid, version: i32) -> Result<()> {
        let mut tx = self.db.enter::<acts::EndMembership>(actor).await?;
        let cabinet = ending::among(&mut tx, &[id])
            .await?
            .pop()
            .ok_or(Error::NotFound)?;
        if is_own(actor, cabinet.account) {
            return Err(Error::Illegal(NOT_ONES_OWN.to_owned()));
        }
        self.end(actor, tx, cabinet, version).await
    }

    /// Asks whether the actor's cabinet is still open, for what is shown or judged before any
    /// verb asks it (SEC-14).
    ///
    /// # Errors
    /// [`Error::SignedOut`] if it has ended.
    pub async fn ensure_open(&self, actor: &Actor) -> Result<()> {
        self.db.enter_own(actor).await?;
        Ok(())
    }

    /// Whether people of this role close their cabinet themselves.
    #[must_use]
    pub fn closes_own(&self, role: Role) -> bool {
        let own = Relations::NONE.with(Relation::Own);
        self.db.policy().allows(role, Act::EndMembership, own)
    }

    /// What closing the cabinet in use would mean.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for a role that does not close its own cabinet.
    pub async fn closing(&self, actor: &Actor) -> Result<Closing> {
        let mut tx = self.db.enter::<acts::EndMembership>(actor).await?;
        let own = ending::own(&mut tx).await?.ok_or(Error::Forbidden)?;
        let permit = tx.may(own).await?;
        let assignments = match permit.role {
            Role::Expert => ending::own_assignments(&mut tx).await?,
            _ => 0,
        };
        let live = permit.role == Role::Teacher && memberships::hanging(&mut tx).await?.submitted;
        Ok(Closing {
            version: permit.version,
            assignments,
            refusal: live.then_some(NOT_WHILE_LIVE),
        })
    }

    /// Closes the cabinet in use.
    ///
    /// # Errors
    /// As [`App::closing`]; [`Error::Stale`] by `version`, [`Error::Illegal`] for a teacher
    /// with a live application.
    pub async fn close_own(&self, actor: &Actor, version: i32) -> Result<()> {
        let mut tx = self.db.enter::<acts::EndMembership>(actor).await?;
        let own = ending::own(&mut tx).await?.ok_or(Error::Forbidden)?;
        self.end(actor, tx, own, version).await
    }

    async fn end(
        &self,
        actor: &Actor,
        mut tx: db::Tx<acts::EndMembership>,
        cabinet: Cabinet,
        version: i32,
    ) -> Result<()> {
        let permit = tx.may(cabinet).await?;
        ending::end(&mut tx, &permit, version)
            .await
            .map_err(|error| match error.is_constraint(LIVE) {
                true => Error::Illegal(NOT_WHILE_LIVE.to_owned()),
                false => error.into(),
            })?;
        events::audit(&mut tx, Some(permit.id)).await?;
        tx.commit().await?;
        if permit.role == Role::Expert {
            self.publish_without(actor, permit.id).await;
        }
        Ok(())
    }

    /// The members of the institute, for administrators.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn institute_members(&self, actor: &Actor) -> Result<Vec<Member>> {
        if actor.role != Role::Admin {
            return Err(Error::Forbidden);
        }
        let mut tx = self.db.enter::<acts::ListPeople>(actor).await?;
        Ok(institute::list(&mut tx).await?)
    }

    /// Ends another member's place in the institute.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Stale`] by `version`,
    /// [`Error::Illegal`] for the own place and for the last administrator's: somebody has to be left.
    pub async fn end_institute_member(&self, actor: &Actor, id: Uuid, version: i32) -> Result<()> {
        if actor.role != Role::Admin {
            return Err(Error::Forbidden);
        }
        let mut tx = self.db.enter::<acts::EndMembership>(actor).await?;
        let member = institute::list(&mut tx)
            .await?
            .into_iter()
            .find(|member| member.public_id == id)
            .ok_or(Error::NotFound)?;
        let permit = institute::may(&mut tx, member).await?;
        if is_own(actor, permit.account) {
            return Err(Error::Illegal(NOT_ONES_OWN.to_owned()));
        }
        institute::end(&mut tx, &permit, version)
            .await
            .map_err(|error| match error.is_constraint(institute::LAST) {
                true => Error::Illegal(NOT_THE_LAST.to_owned()),
                false => error.into(),
            })?;
        events::audit(&mut tx, Some(permit.id)).await?;
        Ok(tx.commit().await?)
    }
}

/// Whether a cabinet is the actor's own: nobody ends one of its own from a list.
#[must_use]
pub const fn is_own(actor: &Actor, account: i64) -> bool {
    actor.account.0 == account
}
