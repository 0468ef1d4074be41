//! Accepting an invitation (R-ACC-4): what its link shows, and the cabinet it opens. One
//! transaction makes the membership and uses the link; sending invitations is the inviter's.

use db::{
    AuthTx,
    accounts::{
        cabinets,
        invitation::{self, ALREADY_IN, Invitation, Known, Place},
    },
    events,
};
use domain::{act::Act, invitation::CENTRE, permission::Policy, role::Role};

use crate::{App, Error, Result, accounts::Person, links};

/// An invitation that can be accepted.
#[derive(Clone, Debug)]
pub struct Invited {
    /// As what.
    pub role: Role,
    /// The municipality; none for the institute's own people.
    pub municipality: Option<String>,
    /// The organisation; empty where the role has none.
    pub organisation: String,
    /// Who invites, in words, and whom to ask.
    pub inviter: String,
}

impl App {
    /// What the link of an invitation shows.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a link nobody sent or one that was replaced, [`Error::Illegal`]
    /// for a used, expired or revoked one, with whom to ask.
    pub async fn invitation(&self, token: &str) -> Result<Invited> {
        let mut tx = self.db.enter_auth().await?;
        let invitation = open(&mut tx, &self.db.policy(), token).await?;
        let inviter = inviter(&invitation);
        let role = invitation.role;
        Ok(match invitation.place {
            Place::Municipality(place) => Invited {
                role,
                municipality: Some(place.name),
                organisation: place.organisation_name,
                inviter,
            },
            Place::Institute => Invited {
                role,
                municipality: None,
                organisation: String::new(),
                inviter,
            },
        })
    }

    /// Accepts an invitation for a person who has an account: «Войти и принять приглашение».
    /// The token proves the address; the e-mails need not match.
    ///
    /// # Errors
    /// As [`App::invitation`]; [`Error::Illegal`] if the person has this cabinet already.
    pub async fn accept_invitation(&self, person: Person, token: &str) -> Result<()> {
        let mut tx = self.enter_account(person).await?;
        accept(&mut tx, &self.db.policy(), token).await?;
        Ok(tx.commit().await?)
    }
}

/// The invitation of a token, if it can be accepted now.
pub(crate) async fn open(tx: &mut AuthTx, policy: &Policy, token: &str) -> Result<Invitation> {
    tx.about_token(&links::hash(token)).await?;
    let found = invitation::find(tx).await?.ok_or(Error::NotFound)?;
    let ask = inviter(&found);
    let closed = match found.state.as_str() {
        "accepted" => Some(format!(
            "Приглашение уже принято: ссылка использована. Если его приняли Вы, войдите под своим именем пользователя. Если нет, обратитесь к тому, кто Вас пригласил: {ask}."
        )),
        "revoked" => Some(format!(
            "Приглашение отозвано. Обратитесь к тому, кто Вас пригласил: {ask}."
        )),
        _ if matches!(&found.place, Place::Municipality(place) if !place.active) => Some(format!(
            "Муниципалитет сейчас не работает в системе. Обратитесь к тому, кто Вас пригласил: {ask}."
        )),
        _ if found.expires_at <= tx.now() => Some(format!(
            "Срок действия приглашения истёк: ссылка действует 24 часа. Попросите отправить её повторно: {ask}."
        )),
        _ if !may_invite(tx, policy, found.role).await? => Some(format!(
            "Приглашение больше не действует: тот, кто его отправил, уже не может приглашать. Попросите отправить его повторно: {ask}."
        )),
        _ => None,
    };
    match closed {
        Some(words) => Err(Error::Illegal(words)),
        None => Ok(found),
    }
}

/// Whether whoever sent the invitation in hand could do so now (SEC-46).
async fn may_invite(tx: &mut AuthTx, policy: &Policy, role: Role) -> Result<bool> {
    let act = match role {
        Role::Operator | Role::Admin => Act::InviteOperator,
        Role::Municipal => Act::InviteCoordinator,
        Role::Teacher | Role::School | Role::Expert => Act::InviteStaff,
    };
    let inviter = invitation::inviter(tx).await?;
    Ok(inviter.is_none_or(|roles| roles.iter().any(|&inviter| policy.ever(inviter, act))))
}

/// Accepts for the account the scope is about; returns the address the link was sent to.
pub(crate) async fn accept(tx: &mut AuthTx, policy: &Policy, token: &str) -> Result<String> {
    let invitation = open(tx, policy, token).await?;
    // Who has told its name in one cabinet is not asked again in another.
    let known = cabinets::list(tx)
        .await?
        .into_iter()
        .rfind(super::is_filled)
        .map(|cabinet| Known {
            surname: cabinet.surname,
            name: cabinet.name,
            patronymic: cabinet.patronymic,
            phone: cabinet.phone,
        })
        .unwrap_or_default();
    let accepted = invitation::accept(tx, &invitation, &known)
        .await
        .map_err(|error| {
            if ALREADY_IN.iter().any(|name| error.is_constraint(name)) {
                Error::Illegal(
                    "У Вас уже есть этот кабинет: приглашение принимать не нужно.".to_owned(),
                )
            } else {
                error.into()
            }
        })?;
    if !accepted {
        return Err(Error::Stale);
    }
    let account = db::accounts::own(tx).await?.map(|account| account.id);
    events::audit_accepted(tx, account, invitation.place.tenant(), invitation.id).await?;
    Ok(invitation.email)
}

/// Who invites to this role: whom a person with a question asks.
fn inviter(invitation: &Invitation) -> String {
    let place = match &invitation.place {
        Place::Municipality(place) if invitation.role != Role::Municipal => place,
        Place::Municipality(_) | Place::Institute => return CENTRE.to_owned(),
    };
    let contacts = place.contacts.trim();
    let who = format!("муниципальный координатор по аттестации, {}", place.name);
    match contacts.is_empty() {
        true => who,
        false => format!("{who} ({contacts})"),
    }
}
