//! «Сохранить вид»: the filters of a list kept under a name. What an address may ask for is the
//! page's knowledge: it gives a query made anew of what it understood.

use db::{events, saved_views};
use domain::{actor::Actor, audit::Deed, value::Line};
use uuid::Uuid;

use crate::{App, Error, Result};

pub use db::saved_views::{List, SavedView};

/// The longest name, in characters.
const NAME: usize = 60;

impl App {
    /// The views of a list kept in the actor's cabinet, by name.
    ///
    /// # Errors
    /// If the cabinet has ended.
    pub async fn saved_views(&self, actor: &Actor, list: List) -> Result<Vec<SavedView>> {
        let mut tx = self.db.enter_own(actor).await?;
        Ok(saved_views::all(&mut tx, list).await?)
    }

    /// Keeps a view of a list under a name of its own.
    ///
    /// # Errors
    /// [`Error::Invalid`] for `name`.
    pub async fn save_view(
        &self,
        actor: &Actor,
        list: List,
        name: &str,
        query: &str,
    ) -> Result<()> {
        let name =
            Line::parse(name, NAME).map_err(|fault| Error::field("name", fault.to_string()))?;
        let mut tx = self.db.enter_own(actor).await?;
        if saved_views::all(&mut tx, list).await?.len() >= saved_views::MOST {
            return Err(Error::field(
                "name",
                format!(
                    "Сохранено уже {} видов: удалите ненужный",
                    saved_views::MOST
                ),
            ));
        }
        saved_views::add(&mut tx, list, name.as_str(), query)
            .await
            .map_err(|error| match error {
                db::Error::Constraint(name) if name == "saved_view_named" => {
                    Error::field("name", "Вид с таким названием уже есть")
                }
                error => error.into(),
            })?;
        events::audit_own(&mut tx, Deed::SaveView).await?;
        Ok(tx.commit().await?)
    }

    /// Deletes a view of the actor's cabinet.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn delete_view(&self, actor: &Actor, id: Uuid) -> Result<()> {
        let mut tx = self.db.enter_own(actor).await?;
        if !saved_views::delete(&mut tx, id).await? {
            return Err(Error::NotFound);
        }
        events::audit_own(&mut tx, Deed::DeleteView).await?;
        Ok(tx.commit().await?)
    }
}
