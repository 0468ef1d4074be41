//! Inviting into a municipality: the link, the letter, sending it again, taking it back
//! (R-ACC-3, R-ACC-4). Accepting stands with the accounts.

pub mod institute;
pub mod list;

use chrono::{DateTime, Utc};
use db::{
    Scope, events,
    invitations::{self, Inviting, Link},
    letters,
    municipalities::{self, Municipality},
    organisations,
    scope::{Permit, Tx},
};
use domain::{
    act::acts,
    actor::{Actor, TenantId},
    invitation::{self, LIFETIME, State},
    role::Role,
    value::Email,
};
use uuid::Uuid;

pub use db::{invitations::Invitation, organisations::Choice};

use crate::{
    App, Error, FieldFault, Listing, Result,
    links::{self, LinkKind},
};

/// What an inviter typed.
#[derive(Clone, Debug, Default)]
pub struct Invite {
    /// One address or many, separated by blanks, commas or line breaks.
    pub emails: String,
    /// The role's code.
    pub role: String,
    /// The municipality's public id; a coordinator's is its own, whatever is typed.
    pub municipality: String,
    /// The organisation's public id; the school coordinator needs one.
    pub organisation: String,
}

/// The invitations the inviter sees, and what it can choose from.
#[derive(Clone, Debug)]
pub struct Invitations {
    /// The invitations.
    pub list: Listing<Invitation>,
    /// The municipalities, for those who have none of their own.
    pub municipalities: Vec<Municipality>,
    /// The organisations of the municipality chosen, or of the own one.
    pub organisations: Vec<Choice>,
}

/// Who of those typed is invited.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whom {
    /// Also who has a link that works: it gets another one.
    Everybody,
    /// Only who has none.
    NotInvited,
}

/// An invitation on its way.
pub(crate) struct Sent {
    /// Its number.
    pub(crate) id: i64,
    /// The path of its link.
    pub(crate) path: String,
}

impl App {
    /// The page of invitations after the one named, with the organisations of `municipality`.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn invitations(
        &self,
        actor: &Actor,
        municipality: &str,
        after: Option<Uuid>,
    ) -> Result<Invitations> {
        let mut tx = self.db.enter::<acts::InviteStaff>(actor).await?;
        let coordinators = self.ever(actor.role, domain::act::Act::InviteCoordinator);
        let rows = invitations::page(&mut tx, coordinators, None, after).await?;
        let chosen = chosen(&mut tx, municipality).await?;
        let organisations = match &chosen {
            Some(municipality) => {
                organisations::choices(&mut tx, TenantId(municipality.id)).await?
            }
            None => Vec::new(),
        };
        let municipalities = if tx.tenant().is_none() {
            municipalities::active(&mut tx).await?
        } else {
            Vec::new()
        };
        Ok(Invitations {
            list: Listing::cut(rows, invitations::PAGE, |row| row.public_id),
            municipalities,
            organisations,
        })
    }

    /// Invites everybody whose address was typed; returns how many. An address already
    /// invited to the same gets a new link, the old one dies.
    ///
    /// # Errors
    /// [`Error::Invalid`] with all faults, [`Error::Forbidden`] for a role above the own.
    pub async fn invite(&self, actor: &Actor, typed: &Invite) -> Result<usize> {
        self.invite_whom(actor, typed, Whom::Everybody).await
    }

    async fn invite_whom(&self, actor: &Actor, typed: &Invite, whom: Whom) -> Result<usize> {
        let role = Role::from_code(&typed.role);
        if role.is_some_and(acts::InviteCoordinator::invites) {
            self.invite_as::<acts::InviteCoordinator>(actor, typed, role, whom)
                .await
        } else {
            self.invite_as::<acts::InviteStaff>(actor, typed, role, whom)
                .await
        }
    }

    async fn invite_as<A: Inviting>(
        &self,
        actor: &Actor,
        typed: &Invite,
        role: Option<Role>,
        whom: Whom,
    ) -> Result<usize> {
        let mut tx = self.db.enter::<A>(actor).await?;
        let invited = parse::<A>(&mut tx, typed, role).await?;
        let permit = tx.may(invited.municipality).await?;
        let mut count = 0;
        for email in &invited.emails {
            let open =
                invitations::open(&mut tx, &permit, email, invited.role, invited.place).await?;
            if whom == Whom::NotInvited && open.is_some_and(|open| open.waits) {
                continue;
            }
            count += 1;
            let sent = self
                .invite_one(&mut tx, &permit, email, invited.role, invited.place)
                .await?;
            events::audit(&mut tx, Some(sent.id)).await?;
        }
        tx.commit().await?;
        Ok(count)
    }

    /// Invites one address, or renews what it was sent for the same, with the letter.
    pub(crate) async fn invite_one<A: Inviting>(
        &self,
        tx: &mut Tx<A>,
        permit: &Permit<A, Municipality>,
        email: &Email,
        role: Role,
        place: Option<i64>,
    ) -> Result<Sent> {
        let (id, token) = match invitations::open(tx, permit, email, role, place).await? {
            Some(open) => {
                let (link, token) = self.link(open.public_id, tx.now());
                invitations::renew(tx, permit, open.id, &link).await?;
                (open.id, token)
            }
            None => {
                let (link, token) = self.link(Uuid::now_v7(), tx.now());
                let id = invitations::add(tx, permit, email, role, place, &link).await?;
                (id, token)
            }
        };
        letters::queue_invitation(tx, permit, id).await?;
        Ok(Sent {
            id,
            path: LinkKind::Invitation.path(&token),
        })
    }

    /// Sends an invitation again: with a new link for another 24 hours, the old link dies.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Stale`] by `version`,
    /// [`Error::Illegal`] once it is accepted or revoked.
    pub async fn resend_invitation(&self, actor: &Actor, id: Uuid, version: i32) -> Result<()> {
        match self
            .resend_as::<acts::InviteStaff>(actor, id, version)
            .await
        {
            Err(Error::NotFound | Error::Forbidden) if self.invites_coordinators(actor) => {
                self.resend_as::<acts::InviteCoordinator>(actor, id, version)
                    .await
            }
            done => done,
        }
    }

    async fn resend_as<A: Inviting>(&self, actor: &Actor, id: Uuid, version: i32) -> Result<()> {
        let mut tx = self.db.enter::<A>(actor).await?;
        let row = invitations::lock(&mut tx, id)
            .await?
            .ok_or(Error::NotFound)?;
        still_open(&row, version)?;
        let permit = tx.may(row).await?;
        let (link, _) = self.link(permit.public_id, tx.now());
        invitations::renew(&mut tx, &permit, permit.id, &link).await?;
        letters::queue_invitation(&mut tx, &permit, permit.id).await?;
        events::audit(&mut tx, Some(permit.id)).await?;
        Ok(tx.commit().await?)
    }

    /// Takes an invitation back: its link dies.
    ///
    /// # Errors
    /// As [`App::resend_invitation`].
    pub async fn revoke_invitation(&self, actor: &Actor, id: Uuid, version: i32) -> Result<()> {
        match self
            .revoke_as::<acts::InviteStaff>(actor, id, version)
            .await
        {
            Err(Error::NotFound | Error::Forbidden) if self.invites_coordinators(actor) => {
                self.revoke_as::<acts::InviteCoordinator>(actor, id, version)
                    .await
            }
            done => done,
        }
    }

    async fn revoke_as<A: Inviting>(&self, actor: &Actor, id: Uuid, version: i32) -> Result<()> {
        let mut tx = self.db.enter::<A>(actor).await?;
        let row = invitations::lock(&mut tx, id)
            .await?
            .ok_or(Error::NotFound)?;
        still_open(&row, version)?;
        let permit = tx.may(row).await?;
        invitations::revoke(&mut tx, &permit).await?;
        events::audit(&mut tx, Some(permit.id)).await?;
        Ok(tx.commit().await?)
    }

    fn invites_coordinators(&self, actor: &Actor) -> bool {
        self.ever(actor.role, domain::act::Act::InviteCoordinator)
    }

    /// A new link, and the token it is opened by.
    fn link(&self, public_id: Uuid, now: DateTime<Utc>) -> (Link, String) {
        let nonce = Uuid::new_v4();
        let token = self.links.token(LinkKind::Invitation, public_id, nonce);
        let link = Link {
            public_id,
            nonce,
            sha256: links::hash(&token),
            expires_at: now + LIFETIME,
        };
        (link, token)
    }
}

