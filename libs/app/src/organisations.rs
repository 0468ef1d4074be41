//! Organisations: adding, renaming, classifying them (R-ORG-1).

use std::collections::HashMap;

use db::{
    Scope, events,
    municipalities::{self, Municipality},
    organisations, reference,
};
use domain::{
    act::{Act, acts},
    actor::{Actor, TenantId},
    reference::FounderKind,
    role::Role,
    value::Line,
};
use uuid::Uuid;

pub use db::{organisations::Organisation, reference::Item};

use crate::{App, Error, FieldFault, Listing, Result};

/// An organisation as typed.
#[derive(Clone, Debug, Default)]
pub struct NewOrganisation {
    /// The municipality's public id; a coordinator's is its own, whatever is typed.
    pub municipality: String,
    /// The name.
    pub name: String,
    /// The type's code.
    pub kind: String,
    /// The founder kind's code, where the actor may say it; empty leaves it to the type.
    pub founder: String,
}

/// A page of organisations.
#[derive(Clone, Debug)]
pub struct Organisations {
    /// The organisations.
    pub list: Listing<Organisation>,
    /// How many active teachers each has, by its number; unknown to administrators, who read no people.
    pub teachers: Option<HashMap<i64, i64>>,
}

/// The greatest length of an organisation's name.
const MAX_NAME: usize = 300;

const UNIQUE: &str = "organisation_tenant_id_name_key";

impl App {
    /// The organisations of the actor's municipality; for those without one, of `tenant` or of all.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn organisations(
        &self,
        actor: &Actor,
        tenant: Option<TenantId>,
        after: Option<Uuid>,
    ) -> Result<Organisations> {
        let mut tx = self.db.enter::<acts::AddOrganisation>(actor).await?;
        let tenant = tx.tenant().or(tenant);
        let rows = organisations::page(&mut tx, tenant, after).await?;
        let teachers = match actor.role {
            Role::Admin => None,
            _ => {
                let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
                Some(organisations::teachers(&mut tx, &ids).await?)
            }
        };
        Ok(Organisations {
            list: Listing::cut(rows, organisations::PAGE, |row| row.public_id),
            teachers,
        })
    }

    /// The types an organisation can have, and the municipalities it can be added to by those
    /// who have none of their own.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn organisation_choices(
        &self,
        actor: &Actor,
    ) -> Result<(Vec<Item>, Vec<Municipality>)> {
        let mut tx = self.db.enter::<acts::AddOrganisation>(actor).await?;
        let types = reference::organisation_types(&mut tx).await?;
        let municipalities = if tx.tenant().is_none() {
            municipalities::active(&mut tx).await?
        } else {
            Vec::new()
        };
        Ok((types, municipalities))
    }

    /// An organisation the actor may rename.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn organisation(&self, actor: &Actor, id: Uuid) -> Result<Organisation> {
        let mut tx = self.db.enter::<acts::AddOrganisation>(actor).await?;
        reachable(&mut tx, id).await
    }

    /// Adds an organisation.
    ///
    /// # Errors
    /// [`Error::Invalid`] with all faults.
    pub async fn add_organisation(&self, actor: &Actor, typed: &NewOrganisation) -> Result<()> {
        let mut tx = self.db.enter::<acts::AddOrganisation>(actor).await?;
        let mut faults = Vec::new();
        let municipality = match (tx.tenant(), Uuid::parse_str(&typed.municipality)) {
            (Some(_), _) => municipalities::own(&mut tx).await?,
            (None, Ok(id)) => municipalities::find(&mut tx, id).await?,
            (None, Err(_)) => None,
        };
        if municipality.is_none() {
            faults.push(FieldFault::new("municipality", "Выберите муниципалитет"));
        }
        let name = name(&typed.name, &mut faults);
        let kind = kind(&mut tx, &typed.kind, &mut faults).await?;
        let classifies = self.ever(actor.role, Act::ClassifyOrganisation);
        let founder = FounderKind::from_code(&typed.founder).filter(|_| classifies);
        let (Some(municipality), Some(name), Some(kind)) = (municipality, name, kind) else {
            return Err(Error::Invalid(faults));
        };
        let permit = tx.may(municipality).await?;
        let id = organisations::add(&mut tx, &permit, &name, &kind, founder)
            .await
            .map_err(taken)?;
        events::audit(&mut tx, Some(id)).await?;
        Ok(tx.commit().await?)
    }

    /// Gives an organisation another name.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Stale`] by `version`, [`Error::Invalid`].
    pub async fn rename_organisation(
        &self,
        actor: &Actor,
        id: Uuid,
        version: i32,
        typed: &str,
    ) -> Result<()> {
        let mut tx = self.db.enter::<acts::AddOrganisation>(actor).await?;
        let row = reachable(&mut tx, id).await?;
        let permit = tx.may(row).await?;
        let mut faults = Vec::new();
        let Some(name) = name(typed, &mut faults) else {
            return Err(Error::Invalid(faults));
        };
        if permit.version != version {
            return Err(Error::Stale);
        }
        organisations::rename(&mut tx, &permit, &name)
            .await
            .map_err(taken)?;
        events::audit(&mut tx, Some(permit.id)).await?;
        Ok(tx.commit().await?)
    }

    /// Sets an organisation's name, type and founder kind. What was submitted before keeps
    /// its route.
    ///
    /// # Errors
    /// As [`App::rename_organisation`].
    pub async fn classify_organisation(
        &self,
        actor: &Actor,
        id: Uuid,
        version: i32,
        typed: &NewOrganisation,
    ) -> Result<()> {
        let mut tx = self.db.enter::<acts::ClassifyOrganisation>(actor).await?;
        let row = reachable(&mut tx, id).await?;
        let permit = tx.may(row).await?;
        let mut faults = Vec::new();
        let name = name(&typed.name, &mut faults);
        // A type retired since may stay, but is not offered anew.
        let kind = if typed.kind == permit.kind {
            Some(permit.kind.clone())
        } else {
            kind(&mut tx, &typed.kind, &mut faults).await?
        };
        let founder = FounderKind::from_code(&typed.founder);
        if founder.is_none() {
            faults.push(FieldFault::new("founder", "Выберите учредителя"));
        }
        let (Some(name), Some(kind), Some(founder)) = (name, kind, founder) else {
            return Err(Error::Invalid(faults));
        };
        if permit.version != version {
            return Err(Error::Stale);
        }
        organisations::classify(&mut tx, &permit, &name, &kind, founder)
            .await
            .map_err(taken)?;
        events::audit(&mut tx, Some(permit.id)).await?;
        Ok(tx.commit().await?)
    }
}

