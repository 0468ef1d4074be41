//! The worker's reading for printouts that are no list and no dossier: the annex of an order, a
//! person's consents, the act of destroyed data; and the templates all of them are printed by.

use db::{
    municipalities, region_settings,
    work::{consents, orders, removals, templates},
};
use domain::{
    actor::TenantId,
    reference::{Category, Decision},
    template::{Fault, TemplateKind},
};
use uuid::Uuid;

use super::making::Attempt;
use crate::{App, Error, Result};

pub use db::work::{consents::Given, orders::Order, removals::Removed, templates::Template};

/// Somebody an order decided about.
#[derive(Clone, Debug)]
pub struct Annexed {
    /// Where.
    pub municipality: String,
    /// Who, and what was decided.
    pub decided: orders::Decided,
}

impl Annexed {
    /// What the annex groups by: categories in their order, what was granted before what was not.
    #[must_use]
    pub fn group(&self) -> (Decision, Category) {
        (self.decided.decision, self.decided.category)
    }
}

impl App {
    /// The template of a kind of paper that is in force.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn template_in_force(&self, kind: TemplateKind) -> Result<Template> {
        let mut tx = self.db.enter_worker(None).await?;
        let now = tx.now();
        Ok(templates::at(&mut tx, kind, now).await?)
    }

    /// Writes down the templates this release is built with, for the administrator to begin from.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn declare_templates(
        &self,
        source: impl Fn(TemplateKind) -> &'static str,
    ) -> Result<()> {
        let mut tx = self.db.enter_worker(None).await?;
        for kind in TemplateKind::ALL {
            templates::declare(&mut tx, kind, source(kind)).await?;
        }
        Ok(tx.commit().await?)
    }

    /// A version of a template to be tried, with to whom its sample is addressed.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown one.
    pub async fn template_to_try(
        &self,
        kind: TemplateKind,
        version: i32,
    ) -> Result<(Template, Vec<String>)> {
        let mut tx = self.db.enter_worker(None).await?;
        let template = templates::find(&mut tx, kind, version)
            .await?
            .ok_or(Error::NotFound)?;
        let letterhead = match &template.letterhead {
            Some(lines) => lines.clone(),
            None => db::reference::setting(&mut tx, "issuer").await?,
        };
        Ok((template, letterhead.lines().map(str::to_owned).collect()))
    }

    /// Keeps what trying a version came to: what is wrong with it, or nothing.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn template_tried(
        &self,
        kind: TemplateKind,
        version: i32,
        faults: &[Fault],
    ) -> Result<()> {
        let mut tx = self.db.enter_worker(None).await?;
        templates::tried(&mut tx, kind, version, faults).await?;
        Ok(tx.commit().await?)
    }

    /// An order with all it decided about, whatever municipality they are of.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown order.
    pub async fn annex_to_print(&self, order: Uuid) -> Result<(Order, Vec<Annexed>)> {
        let mut tx = self.db.enter_worker(None).await?;
        let order = orders::find(&mut tx, order).await?.ok_or(Error::NotFound)?;
        // One that was merged into another keeps what was decided.
        let places = municipalities::every(&mut tx).await?;
        drop(tx);
        let mut all = Vec::new();
        for place in places {
            let mut tx = self.db.enter_worker(Some(TenantId(place.id))).await?;
            let decided = orders::decided(&mut tx, order.id).await?;
            all.extend(decided.into_iter().map(|decided| Annexed {
                municipality: place.name.clone(),
                decided,
            }));
        }
        Ok((order, all))
    }

    /// What whoever asked is called, and what it has consented to.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn consent_to_print(&self, attempt: &Attempt) -> Result<(String, Vec<Given>)> {
        let mut tx = self.db.enter_worker(attempt.municipality).await?;
        let person = consents::person(&mut tx, attempt).await?;
        Ok((person, consents::given(&mut tx, attempt).await?))
    }

    /// What is told of a municipality that was removed, and who answers for the data.
    ///
    /// # Errors
    /// [`Error::NotFound`] for one that was not.
    pub async fn destruction_to_print(&self, municipality: Uuid) -> Result<(Removed, String)> {
        let mut tx = self.db.enter_worker(None).await?;
        let removed = removals::find(&mut tx, municipality)
            .await?
            .ok_or(Error::NotFound)?;
        let operator = region_settings::data_operator(&mut tx).await?;
        Ok((removed, operator))
    }
}
