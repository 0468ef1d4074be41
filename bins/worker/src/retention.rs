//! Terms of keeping (R-CONS-1, SEC-87): what is due is destroyed batch by batch, and the act of each run
//! and of each erasure by request is printed and kept.

use app::{
    App,
    retention::{Line, Run, Unprinted},
};
use documents::{DestroyedLine, DestroyedSum, DestructionForm, Paper};
use domain::{
    calendar::{Zone, text::in_words},
    retention::{Basis, Destroyed},
};
use tokio_util::sync::CancellationToken;

use crate::typeset;

/// Destroys what is due, until the stop: what is left then is the next run's.
pub async fn destroy(app: &App, stop: &CancellationToken) -> app::Result<()> {
    let mut run = Run::default();
    while !stop.is_cancelled() && app.destroy_due(&mut run).await? {}
    Ok(())
}

/// Prints one act, if one waits.
pub async fn print(app: &App) -> app::Result<bool> {
    let Some((act, operator)) = app.act_to_print().await? else {
        return Ok(false);
    };
    let internal = |error: Box<dyn std::error::Error + Send + Sync>| app::Error::Internal(error);
    let paper = paper(&act, operator, app.zone()).map_err(|error| internal(error.into()))?;
    let template = app.template_in_force(paper.kind()).await?;
    let typeset = typeset::typeset(paper, &template).await;
    let (printed, _) = typeset.map_err(|error| internal(error.into()))?;
    app.keep_act(&act, printed.pdf.into()).await?;
    tracing::info!(
        id = act.id,
        subjects = act.lines.len(),
        "an act of destroyed data is printed"
    );
    Ok(true)
}

fn paper(act: &Unprinted, operator: String, zone: Zone) -> Result<Paper, documents::Error> {
    let number = format!("{}/{}", act.number, act.year);
    let at = zone.local(act.closed_at);
    let form = DestructionForm {
        whose: format!(
            "{} (перечень\u{a0}— в выгрузке из журнала, которая прилагается)",
            match act.basis {
                Basis::Term => "лица, подававшие заявления о проведении аттестации",
                Basis::Request => "лицо, которое отозвало согласие или удалило свою регистрацию",
            }
        ),
        reason: act.basis.words().to_owned(),
        removed: format!("{}, {}", in_words(at.date_naive()), at.format("%H:%M")),
        sums: sums(&act.lines),
        kept: KEPT.map(str::to_owned).into(),
        log: act.lines.iter().map(|line| logged(line, zone)).collect(),
        date: at.date_naive(),
        number,
        operator,
    };
    documents::destruction(&form)
}

const KEPT: [&str; 3] = [
    "Строки журнала регистрации заявлений сохранены без персональных данных: номера и даты изъятию \
     не подлежат. Журнал действий персональных данных не содержит и сохранён.",
    "Распоряжения и подписанные графики, в которых названы многие люди, хранятся по правилам \
     архивного дела и этим актом не затронуты.",
    "Резервные копии и файлы прежних выгрузок этим актом не затронуты и уничтожаются в свои сроки.",
];

fn sums(lines: &[Line]) -> Vec<DestroyedSum> {
    let of = |what| lines.iter().filter(|line| line.what == what).count();
    let documents = lines.iter().map(|line| i64::from(line.documents)).sum();
    [
        ("Дела о проведении аттестации", of(Destroyed::Case)),
        ("Учётные записи со всеми данными", of(Destroyed::Account)),
        (
            "Учётные записи, кроме хранимых дел",
            of(Destroyed::Belongings),
        ),
        (
            "Регистрации в одном муниципалитете",
            of(Destroyed::Registration),
        ),
    ]
    .into_iter()
    .filter(|(_, count)| *count > 0)
    .map(|(what, count)| (what, i64::try_from(count).unwrap_or(i64::MAX)))
    .chain([("Документы (файлы)", documents)])
    .map(|(what, count)| DestroyedSum {
        what: what.to_owned(),
        count,
    })
    .collect()
}

fn logged(line: &Line, zone: Zone) -> DestroyedLine {
    let number = match line.number.as_str() {
        "" => String::new(),
        number => format!(", запись журнала регистрации №\u{a0}{number}"),
    };
    let place = match &line.municipality {
        Some(name) => format!(", {name}"),
        None => String::new(),
    };
    DestroyedLine {
        subject: format!("{} {}{number}{place}", line.what.subject(), line.subject),
        categories: line.what.categories().to_owned(),
        at: zone.local(line.at).format("%d.%m.%Y, %H:%M").to_string(),
    }
}
