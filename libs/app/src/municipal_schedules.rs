//! The municipality's schedule of a period (R-SCH-5): made by the system, signed and attached by
//! its coordinator. A change of a row makes it preliminary again, which the database sees to.

use db::{
    Permit, Tx, events, jobs, municipal_schedules, municipalities, periods,
    printouts::{self, Request},
    schedule,
};
use domain::{act::acts, actor::Actor, audit::Deed, reference::Category, value::Phone};
use uuid::Uuid;

pub use db::{
    municipal_schedules::{MunicipalSchedule, Scan, Signed},
    schedule::{Entry, EntryExpert},
};

use crate::{
    App, Error, Result,
    files::{Opened, Received},
    periods::Period,
    publications,
};

/// A municipality's schedule with its period.
#[derive(Clone, Debug)]
pub struct OfPeriod {
    /// The period.
    pub period: Period,
    /// The schedule.
    pub schedule: MunicipalSchedule,
}

/// The columns of the schedule, as workbook and paper have them.
pub const COLUMNS: [&str; 10] = [
    "№ п/п",
    "ФИО",
    "Должность",
    "Организация",
    "Имеющаяся категория",
    "Заявленная категория",
    "Форма",
    "Период",
    "Специалист 1",
    "Специалист 2",
];

/// The cells of the `n`th row, one a column; experts as «Петрова Анна, методист,
/// Центр образования, тел. +7 (913) 821-00-00».
#[must_use]
pub fn cells(n: usize, entry: &Entry, period: &str) -> [String; COLUMNS.len()] {
    let category = |category: Option<Category>| category.map_or("", Category::name).to_owned();
    let expert = |place: usize| entry.experts.get(place).map(described).unwrap_or_default();
    [
        n.to_string(),
        entry.full_name.clone(),
        entry.position.clone(),
        entry.organisation.clone(),
        category(entry.held),
        category(entry.category),
        entry.form.map_or("", |form| form.name()).to_owned(),
        period.to_owned(),
        expert(0),
        expert(1),
    ]
}

/// What tells rows that were shown from rows that changed since.
///
/// # Errors
/// If a row cannot be written down.
fn digest(entries: &[Entry]) -> Result<String> {
    publications::schedule::of_rows(entries)
}

fn described(expert: &EntryExpert) -> String {
    let phone = match expert.phone.as_str() {
        "" => String::new(),
        kept => format!("тел. {}", Phone::spell(kept)),
    };
    let parts = [&expert.name, &expert.position, &expert.organisation, &phone];
    parts
        .into_iter()
        .filter(|part| !part.is_empty())
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(", ")
}

/// The rows of the own municipality in a period; none are no schedule.
async fn own_rows(tx: &mut Tx<acts::MakeSchedule>, period: Uuid) -> Result<(Period, Vec<Entry>)> {
    let tenant = tx.tenant().ok_or(Error::Forbidden)?;
    let period = periods::find(tx, period).await?.ok_or(Error::NotFound)?;
    let entries = schedule::entries(tx, tenant, period.id, false).await?;
    if entries.is_empty() {
        return Err(Error::NotFound);
    }
    Ok((period, entries))
}

