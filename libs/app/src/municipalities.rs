//! The life of a municipality as the administrator leads it, in the console or by `ctl`:
//! adding it with its first coordinator's invitation, changing it, closing its cabinets for a
//! while. No applications and no documents; of its people only how many coordinate.

use db::{
    Scope, events,
    invitations::{self, Invitation},
    municipalities::registry::{self, Details},
    printouts::{self, Request},
};
use domain::{
    act::acts,
    actor::{Actor, TenantId},
    audit::Deed,
    municipality::{Slug, Status, is_tombstone},
    role::Role,
    value::{Email, Fault, Line},
};
use serde::Deserialize;
use uuid::Uuid;

pub use db::{
    municipalities::registry::{Entry, Which},
    scope::By,
};

use crate::{App, Error, FieldFault, Listing, Result};

/// A municipality as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    /// Название.
    pub name: String,
    /// Краткое имя в адресе; made from the name if it is empty.
    pub slug: String,
    /// Вид.
    pub kind: String,
    /// Контакты для публикации.
    pub contacts: String,
    /// E-mail of the first coordinator, who is invited if it is there.
    pub email: String,
}

/// A municipality with the invitations of its coordinators.
#[derive(Clone, Debug)]
pub struct View {
    /// The municipality.
    pub municipality: Entry,
    /// The invitations, newest first.
    pub invitations: Vec<Invitation>,
}

/// A municipality that was added or found.
#[derive(Clone, Debug)]
pub struct Added {
    /// Its id in addresses.
    pub public_id: Uuid,
    /// The path of its coordinator's invitation, if one was invited. The letter goes, too.
    pub link: Option<String>,
}