/// The organisation, if it stands in the municipality of the scope: every role may read all,
/// but another municipality's is as good as none (02 §2).
pub(crate) async fn reachable(scope: &mut Scope, id: Uuid) -> Result<Organisation> {
    let own = scope.tenant();
    organisations::find(scope, id)
        .await?
        .filter(|row| own.is_none_or(|tenant| tenant == row.tenant))
        .ok_or(Error::NotFound)
}

/// The name as typed, or a fault of the field `name`.
pub(crate) fn name(typed: &str, faults: &mut Vec<FieldFault>) -> Option<Line> {
    Line::parse(typed, MAX_NAME)
        .map_err(|fault| faults.push(FieldFault::new("name", fault.to_string())))
        .ok()
}

/// The type chosen, if it is one, or a fault of the field `kind`.
pub(crate) async fn kind(
    scope: &mut Scope,
    typed: &str,
    faults: &mut Vec<FieldFault>,
) -> Result<Option<String>> {
    let types = reference::organisation_types(scope).await?;
    let kind = types.into_iter().find(|item| item.code == typed);
    if kind.is_none() {
        let words = "Выберите тип образовательной организации";
        faults.push(FieldFault::new("kind", words));
    }
    Ok(kind.map(|item| item.code))
}

/// A refused name, in words.
pub(crate) fn taken(error: db::Error) -> Error {
    if error.is_constraint(UNIQUE) {
        Error::field("name", "Организация с таким названием уже есть")
    } else {
        error.into()
    }
}
