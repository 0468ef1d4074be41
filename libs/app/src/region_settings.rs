//! «Настройки» of the region: one form, changed by administrators and told in the audit, each
//! setting by itself (SEC-82). What is changed is in force for the next request; the time zone,
//! which processes hold, within seconds.

use std::{collections::HashMap, sync::Arc};

use db::{
    events,
    region_changes::{self, Changed, SETTINGS},
    region_settings,
};
use domain::{act::acts, actor::Actor, audit::Deed, calendar::Zone, setting::Setting};
use serde_json::json;

pub use db::region_changes::Change;

use crate::{App, Error, FieldFault, Result};

/// The settings as their form shows them.
#[derive(Clone, Debug)]
pub struct RegionSettings {
    /// The value of each.
    pub values: HashMap<Setting, String>,
    /// The version of the whole.
    pub version: i32,
    /// What was changed last, newest first.
    pub changes: Vec<Change>,
}

impl App {
    /// The region's settings.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn region_settings(&self, actor: &Actor) -> Result<RegionSettings> {
        let mut tx = self.db.enter::<acts::ManageReference>(actor).await?;
        Ok(RegionSettings {
            values: values(&mut tx).await?,
            version: region_changes::version(&mut tx, SETTINGS, None).await?,
            changes: region_changes::last(&mut tx, SETTINGS).await?,
        })
    }

    /// Changes what differs from what is kept; returns how many settings that were. `typed` has
    /// every setting by its key, `seen` is the version the form was shown with.
    ///
    /// # Errors
    /// [`Error::Invalid`] with all faults, [`Error::Stale`] if somebody was quicker,
    /// [`Error::Forbidden`].
    pub async fn save_region_settings(
        &self,
        actor: &Actor,
        seen: i32,
        typed: &HashMap<String, String>,
    ) -> Result<usize> {
        let mut tx = self.db.enter::<acts::ManageReference>(actor).await?;
        let parsed = parse(typed)?;
        region_changes::hold(&mut tx).await?;
        if region_changes::version(&mut tx, SETTINGS, None).await? != seen {
            return Err(Error::Stale);
        }
        let former = values(&mut tx).await?;
        let changed: Vec<_> = parsed
            .into_iter()
            .filter(|(setting, value)| former.get(setting) != Some(value))
            .collect();
        for (setting, value) in &changed {
            region_settings::set(&mut tx, *setting, value).await?;
            let (was, is) = (former.get(setting).map(|was| json!(was)), json!(value));
            let change = Changed {
                list: SETTINGS,
                key: setting.code(),
                former: was.as_ref(),
                present: &is,
            };
            let id = region_changes::note(&mut tx, change).await?;
            events::audit_deed(&mut tx, Deed::ChangeSetting, Some(id)).await?;
        }
        tx.commit().await?;
        self.reload_zone().await;
        Ok(changed.len())
    }

    /// Looks at the region's time zone again. Called every few seconds in each process: days are
    /// counted by it in the next request.
    pub async fn reload_zone(&self) {
        match self.db.region_setting(Setting::TimeZone.code()).await {
            Ok(name) => match Zone::from_name(&name) {
                Some(zone) if zone != self.zone() => {
                    tracing::info!(zone = name, "the region's time zone is another");
                    self.zone.store(Arc::new(zone));
                }
                // Never set, or the one in force.
                Some(_) | None => {}
            },
            Err(error) => tracing::warn!(%error, "the region's time zone was not read"),
        }
    }
}

async fn values(scope: &mut db::Scope) -> Result<HashMap<Setting, String>> {
    let mut kept = region_settings::all(scope).await?;
    let value = |setting: &Setting| {
        let said = kept.remove(setting.code());
        (*setting, said.unwrap_or_else(|| setting.usual().to_owned()))
    };
    Ok(Setting::ALL.iter().map(value).collect())
}

fn parse(typed: &HashMap<String, String>) -> Result<Vec<(Setting, String)>> {
    let mut faults = Vec::new();
    let mut parsed = Vec::new();
    for setting in Setting::ALL {
        let said = typed.get(setting.code()).map_or("", String::as_str);
        match setting.parse(said) {
            Ok(value) => parsed.push((*setting, value)),
            Err(words) => faults.push(FieldFault::new(setting.code(), words)),
        }
    }
    match faults.is_empty() {
        true => Ok(parsed),
        false => Err(Error::Invalid(faults)),
    }
}