impl App {
    /// A page of the municipalities whose name has `search` in it.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn municipality_list(
        &self,
        by: By<'_>,
        search: &str,
        after: Option<Uuid>,
    ) -> Result<Listing<Entry>> {
        let mut tx = self.db.enter_by::<acts::ManageMunicipality>(by).await?;
        let search: String = search.trim().chars().filter(|c| *c != '\0').collect();
        let rows = registry::page(&mut tx, &search, after).await?;
        Ok(Listing::cut(rows, registry::PAGE, |row| row.public_id))
    }

    /// One municipality, with the invitations of its coordinators.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`].
    pub async fn municipality_view(&self, actor: &Actor, id: Uuid) -> Result<View> {
        let mut tx = self.db.enter::<acts::ManageMunicipality>(actor).await?;
        let municipality = found(&mut tx, Which::Id(id)).await?;
        let of = Some(TenantId(municipality.id));
        let mut invitations = invitations::page(&mut tx, true, of, None).await?;
        invitations.truncate(invitations::PAGE);
        Ok(View {
            municipality,
            invitations,
        })
    }

    /// The municipality of a slug, whatever its state, as its keeper sees it.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`].
    pub async fn municipality_entry(&self, by: By<'_>, which: Which<'_>) -> Result<Entry> {
        let mut tx = self.db.enter_by::<acts::ManageMunicipality>(by).await?;
        found(&mut tx, which).await
    }

    /// Has the act of a removed municipality's destroyed data printed (SEC-106): the printout's id.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`]; [`Error::Illegal`] for one that is not removed.
    pub async fn print_destruction(&self, actor: &Actor, id: Uuid) -> Result<Uuid> {
        let mut tx = self.db.enter::<acts::ManageMunicipality>(actor).await?;
        let row = found(&mut tx, Which::Id(id)).await?;
        if row.status != Status::Removed {
            return Err(Error::Illegal(
                "Акт составляется после удаления муниципалитета.".to_owned(),
            ));
        }
        let request = Request::Destruction { municipality: id };
        let printout = printouts::ask(&mut tx, &request).await?;
        events::audit_deed(&mut tx, Deed::PrintDestruction, Some(row.id.into())).await?;
        tx.commit().await?;
        Ok(printout)
    }

    /// Adds a municipality and invites its first coordinator, in one transaction. The host may
    /// name one that is there: then it only invites.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Invalid`] with all faults, a taken name or slug included.
    pub async fn add_municipality(&self, by: By<'_>, typed: &Typed) -> Result<Added> {
        let mut tx = self.db.enter_by::<acts::ManageMunicipality>(by).await?;
        let known = match by {
            By::Host => db::municipalities::by_slug(&mut tx, typed.slug.trim()).await?,
            By::Person(_) => None,
        };
        let email = match typed.email.trim() {
            "" => Ok(None),
            email => Email::parse(email).map(Some),
        };
        let fresh = known.is_none();
        let municipality = match known {
            Some(municipality) => municipality,
            None => {
                let details = parse(&mut tx, typed, None, email.as_ref().err()).await?;
                registry::add(&mut tx, &details).await.map_err(taken)?
            }
        };
        let email = email.map_err(|fault| Error::field("email", fault.to_string()))?;
        let public_id = municipality.public_id;
        let id = i64::from(municipality.id);
        let permit = tx.may(municipality).await?;
        if fresh {
            events::audit_deed(&mut tx, Deed::AddMunicipality, Some(id)).await?;
        }
        let link = match email {
            Some(email) => {
                let sent = self
                    .invite_one(&mut tx, &permit, &email, Role::Municipal, None)
                    .await?;
                events::audit_deed(&mut tx, Deed::InviteFirst, Some(sent.id)).await?;
                Some(sent.path)
            }
            None => None,
        };
        tx.commit().await?;
        Ok(Added { public_id, link })
    }

    /// Changes name, slug, kind and contacts. Another slug ends the old addresses at once.
    ///
    /// # Errors
    /// As [`App::add_municipality`]; [`Error::NotFound`], [`Error::Stale`] by `version`,
    /// [`Error::Illegal`] for one that is removed.
    pub async fn change_municipality(
        &self,
        by: By<'_>,
        id: Uuid,
        version: i32,
        typed: &Typed,
    ) -> Result<()> {
        let mut tx = self.db.enter_by::<acts::ManageMunicipality>(by).await?;
        let entry = found(&mut tx, Which::Id(id)).await?;
        seen(&entry, version)?;
        let details = parse(&mut tx, typed, Some(entry.id), None).await?;
        let permit = tx.may(entry).await?;
        let changed = registry::change(&mut tx, &permit, &details).await;
        changed.map_err(taken)?;
        events::audit_deed(
            &mut tx,
            Deed::ChangeMunicipality,
            Some(i64::from(permit.id)),
        )
        .await?;
        Ok(tx.commit().await?)
    }

    /// Closes the cabinets of a municipality until it is resumed. Nothing else changes: terms
    /// run on, operators act on its applications, what is queued is sent.
    ///
    /// # Errors
    /// As [`App::change_municipality`]; [`Error::Illegal`] if it is not active.
    pub async fn suspend_municipality(&self, by: By<'_>, id: Uuid, version: i32) -> Result<()> {
        self.move_municipality(by, id, version, (Status::Active, Status::Suspended))
            .await
    }

    /// Opens the cabinets of a suspended municipality again.
    ///
    /// # Errors
    /// As [`App::change_municipality`]; [`Error::Illegal`] if it is not suspended.
    pub async fn resume_municipality(&self, by: By<'_>, id: Uuid, version: i32) -> Result<()> {
        self.move_municipality(by, id, version, (Status::Suspended, Status::Active))
            .await
    }

    async fn move_municipality(
        &self,
        by: By<'_>,
        id: Uuid,
        version: i32,
        (from, to): (Status, Status),
    ) -> Result<()> {
        let mut tx = self.db.enter_by::<acts::ManageMunicipality>(by).await?;
        let entry = found(&mut tx, Which::Id(id)).await?;
        if entry.status != from {
            return Err(Error::Illegal(format!(
                "Состояние муниципалитета «{}» уже другое: {}.",
                entry.name,
                entry.status.name()
            )));
        }
        seen(&entry, version)?;
        let permit = tx.may(entry).await?;
        registry::set_status(&mut tx, &permit, to).await?;
        let deed = match to {
            Status::Active => Deed::ResumeMunicipality,
            Status::Suspended | Status::Removed => Deed::SuspendMunicipality,
        };
        events::audit_deed(&mut tx, deed, Some(i64::from(permit.id))).await?;
        Ok(tx.commit().await?)
    }
}

