//! «Бланки и образцы» of the demonstration: a table of results for each category, by its criteria.

use bytes::Bytes;
use domain::{actor::Actor, sample::Section};

use crate::{App, Error, Result, samples::Typed};

const TABLES: [(Section, &str, &[u8]); 2] = [
    (
        Section::First,
        "Таблица результатов (первая категория).xlsx",
        include_bytes!("results_first.xlsx"),
    ),
    (
        Section::Highest,
        "Таблица результатов (высшая категория).xlsx",
        include_bytes!("results_highest.xlsx"),
    ),
];

/// Publishes them.
pub(super) async fn publish(app: &App, admin: &Actor) -> Result<()> {
    for (section, name, bytes) in TABLES {
        let stream = futures::stream::iter([Ok::<_, Error>(Bytes::from_static(bytes))]);
        let file = app.receive_sample(admin, "file", name, stream).await?;
        let typed = Typed {
            title: "Таблица результатов педагогической деятельности".to_owned(),
            section: section.code().to_owned(),
            ordinal: "1".to_owned(),
            published: "yes".to_owned(),
        };
        app.save_sample(admin, None, 0, &typed, Some(&file)).await?;
    }
    Ok(())
}
