//! «Не подали заявление» (R-DEL-1): the coordinator's list of those who registered and never
//! submitted, and the letter by which each may delete its data itself. The link it carries is opened
//! in [`crate::accounts::deletion`].

use chrono::Duration;
use db::{
    events,
    not_applied::{self, Link},
    search,
};
use domain::{act::acts, actor::Actor, search::SearchQuery};
use uuid::Uuid;

pub use db::not_applied::{NotApplied, PAGE};

use crate::{
    App, Error, Listing, Result,
    links::{self, LinkKind},
};

/// How long the link lives.
const LIFE: Duration = Duration::days(14);

/// What became of one of many notices: the cabinet's id, ФИО as far as it is seen, the outcome.
pub type Answered = (Uuid, String, Result<()>);

impl App {
    /// The teachers of the actor's municipality who never submitted an application there, by
    /// surname; with `typed`, those of this ФИО or whose login begins so.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn not_applied(
        &self,
        actor: &Actor,
        typed: &str,
        after: Option<Uuid>,
    ) -> Result<Listing<NotApplied>> {
        let mut tx = self.db.enter::<acts::ListNotApplied>(actor).await?;
        let (rows, partial) = match SearchQuery::parse(typed) {
            None => (not_applied::page(&mut tx, after).await?, false),
            Some(query) => {
                let found = search::people(&mut tx, &query).await?;
                let rows = not_applied::among(&mut tx, &found, after).await?;
                (rows, found.partial)
            }
        };
        Ok(Listing {
            partial,
            ..Listing::cut(rows, PAGE, |row| row.public_id)
        })
    }

    /// Sends each of many teachers the notice with its link, each in a transaction of its own and
    /// each answered for itself: who has a link that lives is told so and gets no second one, hence it
    /// is safe to repeat.
    ///
    /// # Errors
    /// Only when nobody could be answered: the cabinet has ended or a store is away.
    pub async fn notify_not_applied(&self, actor: &Actor, ids: &[Uuid]) -> Result<Vec<Answered>> {
        let mut answers: Vec<Answered> = Vec::with_capacity(ids.len());
        for &id in ids {
            let mut name = String::new();
            match self.offer_deletion(actor, id, &mut name).await {
                Err(
                    error @ (Error::SignedOut
                    | Error::Forbidden
                    | Error::Unavailable(_)
                    | Error::Internal(_)),
                ) if answers.is_empty() => return Err(error),
                outcome => answers.push((id, name, outcome)),
            }
        }
        Ok(answers)
    }

    async fn offer_deletion(&self, actor: &Actor, id: Uuid, name: &mut String) -> Result<()> {
        let mut tx = self.db.enter::<acts::NotifyNotApplied>(actor).await?;
        let teacher = not_applied::find(&mut tx, id)
            .await?
            .ok_or(Error::NotFound)?;
        name.clone_from(&teacher.full_name);
        let teacher = tx.may(teacher).await?;
        if teacher.email.is_empty() {
            return Err(Error::Illegal(
                "Нет адреса электронной почты: письмо отправить некуда.".to_owned(),
            ));
        }
        let public_id = not_applied::offered(&mut tx, &teacher).await?;
        let (public_id, nonce) = (public_id.unwrap_or_else(Uuid::now_v7), Uuid::new_v4());
        let token = self.links.token(LinkKind::Deletion, public_id, nonce);
        let link = Link {
            public_id,
            nonce,
            sha256: links::hash(&token),
            expires_at: tx.now() + LIFE,
        };
        if !not_applied::offer(&mut tx, &teacher, &link).await? {
            let until = teacher.expires_at.unwrap_or(link.expires_at);
            return Err(Error::Illegal(format!(
                "Уведомление уже отправлено, ссылка в нём действует до {}.",
                self.moment(until)
            )));
        }
        events::audit(&mut tx, Some(teacher.id)).await?;
        Ok(tx.commit().await?)
    }
}