/// The municipality meant: the own one, or the one chosen by its public id.
async fn chosen(scope: &mut Scope, typed: &str) -> Result<Option<Municipality>> {
    if scope.tenant().is_some() {
        return Ok(municipalities::own(scope).await?);
    }
    match Uuid::parse_str(typed) {
        Ok(id) => Ok(municipalities::find(scope, id).await?),
        Err(_) => Ok(None),
    }
}

/// An invitation as typed, looked up and complete.
struct Invited {
    emails: Vec<Email>,
    role: Role,
    municipality: Municipality,
    place: Option<i64>,
}

async fn parse<A: Inviting>(
    scope: &mut Scope,
    typed: &Invite,
    role: Option<Role>,
) -> Result<Invited> {
    let mut faults = Vec::new();
    let emails = invitation::addresses(&typed.emails)
        .map_err(|words| faults.push(FieldFault::new("email", words)));
    let role = role.filter(|role| A::invites(*role));
    if role.is_none() {
        faults.push(FieldFault::new("role", "Выберите роль"));
    }
    let municipality = chosen(scope, &typed.municipality).await?;
    if municipality.is_none() {
        faults.push(FieldFault::new("municipality", "Выберите муниципалитет"));
    }
    // A municipal coordinator has no organisation; an expert may be given its place of work.
    let wanted = role != Some(Role::Municipal) && !typed.organisation.is_empty();
    let place = match (&municipality, Uuid::parse_str(&typed.organisation)) {
        (Some(municipality), Ok(id)) if wanted => organisations::find(scope, id)
            .await?
            .filter(|found| found.tenant.0 == municipality.id),
        _ => None,
    };
    if place.is_none() && (wanted || role == Some(Role::School)) {
        faults.push(FieldFault::new("organisation", "Выберите организацию"));
    }
    match (emails, role, municipality) {
        (Ok(emails), Some(role), Some(municipality)) if faults.is_empty() => Ok(Invited {
            emails,
            role,
            municipality,
            place: place.map(|place| place.id),
        }),
        _ => Err(Error::Invalid(faults)),
    }
}

fn still_open(row: &Invitation, version: i32) -> Result<()> {
    closed(row.state)?;
    if row.version != version {
        return Err(Error::Stale);
    }
    Ok(())
}

/// Refuses what waits for nobody any more.
fn closed(state: State) -> Result<()> {
    if state.is_open() {
        return Ok(());
    }
    Err(Error::Illegal(format!(
        "Приглашение уже {}: пригласите заново.",
        state.name()
    )))
}
