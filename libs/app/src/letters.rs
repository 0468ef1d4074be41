//! The worker's half of the outbox (R-LET-1): a letter is claimed, composed of what is true
//! when it is sent, handed to the relay by the worker, and marked. How it travels is the
//! worker's; what it says is here and in `text`. What a person sees of the letters sent to it is
//! in `own`; those that come of no deed but of the days are in `reminders`.

mod own;
mod reminders;
mod text;

use chrono::{DateTime, Utc};
use db::{
    WorkerTx,
    work::{self, mail},
};
use domain::letter::LetterKind;
use uuid::Uuid;

pub use db::work::Letter;
pub use own::OwnLetter;

use crate::{App, Error, Result, links::LinkKind};
use text::{Audience, Help};

/// A letter ready to be sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// What the Message-ID is made of: the same however often the letter is sent.
    pub id: Uuid,
    /// When what it tells happened.
    pub date: DateTime<Utc>,
    /// The address.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The plain text.
    pub body: String,
}

/// Why a letter was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotSent {
    /// The relay did not take it this time.
    Later,
    /// The relay will never take it, or nobody is there to get it.
    Never,
}

impl App {
    /// Claims a letter that is due; none if there is none.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn claim_letter(&self) -> Result<Option<Letter>> {
        let mut tx = self.db.enter_worker(None).await?;
        let letter = work::claim_letter(&mut tx).await?;
        tx.commit().await?;
        Ok(letter)
    }

    /// Composes a letter; none when it became pointless: no address, a link that was used up,
    /// an invitation that is no longer open or no term that still runs. Links begin with `base_url`.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn compose(&self, letter: &Letter, base_url: &str) -> Result<Option<Mail>> {
        let mut tx = self.db.enter_worker(letter.tenant).await?;
        let composed = match (letter.invitation, letter.application, letter.account) {
            (Some(invitation), _, _) => {
                self.invitation_letter(&mut tx, invitation, base_url)
                    .await?
            }
            (None, Some(application), Some(account)) => {
                let to = mail::addressee(&mut tx, account).await?.email;
                let case = mail::case(&mut tx, application, account).await?;
                let audience = audience(letter.kind, &case, account);
                let help = help(&mut tx, account, account).await?;
                to.map(|to| {
                    let body = text::case(letter.kind, audience, &case, base_url);
                    (to, text::letter(&body, &help))
                })
            }
            (None, None, Some(account)) if letter.kind == LetterKind::NotApplied => {
                self.deletion_letter(&mut tx, account, base_url).await?
            }
            (None, None, Some(account)) if letter.kind == LetterKind::TermEnding => {
                self.term_letter(&mut tx, letter, account, base_url).await?
            }
            (None, _, Some(account))
                if matches!(
                    letter.kind,
                    LetterKind::TransferAsked
                        | LetterKind::TransferDone
                        | LetterKind::TransferDeclined
                ) =>
            {
                let to = mail::addressee(&mut tx, account).await?.email;
                let coordinator = mail::coordinates(&mut tx, account).await?;
                let help = help(&mut tx, account, account).await?;
                let body = text::transfer(letter.kind, coordinator, base_url);
                to.map(|to| (to, text::letter(&body, &help)))
            }
            (None, _, Some(account)) => {
                self.account_letter(&mut tx, letter, account, base_url)
                    .await?
            }
            (None, _, None) => None,
        };
        tx.commit().await?;
        Ok(composed.map(|(to, body)| Mail {
            id: letter.public_id,
            date: letter.created_at,
            to,
            subject: format!("Аттестация: {}", letter.kind.subject()),
            body,
        }))
    }

    /// Marks a letter that the relay took.
    ///
    /// # Errors
    /// If the database does not answer; the letter is sent once more then, with the same
    /// Message-ID.
    pub async fn letter_sent(&self, letter: &Letter) -> Result<()> {
        let mut tx = self.db.enter_worker(letter.tenant).await?;
        work::letter_sent(&mut tx, letter).await?;
        Ok(tx.commit().await?)
    }

    /// Marks a letter that was not sent: tried again after a while, or given up. An invitation
    /// given up is «не доставлено».
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn letter_not_sent(&self, letter: &Letter, why: NotSent) -> Result<()> {
        let mut tx = self.db.enter_worker(letter.tenant).await?;
        match why {
            NotSent::Later => work::letter_later(&mut tx, letter).await?,
            NotSent::Never => {
                work::letter_failed(&mut tx, letter).await?;
                false
            }
        };
        Ok(tx.commit().await?)
    }

    async fn invitation_letter(
        &self,
        tx: &mut WorkerTx,
        id: i64,
        base_url: &str,
    ) -> Result<Option<(String, String)>> {
        let found = match tx.tenant() {
            Some(_) => mail::invitation(tx, id).await?,
            None => mail::institute_invitation(tx, id).await?,
        };
        let Some(invitation) = found else {
            return Ok(None);
        };
        if invitation.expires_at <= tx.now() {
            return Ok(None);
        }
        let token = self
            .links
            .token(LinkKind::Invitation, invitation.public_id, invitation.nonce);
        let link = format!("{base_url}{}", LinkKind::Invitation.path(&token));
        let until = self.moment(invitation.expires_at);
        let mut help = help(tx, invitation.invited_by.unwrap_or_default(), 0).await?;
        help.centre_alone |= invitation.role.is_institute();
        let body = text::invitation(&invitation, &link, &until, &help.centre);
        Ok(Some((invitation.email, text::letter(&body, &help))))
    }

    async fn deletion_letter(
        &self,
        tx: &mut WorkerTx,
        account: i64,
        base_url: &str,
    ) -> Result<Option<(String, String)>> {
        let Some(offer) = mail::deletion(tx, account).await? else {
            return Ok(None);
        };
        if offer.expires_at <= tx.now() {
            return Ok(None);
        }
        let token = self
            .links
            .token(LinkKind::Deletion, offer.public_id, offer.nonce);
        let link = format!("{base_url}{}", LinkKind::Deletion.path(&token));
        let until = self.moment(offer.expires_at);
        let addressee = mail::addressee(tx, account).await?;
        let help = help(tx, account, account).await?;
        let body = text::deletion(&addressee.login, &offer.municipality, &link, &until);
        Ok(addressee.email.map(|to| (to, text::letter(&body, &help))))
    }

    async fn account_letter(
        &self,
        tx: &mut WorkerTx,
        letter: &Letter,
        account: i64,
        base_url: &str,
    ) -> Result<Option<(String, String)>> {
        let addressee = mail::addressee(tx, account).await?;
        let help = help(tx, account, account).await?;
        if letter.kind == LetterKind::NewDevice {
            let device = mail::device(tx, letter.id).await?;
            let at = self.moment(letter.created_at);
            let body = text::new_device(&addressee.login, &at, &device, base_url);
            return Ok(addressee.email.map(|to| (to, text::letter(&body, &help))));
        }
        let Some(token) = letter.token else {
            let body = text::account(letter.kind, &addressee.login, None);
            return Ok(addressee.email.map(|to| (to, text::letter(&body, &help))));
        };
        let link = mail::link(tx, token).await?;
        if link.expires_at <= tx.now() {
            return Ok(None);
        }
        let kind = if link.password {
            LinkKind::Password
        } else {
            LinkKind::Email
        };
        let token = self.links.account_token(kind, link.public_id);
        let address = format!("{base_url}{}", kind.path(&token));
        let until = self.moment(link.expires_at);
        let body = text::account(letter.kind, &addressee.login, Some((&address, &until)));
        let to = link.new_email.or(addressee.email);
        Ok(to.map(|to| (to, text::letter(&body, &help))))
    }

    pub(crate) fn moment(&self, instant: DateTime<Utc>) -> String {
        self.zone()
            .local(instant)
            .format("%d.%m.%Y %H:%M")
            .to_string()
    }
}

/// Whom to ask: the coordinator of the letter's municipality other than the addressee itself,
/// or the Centre.
async fn help(tx: &mut WorkerTx, preferred: i64, except: i64) -> Result<Help, Error> {
    let contact = match tx.tenant() {
        Some(_) => mail::coordinator(tx, preferred, except).await?,
        None => None,
    };
    Ok(Help {
        contact,
        centre_alone: tx.tenant().is_some(),
        centre: db::reference::setting(tx, "centre").await?,
    })
}

fn audience(kind: LetterKind, case: &mail::Case, account: i64) -> Audience {
    let is = |role: domain::role::Role| case.roles.iter().any(|held| held == role.code());
    if account == case.applicant {
        Audience::Teacher
    } else if matches!(kind, LetterKind::Assigned | LetterKind::Unassigned)
        || (case.expert && !matches!(kind, LetterKind::Submitted))
    {
        Audience::Expert
    } else if is(domain::role::Role::Municipal) {
        Audience::Municipal
    } else if is(domain::role::Role::School) {
        Audience::School
    } else {
        Audience::Operator
    }
}
