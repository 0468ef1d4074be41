//! The results of an order as they are published: what it decided in each municipality, by period
//! (R-ORD-1).

use std::collections::BTreeMap;

use db::{
    events,
    publications::{
        ResultRow,
        results::{self, Results},
    },
};
use domain::{act::acts, actor::Actor, audit::Deed};

use super::{digest, names_teachers, teacher};
use crate::{App, Error, Result, orders::Order};

impl App {
    /// Publishes what an order decided, municipality by municipality, and anew what it superseded.
    /// Whoever decided is answered in any case; what is left unpublished is published when the
    /// order is recorded again.
    pub(crate) async fn publish_results(&self, actor: &Actor, order: &Order) {
        if let Err(error) = self.results_of(actor, order.id).await {
            tracing::error!(%error, order = order.id, "results are not published");
        }
    }

    async fn results_of(&self, actor: &Actor, order: i64) -> Result<()> {
        let mut tx = self.db.enter::<acts::ApprovePeriod>(actor).await?;
        let all = results::of_order(&mut tx, order).await?;
        drop(tx);
        // One municipality that fails keeps no other from being published.
        let mut failed = Ok(());
        for of in all {
            if let Err(error) = self.publish_in(actor, of).await {
                failed = Err(error);
            }
        }
        failed
    }

    async fn publish_in(&self, actor: &Actor, of: Results) -> Result<()> {
        let mut tx = self.db.enter::<acts::ApprovePeriod>(actor).await?;
        let permit = tx.may(of.municipality.clone()).await?;
        let tenant = tx.tenant().ok_or(Error::Forbidden)?;
        let named = names_teachers(&mut tx).await?;
        let published = results::published(&mut tx, permit.id, of.order).await?;
        let mut by_period: BTreeMap<Option<i32>, Vec<ResultRow>> = published
            .into_iter()
            .map(|period| (period, Vec::new()))
            .collect();
        for decision in results::holding(&mut tx, tenant, of.order).await? {
            by_period
                .entry(decision.period)
                .or_default()
                .push(ResultRow {
                    teacher: teacher(
                        named,
                        &decision.full_name,
                        &decision.position,
                        &decision.organisation,
                    ),
                    category: decision.category.name().to_owned(),
                    decision: decision.decision.outcome().to_owned(),
                });
        }
        for (period, rows) in by_period {
            let bytes =
                serde_json::to_vec(&rows).map_err(|error| Error::Internal(Box::new(error)))?;
            let sha256 = digest([bytes.as_slice()]);
            results::save(&mut tx, &permit, &of, period, &rows, &sha256).await?;
        }
        events::audit_deed(&mut tx, Deed::PublishResults, Some(of.order)).await?;
        Ok(tx.commit().await?)
    }
}
