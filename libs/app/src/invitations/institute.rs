//! Inviting into the institute: an administrator invites operators and administrators by e-mail,
//! as people are invited into a municipality (R-ACC-3, R-ACC-4).

use db::{events, invitations::institute, scope::Permit, scope::Tx};
use domain::{act::acts, actor::Actor, invitation, role::Role, value::Email};
use uuid::Uuid;

pub use db::invitations::institute::Invitation;

use super::{Invite, closed};
use crate::{App, Error, FieldFault, Result};

impl App {
    /// The newest invitations into the institute.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn institute_invitations(&self, actor: &Actor) -> Result<Vec<Invitation>> {
        let mut tx = self.db.enter::<acts::InviteOperator>(actor).await?;
        Ok(institute::list(&mut tx).await?)
    }

    /// Invites everybody whose address was typed into the institute; returns how many. An address
    /// already invited to the same gets a new link, the old one dies.
    ///
    /// # Errors
    /// [`Error::Invalid`] with all faults; [`Error::Forbidden`].
    pub async fn invite_into_institute(&self, actor: &Actor, typed: &Invite) -> Result<usize> {
        let mut tx = self.db.enter::<acts::InviteOperator>(actor).await?;
        let (emails, role) = parse(typed)?;
        let permit = institute::may(&mut tx, role, None).await?;
        for email in &emails {
            let id = self.invite_member(&mut tx, &permit, email).await?;
            events::audit(&mut tx, Some(id)).await?;
        }
        tx.commit().await?;
        Ok(emails.len())
    }

    async fn invite_member(
        &self,
        tx: &mut Tx<acts::InviteOperator>,
        permit: &Permit<acts::InviteOperator, Role>,
        email: &Email,
    ) -> Result<i64> {
        let id = match institute::open(tx, permit, email).await? {
            Some((id, public_id)) => {
                let (link, _) = self.link(public_id, tx.now());
                institute::renew(tx, permit, id, &link).await?;
                id
            }
            None => {
                let (link, _) = self.link(Uuid::now_v7(), tx.now());
                institute::add(tx, permit, email, &link).await?
            }
        };
        institute::queue_letter(tx, permit, id).await?;
        Ok(id)
    }

    /// Sends an invitation into the institute again: with a new link, the old one dies.
    ///
    /// # Errors
    /// As [`App::resend_invitation`].
    pub async fn resend_into_institute(&self, actor: &Actor, id: Uuid, version: i32) -> Result<()> {
        let (mut tx, permit) = self.invited(actor, id, version).await?;
        let (link, _) = self.link(permit.public_id, tx.now());
        institute::renew(&mut tx, &permit, permit.id, &link).await?;
        institute::queue_letter(&mut tx, &permit, permit.id).await?;
        events::audit(&mut tx, Some(permit.id)).await?;
        Ok(tx.commit().await?)
    }

    /// Takes an invitation into the institute back: its link dies.
    ///
    /// # Errors
    /// As [`App::resend_invitation`].
    pub async fn revoke_into_institute(&self, actor: &Actor, id: Uuid, version: i32) -> Result<()> {
        let (mut tx, permit) = self.invited(actor, id, version).await?;
        institute::revoke(&mut tx, &permit).await?;
        events::audit(&mut tx, Some(permit.id)).await?;
        Ok(tx.commit().await?)
    }

    /// An invitation that still waits, locked and permitted.
    async fn invited(
        &self,
        actor: &Actor,
        id: Uuid,
        version: i32,
    ) -> Result<(
        Tx<acts::InviteOperator>,
        Permit<acts::InviteOperator, Invitation>,
    )> {
        let mut tx = self.db.enter::<acts::InviteOperator>(actor).await?;
        let row = institute::lock(&mut tx, id).await?.ok_or(Error::NotFound)?;
        closed(row.state)?;
        if row.version != version {
            return Err(Error::Stale);
        }
        let object = Some(row.id);
        let permit = institute::may(&mut tx, row, object).await?;
        Ok((tx, permit))
    }
}

fn parse(typed: &Invite) -> Result<(Vec<Email>, Role)> {
    let emails = invitation::addresses(&typed.emails);
    let role = Role::from_code(&typed.role).filter(|role| role.is_institute());
    match (emails, role) {
        (Ok(emails), Some(role)) => Ok((emails, role)),
        (emails, role) => {
            let emails = emails.err().map(|words| FieldFault::new("email", words));
            let role = role
                .is_none()
                .then(|| FieldFault::new("role", "Выберите роль"));
            Err(Error::Invalid(emails.into_iter().chain(role).collect()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r_acc_3_only_the_institutes_roles_are_invited_into_it() {
        let typed = |emails: &str, role: &str| {
            let typed = Invite {
                emails: emails.into(),
                role: role.into(),
                ..Invite::default()
            };
            match parse(&typed) {
                Ok((emails, role)) => format!("{} {}", emails.len(), role.code()),
                Err(Error::Invalid(faults)) => faults
                    .iter()
                    .map(|fault| fault.field.as_ref())
                    .collect::<Vec<_>>()
                    .join(" "),
                Err(_) => "?".into(),
            }
        };
        assert_eq!(typed("a@mail.ru, b@mail.ru", "operator"), "2 operator");
        assert_eq!(typed("a@mail.ru", "admin"), "1 admin");
        assert_eq!(typed("a@mail.ru", "municipal"), "role");
        assert_eq!(typed("", ""), "email role");
    }
}