async fn found(scope: &mut Scope, which: Which<'_>) -> Result<Entry> {
    registry::one(scope, which).await?.ok_or(Error::NotFound)
}

/// Whether it is as it was shown, and not removed.
fn seen(entry: &Entry, version: i32) -> Result<()> {
    if entry.status == Status::Removed {
        return Err(Error::Illegal("Муниципалитет удалён.".to_owned()));
    }
    if entry.version != version {
        return Err(Error::Stale);
    }
    Ok(())
}

const SLUG_TAKEN: &str = "Этот адрес занят другим муниципалитетом";
const NAME_TAKEN: &str = "Муниципалитет с таким названием уже есть";

/// Reads what was typed; all faults at once. `but` is the one being changed.
async fn parse(
    scope: &mut Scope,
    typed: &Typed,
    but: Option<i32>,
    email: Option<&Fault>,
) -> Result<Details> {
    let mut faults = Vec::new();
    let mut fault = |field, words: &str| faults.push(FieldFault::new(field, words));
    let name = Line::parse(&typed.name, 200);
    let slug = match (typed.slug.trim(), &name) {
        ("", Ok(name)) => Slug::proposed(name.as_str()).ok_or(Fault::Slug),
        // The fault of the name is enough.
        ("", Err(_)) => Err(Fault::Empty),
        (slug, _) => Slug::parse(slug),
    };
    let kind = Line::parse_optional(&typed.kind, 100);
    let contacts = Line::parse_optional(&typed.contacts, 500);
    match &name {
        Ok(name) if is_tombstone(name.as_str()) => {
            fault(
                "name",
                "Так называется удалённый муниципалитет: дайте другое название",
            );
        }
        Ok(_) => {}
        Err(wrong) => fault("name", &wrong.to_string()),
    }
    match &slug {
        Err(wrong) if !(typed.slug.trim().is_empty() && name.is_err()) => {
            fault("slug", &wrong.to_string());
        }
        _ => {}
    }
    let (slug_taken, name_taken) = registry::taken(
        scope,
        slug.as_ref().map_or("", Slug::as_str),
        name.as_ref().map_or("", Line::as_str),
        but,
    )
    .await?;
    if slug_taken {
        fault("slug", SLUG_TAKEN);
    }
    if name_taken {
        fault("name", NAME_TAKEN);
    }
    for (field, wrong) in [
        ("kind", kind.as_ref().err()),
        ("contacts", contacts.as_ref().err()),
        ("email", email),
    ] {
        if let Some(wrong) = wrong {
            fault(field, &wrong.to_string());
        }
    }
    match (name, slug, kind, contacts) {
        (Ok(name), Ok(slug), Ok(kind), Ok(contacts)) if faults.is_empty() => Ok(Details {
            slug,
            name,
            kind: kind.map(|kind| kind.to_string()).unwrap_or_default(),
            contacts: contacts.map(|line| line.to_string()).unwrap_or_default(),
        }),
        _ => Err(Error::Invalid(faults)),
    }
}

/// Another took slug or name between the question and the answer.
fn taken(error: db::Error) -> Error {
    if error.is_constraint("municipality_slug_key") {
        Error::field("slug", SLUG_TAKEN)
    } else if error.is_constraint("municipality_name_key") {
        Error::field("name", NAME_TAKEN)
    } else {
        error.into()
    }
}
