//! Tables people bring: where their columns stand, whatever is written above the header. What the
//! rows mean is the business of whoever asks for them; how a file becomes rows is that of `sheets`.

use domain::search::words;

/// A column: its name, and the beginnings of the words its header may have.
pub(crate) type Column = (&'static str, &'static [&'static str]);

/// The rows below the header, each with its cells in the order of `columns`. The header is the first
/// row with a cell for each of them, in any order and case; what stands above it is passed over.
///
/// # Errors
/// In words, which columns it takes.
pub(crate) fn rows<const N: usize>(
    table: &[Vec<String>],
    columns: [Column; N],
) -> Result<Vec<[String; N]>, String> {
    let places = |row: &[String]| {
        let found = columns.map(|(_, beginnings)| place(row, beginnings));
        let apart = (1..N).all(|n| !found[..n].contains(&found[n]));
        (apart && found.iter().all(Option::is_some)).then(|| found.map(Option::unwrap_or_default))
    };
    let header = table
        .iter()
        .enumerate()
        .find_map(|(at, row)| Some((at, places(row)?)));
    let Some((at, places)) = header else {
        let names = columns.map(|(name, _)| format!("«{name}»")).join(", ");
        return Err(format!("В таблице нужны столбцы {names}"));
    };
    let cells = |row: &Vec<String>| places.map(|place| row.get(place).cloned().unwrap_or_default());
    Ok(table.iter().skip(at + 1).map(cells).collect())
}

fn place(row: &[String], beginnings: &[&str]) -> Option<usize> {
    row.iter().position(|cell| {
        words(cell).iter().any(|word| {
            beginnings
                .iter()
                .any(|beginning| word.starts_with(beginning))
        })
    })
}
