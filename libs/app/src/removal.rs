//! Removing a municipality after its export (SEC-106), with the migrator's trust. Rows go in
//! one transaction; then objects, by their keys and by the municipality's prefix, because an
//! upload nobody named has no row. Sessions and counters are the caller's, who knows Redis.

use db::removal::{Kind, Leftover, Removal, Remover};
use uuid::Uuid;

use crate::{App, Error, Result};

/// Who left with a municipality: what sessions and counters are known by.
#[derive(Clone, Debug, Default)]
pub struct Gone {
    /// The tenant's number it had.
    pub municipality: i32,
    /// Accounts erased.
    pub accounts: Vec<i64>,
    /// Their logins.
    pub logins: Vec<String>,
}

/// A removal in hand.
pub struct Removing {
    remover: Remover,
    removal: Removal,
    batch: Vec<Leftover>,
}

impl App {
    /// Removes the municipality of this slug, exported as `export`, or takes up the removal
    /// of it that was interrupted.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown slug; [`Error::Illegal`] when it is not suspended, or
    /// the export is not one of it, not done, older than the suspension or than its rows.
    pub async fn remove_municipality(
        &self,
        migrator_url: &str,
        slug: &str,
        export: Uuid,
    ) -> Result<Removing> {
        let mut remover = Remover::connect(migrator_url).await?;
        if remover.find(export).await?.is_none() {
            let municipality = remover.municipality(slug).await?.ok_or(Error::NotFound)?;
            remover
                .remove(municipality, export, self.db.now())
                .await
                .map_err(refused)?;
        }
        let removal = remover.find(export).await?.ok_or(Error::NotFound)?;
        Ok(Removing {
            remover,
            removal,
            batch: Vec::new(),
        })
    }

    /// Deletes the next objects left; who left with them is told, for sessions and counters.
    /// Nobody once all is done. What is told is struck off by [`Removing::forgotten`] only.
    ///
    /// # Errors
    /// If a store does not answer: run it again.
    pub async fn remove_leftovers(&self, removing: &mut Removing) -> Result<Option<Gone>> {
        let municipality = removing.removal.municipality;
        removing.batch = removing.remover.leftovers(municipality).await?;
        if removing.batch.is_empty() {
            return Ok(None);
        }
        let mut gone = Gone {
            municipality,
            ..Gone::default()
        };
        for left in &removing.batch {
            match left.kind {
                Kind::Object => self.store.delete(&left.value).await?,
                Kind::Account => gone.accounts.extend(left.value.parse::<i64>()),
                Kind::Login => gone.logins.push(left.value.clone()),
            }
        }
        Ok(Some(gone))
    }

    /// Deletes what lies under the municipality's prefix and no row names; with `export` the
    /// file of its export, too.
    ///
    /// # Errors
    /// If a store does not answer: run it again.
    pub async fn sweep(&self, removing: &mut Removing, export: bool) -> Result<()> {
        let prefix = format!("t/{}/", removing.removal.municipality);
        let mut after = String::new();
        loop {
            let keys = self.store.keys(&prefix, &after).await?;
            let Some(last) = keys.last() else { break };
            after.clone_from(last);
            let named = removing.remover.named(&keys).await?;
            for key in keys.iter().filter(|key| !named.contains(key)) {
                self.store.delete(key).await?;
            }
        }
        if export && let Some(key) = &removing.removal.export_key {
            self.store.delete(key).await?;
            removing.remover.export_gone(&removing.removal).await?;
        }
        Ok(())
    }
}

impl Removing {
    /// The tenant's number the municipality had.
    #[must_use]
    pub const fn municipality(&self) -> i32 {
        self.removal.municipality
    }

    /// Strikes off what [`App::remove_leftovers`] told last: nothing of it is left.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn forgotten(&mut self) -> Result<()> {
        Ok(self.remover.gone(&self.batch).await?)
    }
}

fn refused(error: db::Error) -> Error {
    let db::Error::Constraint(name) = &error else {
        return error.into();
    };
    let words = match name.as_str() {
        "removal_suspended" => "Удаляется только приостановленный или объединённый муниципалитет",
        "removal_exporting" => "Выгрузка муниципалитета ещё идёт: дождитесь её",
        "removal_exported" => {
            "Нет такой готовой выгрузки этого муниципалитета, сделанной после приостановки"
        }
        "removal_unchanged" => "После выгрузки данные изменились: сделайте новую",
        _ => return error.into(),
    };
    Error::Illegal(words.to_owned())
}