impl App {
    /// The own municipality's schedules, of every period it has rows in, the latest first.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn municipal_schedules(&self, actor: &Actor) -> Result<Vec<OfPeriod>> {
        let mut tx = self.db.enter::<acts::MakeSchedule>(actor).await?;
        let tenant = tx.tenant().ok_or(Error::Forbidden)?;
        let schedules = municipal_schedules::of_tenant(&mut tx, tenant).await?;
        let periods = periods::all(&mut tx).await?;
        let mut schedules: Vec<Option<MunicipalSchedule>> =
            schedules.into_iter().map(Some).collect();
        let of = |period: Period| {
            let schedule = schedules
                .iter_mut()
                .find(|schedule| schedule.as_ref().is_some_and(|s| s.period == period.id))?
                .take()?;
            Some(OfPeriod { period, schedule })
        };
        Ok(periods.into_iter().filter_map(of).collect())
    }

    /// The [`digest`] of the own municipality's schedule of a period as it stands: what the form
    /// that brings its scan is about.
    ///
    /// # Errors
    /// [`Error::NotFound`] as well for a period the municipality has no rows in,
    /// [`Error::Forbidden`].
    pub async fn shown_schedule(&self, actor: &Actor, period: Uuid) -> Result<String> {
        let mut tx = self.db.enter::<acts::MakeSchedule>(actor).await?;
        let (_, entries) = own_rows(&mut tx, period).await?;
        digest(&entries)
    }

    /// The rows of the own municipality's schedule of a period, with the period. Taking them away
    /// stays in the audit (SEC-82).
    ///
    /// # Errors
    /// [`Error::NotFound`] as well for a period the municipality has no rows in,
    /// [`Error::Forbidden`].
    pub async fn export_municipal_schedule(
        &self,
        actor: &Actor,
        period: Uuid,
    ) -> Result<(Period, Vec<Entry>)> {
        let mut tx = self.db.enter::<acts::MakeSchedule>(actor).await?;
        let (period, entries) = own_rows(&mut tx, period).await?;
        let id = Some(i64::from(period.id));
        events::audit_deed(&mut tx, Deed::ExportSchedule, id).await?;
        tx.commit().await?;
        Ok((period, entries))
    }

    /// Has the own municipality's schedule of a period printed, to be signed: the printout's id.
    ///
    /// # Errors
    /// As [`App::export_municipal_schedule`].
    pub async fn print_schedule(&self, actor: &Actor, period: Uuid) -> Result<Uuid> {
        let mut tx = self.db.enter::<acts::MakeSchedule>(actor).await?;
        let (period, _) = own_rows(&mut tx, period).await?;
        let request = Request::Schedule { period: period.id };
        let id = printouts::ask(&mut tx, &request).await?;
        events::audit(&mut tx, Some(i64::from(period.id))).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Attaches the signed scan of the own municipality's schedule of a period: it is agreed until
    /// a row of it changes. `version` is the schedule's, 0 before the first scan, `rows` the
    /// [`digest`] of its rows as they were shown. If this fails, the caller discards the file.
    ///
    /// # Errors
    /// [`Error::NotFound`] as well for a period the municipality has no rows in,
    /// [`Error::Forbidden`], [`Error::Stale`]; [`Error::Invalid`] for `scan`.
    pub async fn attach_signed_schedule(
        &self,
        actor: &Actor,
        period: Uuid,
        version: i32,
        rows: &str,
        scan: &Received,
    ) -> Result<()> {
        if !matches!(
            scan.content_type,
            "application/pdf" | "image/jpeg" | "image/png"
        ) {
            return Err(Error::field("scan", "Скан – это файл PDF, JPG или PNG"));
        }
        let mut tx = self.db.enter::<acts::MakeSchedule>(actor).await?;
        let own = municipalities::own(&mut tx)
            .await?
            .ok_or(Error::Forbidden)?;
        let permit = tx.may(own).await?;
        let period = periods::find(&mut tx, period)
            .await?
            .ok_or(Error::NotFound)?;
        let tenant = tx.tenant().ok_or(Error::Forbidden)?;
        // Held until the end: a row changed meanwhile waits, and makes the schedule preliminary.
        municipal_schedules::hold(&mut tx, &permit, period.id).await?;
        let entries = schedule::entries(&mut tx, tenant, period.id, false).await?;
        if entries.is_empty() {
            return Err(Error::NotFound);
        }
        if digest(&entries)? != rows {
            return Err(Error::Stale);
        }
        let new = municipal_schedules::NewScan {
            s3_key: &scan.key,
            file_name: &scan.name,
            content_type: scan.content_type,
            size: scan.size,
            sha256: &scan.sha256,
        };
        let (id, replaced) =
            municipal_schedules::attach(&mut tx, &permit, period.id, version, new).await?;
        jobs::queue_schedule_scan(&mut tx, &permit, id).await?;
        events::audit(&mut tx, Some(id)).await?;
        tx.commit().await?;
        if let Some(key) = replaced
            && let Err(error) = self.store.delete(&key).await
        {
            tracing::warn!(%error, "an unnamed object stays in the store");
        }
        Ok(())
    }

    /// Opens a signed scan for whoever reads the municipality's schedule; the opening stays in the
    /// audit.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`]; [`Error::Illegal`] while it waits to be looked
    /// through, or if a virus was found; [`Error::Unavailable`] if the store does not have its bytes.
    pub async fn open_signed_schedule(
        &self,
        actor: &Actor,
        scan: Uuid,
    ) -> Result<(String, Opened)> {
        // The store is asked between two transactions: a slow one holds no connection.
        let (_, found) = self.signed(actor, scan).await?;
        let object = self
            .served(found.served_key.as_deref(), found.state)
            .await?;
        let (mut tx, found) = self.signed(actor, scan).await?;
        events::audit(&mut tx, Some(found.id)).await?;
        tx.commit().await?;
        let found = found.into_row();
        Ok((
            found.file_name,
            Opened {
                content_type: found.content_type,
                size: object.size,
                body: object.body,
            },
        ))
    }

    async fn signed(
        &self,
        actor: &Actor,
        scan: Uuid,
    ) -> Result<(Tx<acts::ReadSchedule>, Permit<acts::ReadSchedule, Scan>)> {
        let mut tx = self.db.enter::<acts::ReadSchedule>(actor).await?;
        let scan = municipal_schedules::scan(&mut tx, scan)
            .await?
            .ok_or(Error::NotFound)?;
        let permit = tx.may(scan).await?;
        Ok((tx, permit))
    }
}
