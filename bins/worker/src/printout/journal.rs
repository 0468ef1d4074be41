//! The registration journal of some days (R-APP-5), printed part by part.

use std::path::Path;

use app::{
    App,
    journal::{COLUMNS, Filter, cells},
    printouts::making::{Attempt, LINES},
};
use chrono::NaiveDate;
use documents::JournalForm;
use domain::{actor::TenantId, calendar::text::dotted, template::TemplateKind};

use super::{Error, Made, joined};
use crate::typeset;

const TITLE: &str = "Журнал регистрации заявлений";

/// What the lines are narrowed to.
pub fn filter(from: Option<NaiveDate>, to: Option<NaiveDate>, municipality: Option<i32>) -> Filter {
    Filter {
        from,
        to,
        tenant: municipality.map(TenantId),
    }
}

/// Prints the lines in the journal's order.
pub async fn make(
    app: &App,
    attempt: &Attempt,
    filter: Filter,
    folder: &Path,
) -> Result<Made, Error> {
    let total = app.journal_length(attempt, filter).await?;
    let pieces = i32::try_from(total).unwrap_or(i32::MAX);
    let narrowed = narrowed(app, filter).await?;
    // One for all parts, whatever comes into force meanwhile.
    let template = app.template_in_force(TemplateKind::Journal).await?;
    let (mut parts, mut sheets, mut printed, mut after) = (Vec::new(), 0, 0_i64, None);
    let template_version = loop {
        let lines = app.journal_to_print(attempt, filter, after).await?;
        printed += lines.len() as i64;
        after = lines.last().map(|line| line.place);
        // A line registered meanwhile stands at the end: it is taken along.
        let last = (lines.len() as i64) < LINES;
        let form = JournalForm {
            title: TITLE.to_owned(),
            narrowed: narrowed.clone(),
            made: app.today(),
            columns: COLUMNS,
            lines: lines.iter().map(cells).collect(),
            sheets_before: sheets,
            ends_with: last.then_some(printed),
        };
        let (part_of, by) = typeset::typeset(documents::journal(&form)?, &template).await?;
        sheets += part_of.sheets;
        let part = folder.join(format!("{:05}.pdf", parts.len()));
        tokio::fs::write(&part, part_of.pdf).await?;
        parts.push(part);
        let done = i32::try_from(printed).unwrap_or(i32::MAX);
        app.printout_progress(attempt, done, pieces.max(done))
            .await?;
        if last {
            break by;
        }
    };
    Ok(Made {
        file: joined::join(&parts, folder).await?,
        name: format!("{TITLE}.pdf"),
        content_type: "application/pdf",
        template_version,
    })
}

/// What stands under the headline: the days, the municipality.
async fn narrowed(app: &App, filter: Filter) -> Result<String, Error> {
    let days = match (filter.from.map(dotted), filter.to.map(dotted)) {
        (Some(from), Some(to)) => format!("с {from} по {to}"),
        (Some(from), None) => format!("с {from}"),
        (None, Some(to)) => format!("по {to}"),
        (None, None) => "за всё время".to_owned(),
    };
    let whose = match filter.tenant {
        Some(tenant) => app.municipality_to_print(tenant).await?,
        None => "все муниципалитеты".to_owned(),
    };
    Ok(format!("{days}, {whose}"))
}
