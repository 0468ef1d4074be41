//! What the lists of a profile offer: municipalities, organisations, posts. No personal data.

use db::{
    AuthTx, municipalities, places,
    reference::{self, Item},
};
use domain::{actor::TenantId, role::Role};
use uuid::Uuid;

use crate::{
    App, Result,
    profile::{Profile, Typed},
};

/// A row to choose: the value sent and the words shown.
pub type Choice = Item;

/// The lists of a profile, narrowed by what is chosen so far.
#[derive(Clone, Debug, Default)]
pub struct Lists {
    /// The active municipalities.
    pub municipalities: Vec<Choice>,
    /// The types of organisations.
    pub types: Vec<Choice>,
    /// The organisations of the municipality and the type chosen.
    pub organisations: Vec<Choice>,
    /// The posts: for a teacher those a person can be attested in.
    pub positions: Vec<Choice>,
}

impl App {
    /// The lists of a profile, narrowed by what is typed so far: nonsense narrows to nothing.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn profile_lists(&self, profile: &Profile, typed: &Typed) -> Result<Lists> {
        let mut tx = self.db.enter_auth().await?;
        let tenant = match &profile.cabinet {
            Some(cabinet) if !profile.movable || typed.municipality.is_empty() => cabinet.tenant,
            _ => tenant(&mut tx, &typed.municipality).await?,
        };
        let types = reference::organisation_types(&mut tx).await?;
        let kind = types
            .iter()
            .find(|kind| kind.code == typed.organisation_type);
        // Where the municipality is given, its organisations are few enough to show at once.
        let organisations = match (tenant, kind) {
            (Some(tenant), Some(kind)) => {
                places::organisations(&mut tx, tenant, Some(&kind.code)).await?
            }
            (Some(tenant), None) if profile.cabinet.is_some() => {
                places::organisations(&mut tx, tenant, None).await?
            }
            _ => Vec::new(),
        };
        Ok(Lists {
            municipalities: municipalities::active(&mut tx)
                .await?
                .into_iter()
                .map(|municipality| Item {
                    code: municipality.public_id.to_string(),
                    name: municipality.name,
                })
                .collect(),
            types,
            organisations: organisations
                .into_iter()
                .map(|place| Item {
                    code: place.public_id.to_string(),
                    name: place.name,
                })
                .collect(),
            positions: reference::positions(&mut tx, profile.role == Role::Teacher).await?,
        })
    }
}

/// The active municipality of an id as typed.
pub(crate) async fn tenant(tx: &mut AuthTx, public_id: &str) -> Result<Option<TenantId>> {
    let Ok(public_id) = Uuid::parse_str(public_id.trim()) else {
        return Ok(None);
    };
    Ok(municipalities::active(tx)
        .await?
        .into_iter()
        .find(|municipality| municipality.public_id == public_id)
        .map(|municipality| TenantId(municipality.id)))
}

/// Whether the municipality of an id as typed is suspended.
pub(crate) async fn suspended(tx: &mut AuthTx, public_id: &str) -> Result<bool> {
    let Ok(public_id) = Uuid::parse_str(public_id.trim()) else {
        return Ok(false);
    };
    Ok(municipalities::present(tx)
        .await?
        .into_iter()
        .any(|municipality| municipality.public_id == public_id && municipality.suspended))
}
