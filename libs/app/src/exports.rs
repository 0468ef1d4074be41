//! Exports of municipalities (SEC-106): asked for in the console or by `ctl`, made by the
//! worker ([`making`]), taken out by `ctl` alone. The console shows how far one is and what is
//! in it, in numbers, and never a byte of it.

mod archive;
mod making;

use db::{events, exports};
use domain::{
    act::acts,
    actor::{Actor, TenantId},
    audit::Deed,
};
use futures::TryStreamExt as _;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

pub use db::exports::{Counts, Export, Place, State};

use crate::{App, Error, Result};

/// A municipality with its newest export.
#[derive(Clone, Debug)]
pub struct Exported {
    /// The municipality.
    pub place: Place,
    /// The newest export, if there ever was one.
    pub newest: Option<Export>,
}

impl App {
    /// A municipality and how far its export is, for an administrator.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a municipality that is not there or was removed.
    pub async fn municipality_export(&self, actor: &Actor, place: Uuid) -> Result<Exported> {
        let mut tx = self.db.enter::<acts::ManageMunicipality>(actor).await?;
        let place = exports::place(&mut tx, place)
            .await?
            .ok_or(Error::NotFound)?;
        let permit = tx.may(place).await?;
        let newest = exports::newest(&mut tx, TenantId(permit.id)).await?;
        Ok(Exported {
            place: permit.into_row(),
            newest,
        })
    }

    /// Asks the worker for an export of the municipality shown as `version`.
    ///
    /// # Errors
    /// [`Error::Stale`] when the municipality was changed since (suspended, say),
    /// [`Error::Illegal`] when an export is on its way.
    pub async fn start_export(&self, actor: &Actor, place: Uuid, version: i32) -> Result<()> {
        let mut tx = self.db.enter::<acts::ManageMunicipality>(actor).await?;
        let place = exports::place(&mut tx, place)
            .await?
            .ok_or(Error::NotFound)?;
        let id = i64::from(place.id);
        let permit = tx.may(place).await?;
        exports::start(&mut tx, &permit, version)
            .await
            .map_err(under_way)?;
        events::audit_deed(&mut tx, Deed::ExportMunicipality, Some(id)).await?;
        Ok(tx.commit().await?)
    }

    /// The export `ctl` takes out: the one of this id, else the newest that did not fail,
    /// else, or when a new one is wanted, one started now.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown slug or id.
    pub async fn export_for_ctl(
        &self,
        slug: &str,
        id: Option<Uuid>,
        anew: bool,
    ) -> Result<(Place, Export)> {
        let mut tx = self.db.enter_ctl().await?;
        let place = exports::place_by_slug(&mut tx, slug)
            .await?
            .ok_or(Error::NotFound)?;
        let tenant = TenantId(place.id);
        let known = match id {
            Some(id) => Some(
                exports::find(&mut tx, tenant, id)
                    .await?
                    .ok_or(Error::NotFound)?,
            ),
            None => exports::newest(&mut tx, tenant)
                .await?
                .filter(|newest| newest.state.is_live() || (!anew && newest.state == State::Done)),
        };
        let export = match known {
            Some(export) => export,
            None => {
                let id = exports::start_by_ctl(&mut tx, &place)
                    .await
                    .map_err(under_way)?;
                exports::find(&mut tx, tenant, id)
                    .await?
                    .ok_or(Error::NotFound)?
            }
        };
        tx.commit().await?;
        Ok((place, export))
    }

    /// How far an export is by now.
    ///
    /// # Errors
    /// [`Error::NotFound`] once its municipality is removed.
    pub async fn export_now(&self, place: &Place, id: Uuid) -> Result<Export> {
        let mut tx = self.db.enter_ctl().await?;
        exports::find(&mut tx, TenantId(place.id), id)
            .await?
            .ok_or(Error::NotFound)
    }

    /// Hands the file of an export that is done to `sink`, piece by piece, and compares its
    /// SHA-256 at the end.
    ///
    /// # Errors
    /// [`Error::Illegal`] when it is not there, not whole or not what was written.
    pub async fn take_out(
        &self,
        export: &Export,
        mut sink: impl FnMut(&[u8]) -> std::io::Result<()>,
    ) -> Result<()> {
        let (Some(key), Some(expected)) = (&export.s3_key, &export.sha256) else {
            return Err(Error::Illegal("Выгрузка ещё не готова".to_owned()));
        };
        let mut object = self.store.get(key).await?.ok_or_else(|| {
            Error::Illegal("Файла выгрузки нет в хранилище: закажите новую".to_owned())
        })?;
        let mut sha256 = Sha256::new();
        while let Some(chunk) = object.body.try_next().await? {
            sha256.update(&chunk);
            sink(&chunk).map_err(|error| Error::Internal(error.into()))?;
        }
        if sha256.finalize().as_slice() == expected.as_slice() {
            Ok(())
        } else {
            Err(Error::Illegal(
                "Файл выгрузки повреждён: SHA-256 не совпадает".to_owned(),
            ))
        }
    }
}

fn under_way(error: db::Error) -> Error {
    if error.is_constraint("municipality_export_live") {
        Error::Illegal("Выгрузка этого муниципалитета уже идёт".to_owned())
    } else {
        error.into()
    }
}
