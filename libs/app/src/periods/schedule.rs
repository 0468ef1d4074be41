//! The regional schedule of a period (R-SCH-5): the rows of every municipality, for the Centre to
//! take away and to print. What is published of it is [`crate::publications`]'.

use db::{
    events, municipalities, periods,
    printouts::{self, Request},
    schedule,
};
use domain::{
    act::acts,
    actor::{Actor, TenantId},
    audit::Deed,
};
use uuid::Uuid;

use super::Period;
use crate::{
    App, Error, Result,
    municipal_schedules::{self, Entry},
};

/// The columns of the regional schedule, as workbook and paper have them.
pub const COLUMNS: [&str; municipal_schedules::COLUMNS.len() + 1] = [
    "№ п/п",
    "ФИО",
    "Должность",
    "Организация",
    "Муниципалитет",
    "Имеющаяся категория",
    "Заявленная категория",
    "Форма",
    "Период",
    "Специалист 1",
    "Специалист 2",
];

/// The rows of one municipality.
#[derive(Clone, Debug)]
pub struct OfMunicipality {
    /// The municipality's name.
    pub municipality: String,
    /// Its rows, in the order of registration.
    pub entries: Vec<Entry>,
}

/// The cells of all rows, one a column, numbered through.
pub fn cells<'a>(
    all: &'a [OfMunicipality],
    period: &'a str,
) -> impl Iterator<Item = [String; COLUMNS.len()]> + 'a {
    let rows = all
        .iter()
        .flat_map(|of| of.entries.iter().map(|entry| (&of.municipality, entry)));
    (1..).zip(rows).map(|(n, (municipality, entry))| {
        let [n, name, position, organisation, rest @ ..] =
            municipal_schedules::cells(n, entry, period);
        let [held, category, form, period, one, other] = rest;
        [
            n,
            name,
            position,
            organisation,
            municipality.clone(),
            held,
            category,
            form,
            period,
            one,
            other,
        ]
    })
}

impl App {
    /// The schedule of a period in all municipalities, by name. Taking it away stays in the audit
    /// (SEC-82).
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn export_regional_schedule(
        &self,
        actor: &Actor,
        period: Uuid,
    ) -> Result<(Period, Vec<OfMunicipality>)> {
        let mut tx = self.db.enter::<acts::ApprovePeriod>(actor).await?;
        let period = periods::find(&mut tx, period)
            .await?
            .ok_or(Error::NotFound)?;
        let mut all = Vec::new();
        for municipality in municipalities::present(&mut tx).await? {
            let tenant = TenantId(municipality.id);
            all.push(OfMunicipality {
                entries: schedule::entries(&mut tx, tenant, period.id, false).await?,
                municipality: municipality.name,
            });
        }
        let id = Some(i64::from(period.id));
        events::audit_deed(&mut tx, Deed::ExportSchedule, id).await?;
        tx.commit().await?;
        Ok((period, all))
    }

    /// Has that schedule printed: the printout's id.
    ///
    /// # Errors
    /// As [`App::export_regional_schedule`].
    pub async fn print_regional_schedule(&self, actor: &Actor, period: Uuid) -> Result<Uuid> {
        let mut tx = self.db.enter::<acts::ApprovePeriod>(actor).await?;
        let period = periods::find(&mut tx, period)
            .await?
            .ok_or(Error::NotFound)?;
        let request = Request::Schedule { period: period.id };
        let printout = printouts::ask(&mut tx, &request).await?;
        let id = Some(i64::from(period.id));
        events::audit_deed(&mut tx, Deed::ExportSchedule, id).await?;
        tx.commit().await?;
        Ok(printout)
    }
}
