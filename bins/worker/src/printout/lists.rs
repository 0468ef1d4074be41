//! Lists to be signed: a municipality's schedule of a period or the regional one (R-SCH-5), a
//! register of conclusions handed over to the Centre (R-CON-2).

use std::path::Path;

use app::{
    App, handovers, municipal_schedules, periods::schedule as regional, printouts::making::Attempt,
};
use documents::{ListCode, ListColumn, ListForm};
use domain::{
    actor::TenantId,
    calendar::{month_name, text::dotted},
    paper::{ShortId, schedule_edition},
    template::TemplateKind,
};
use uuid::Uuid;

use super::{Error, Made};

const SCHEDULE: [ListColumn; municipal_schedules::COLUMNS.len()] = columns(
    municipal_schedules::COLUMNS,
    [10, 33, 28, 42, 20, 20, 20, 24, 40, 40],
);
const REGIONAL: [ListColumn; regional::COLUMNS.len()] = columns(
    regional::COLUMNS,
    [10, 32, 26, 38, 30, 19, 19, 18, 21, 32, 32],
);
const HANDOVER: [ListColumn; handovers::COLUMNS.len()] =
    columns(handovers::COLUMNS, [10, 60, 45, 82, 35, 45]);

const fn columns<const N: usize>(titles: [&'static str; N], widths: [u16; N]) -> [ListColumn; N] {
    let mut columns = [ListColumn::new("", 0); N];
    let mut at = 0;
    while at < N {
        columns[at] = ListColumn::new(titles[at], widths[at]);
        at += 1;
    }
    columns
}

/// The schedule of the asker's municipality, or for the Centre of all.
pub async fn schedule(
    app: &App,
    attempt: &Attempt,
    number: i32,
    folder: &Path,
) -> Result<Made, Error> {
    let (period, all) = app.schedule_to_print(attempt, number).await?;
    let of_one = all.first().filter(|_| attempt.municipality.is_some());
    let form = match of_one {
        Some(of) => ListForm {
            title: "График аттестации".to_owned(),
            about: format!("{}, аттестационный период: {period}", of.municipality),
            made: app.today(),
            columns: &SCHEDULE,
            lines: (1..)
                .zip(&of.entries)
                .map(|(n, entry)| municipal_schedules::cells(n, entry, &period).into())
                .collect(),
            signed_by: &["Муниципальный координатор"],
            code: attempt.municipality.map(|municipality| ListCode {
                id: ShortId::of_schedule(municipality.0, number),
                edition: schedule_edition(app.today()),
            }),
        },
        None => ListForm {
            title: "Региональный график аттестации".to_owned(),
            about: format!("Аттестационный период: {period}"),
            made: app.today(),
            columns: &REGIONAL,
            lines: regional::cells(&all, &period).map(Vec::from).collect(),
            signed_by: &["Оператор Центра"],
            code: None,
        },
    };
    let kind = if of_one.is_some() {
        "График"
    } else {
        "Региональный график"
    };
    let paper = documents::list(TemplateKind::Schedule, &form)?;
    Made::paper(app, paper, format!("{kind} {period}.pdf"), folder).await
}

/// A register of handing over.
pub async fn handover(
    app: &App,
    attempt: &Attempt,
    municipality: i32,
    id: Uuid,
    folder: &Path,
) -> Result<Made, Error> {
    let view = app
        .handover_to_print(attempt, TenantId(municipality), id)
        .await?;
    let title = format!("Реестр передачи № {}", view.handover.number);
    let form = ListForm {
        about: format!(
            "{}, итоговые заключения за {}, {}",
            view.handover.municipality,
            month_name(view.handover.month),
            dotted(view.handover.made_on)
        ),
        made: app.today(),
        columns: &HANDOVER,
        lines: (1..)
            .zip(&view.rows)
            .map(|(n, named)| handovers::cells(n, named).into())
            .collect(),
        signed_by: &[
            "Передал: муниципальный координатор",
            "Принял: оператор Центра",
        ],
        code: None,
        title: title.clone(),
    };
    let paper = documents::list(TemplateKind::Handover, &form)?;
    Made::paper(app, paper, format!("{title}.pdf"), folder).await
}
