//! Lists of things: tables, check boxes in their rows, files, the history of an application.

use maud::{Markup, html};

/// A table. It scrolls sideways on a phone rather than pushing the page out of the screen.
#[derive(Clone, Debug, Default)]
pub struct Table<'a> {
    /// What the table holds; also its name for a screen reader.
    pub caption: &'a str,
    /// Whether the caption is only for a screen reader, when the heading already says it.
    pub caption_hidden: bool,
    /// The columns, left to right.
    pub columns: &'a [Column<'a>],
    /// The rows, each with a cell per column.
    pub rows: Vec<Vec<Markup>>,
    /// What is said when there are no rows.
    pub empty: &'a str,
}

/// One column of a [`Table`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Column<'a> {
    /// Its header.
    pub title: &'a str,
    /// Whether it holds numbers, set to the right.
    pub numeric: bool,
    /// How to sort by it.
    pub sort: Option<Sort<'a>>,
    /// The name of the [`row_checkbox`]es in it, so that its header can mark all of them.
    pub marks: Option<&'a str>,
}

/// The link in a column's header that sorts by it.
#[derive(Clone, Copy, Debug)]
pub struct Sort<'a> {
    /// The address of the list sorted by this column, or sorted the other way.
    pub href: &'a str,
    /// The way it is sorted now, if it is.
    pub now: Option<Direction>,
}

/// The order of a sorted column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The smallest or oldest first.
    Ascending,
    /// The largest or newest first.
    Descending,
}

impl<'a> Column<'a> {
    /// A column of words.
    pub fn text(title: &'a str) -> Self {
        Self {
            title,
            ..Self::default()
        }
    }

    /// A column of numbers.
    pub fn number(title: &'a str) -> Self {
        Self {
            title,
            numeric: true,
            ..Self::default()
        }
    }

    /// A column of check boxes called `name`; where there are scripts its header marks them all.
    pub fn marks(title: &'a str, name: &'a str) -> Self {
        Self {
            title,
            marks: Some(name),
            ..Self::default()
        }
    }

    /// The column with a header that sorts by it.
    pub fn sorted(self, sort: Sort<'a>) -> Self {
        Self {
            sort: Some(sort),
            ..self
        }
    }
}

impl Direction {
    fn aria(self) -> &'static str {
        match self {
            Self::Ascending => "ascending",
            Self::Descending => "descending",
        }
    }
}

/// A table of `rows`, or its header with the words of an empty one.
pub fn table(table: Table<'_>) -> Markup {
    let numeric = |index: usize| {
        table
            .columns
            .get(index)
            .is_some_and(|column| column.numeric)
    };
    html! {
        div class="app-table" role="region" aria-label=(table.caption) tabindex="0" {
            table class="govuk-table" {
                caption class={
                    "govuk-table__caption govuk-table__caption--m"
                    @if table.caption_hidden { " govuk-visually-hidden" }
                } { (table.caption) }
                thead class="govuk-table__head" {
                    tr class="govuk-table__row" {
                        @for column in table.columns { (header(column)) }
                    }
                }
                tbody class="govuk-table__body" {
                    @for row in &table.rows {
                        tr class="govuk-table__row" {
                            @for (index, cell) in row.iter().enumerate() {
                                td class={
                                    "govuk-table__cell"
                                    @if numeric(index) { " govuk-table__cell--numeric" }
                                } { (cell) }
                            }
                        }
                    }
                    @if table.rows.is_empty() {
                        tr class="govuk-table__row" {
                            td class="govuk-table__cell app-empty" colspan=(table.columns.len()) {
                                (table.empty)
                            }
                        }
                    }
                }
            }
        }
    }
}

fn header(column: &Column<'_>) -> Markup {
    let direction = column.sort.and_then(|sort| sort.now).map(Direction::aria);
    html! {
        th scope="col" aria-sort=[direction] class={
            "govuk-table__header" @if column.numeric { " govuk-table__header--numeric" }
        } {
            @if let Some(name) = column.marks {
                span class="govuk-visually-hidden" { (column.title) }
                input class="app-check" type="checkbox" aria-label="Отметить все"
                    data-check-all=(name) autocomplete="off" hidden;
            } @else if let Some(sort) = column.sort {
                a class="app-sort" href=(sort.href) { (column.title) }
            } @else { (column.title) }
        }
    }
}

/// A table whose rows stand in groups, each under its title.
#[derive(Clone, Debug, Default)]
pub struct Grouped<'a> {
    /// What the table holds: its name for a screen reader; a heading above says it to the eye.
    pub caption: &'a str,
    /// The columns' titles, left to right.
    pub columns: &'a [&'a str],
    /// The groups, in their order.
    pub groups: Vec<Group<'a>>,
    /// What is said when there are none.
    pub empty: &'a str,
}

/// Some rows of a [`Grouped`] table that belong together.
#[derive(Clone, Debug, Default)]
pub struct Group<'a> {
    /// What they have in common.
    pub title: &'a str,
    /// The rows, each with a cell per column.
    pub rows: Vec<Vec<Markup>>,
    /// What is said when there are none.
    pub empty: &'a str,
}

/// A table in groups.
pub fn grouped(table: Grouped<'_>) -> Markup {
    let columns = table.columns.len();
    let row = |cells: &[Markup]| {
        html! {
            tr class="govuk-table__row" {
                @for cell in cells { td class="govuk-table__cell" { (cell) } }
            }
        }
    };
    let nothing = |words: &str| {
        html! {
            tr class="govuk-table__row" {
                td class="govuk-table__cell app-empty" colspan=(columns) { (words) }
            }
        }
    };
    html! {
        div class="app-table" role="region" aria-label=(table.caption) tabindex="0" {
            table class="govuk-table" {
                caption class="govuk-table__caption govuk-table__caption--m govuk-visually-hidden" { (table.caption) }
                thead class="govuk-table__head" {
                    tr class="govuk-table__row" {
                        @for title in table.columns { th scope="col" class="govuk-table__header" { (title) } }
                    }
                }
                @if table.groups.is_empty() { tbody class="govuk-table__body" { (nothing(table.empty)) } }
                @for group in &table.groups {
                    tbody class="govuk-table__body" {
                        tr class="govuk-table__row" {
                            th scope="rowgroup" colspan=(columns) class="govuk-table__header app-group" { (group.title) }
                        }
                        @if group.rows.is_empty() { (nothing(group.empty)) }
                        @for cells in &group.rows { (row(cells)) }
                    }
                }
            }
        }
    }
}

/// The check box that marks a row; `label` names the row for a screen reader, `form` is the id
/// of the form it is sent with when the table is outside it.
pub fn row_checkbox(name: &str, value: &str, label: &str, form: Option<&str>) -> Markup {
    row_mark(name, value, label, form, false)
}

/// As [`row_checkbox`], marked already or not.
pub fn row_mark(name: &str, value: &str, label: &str, form: Option<&str>, checked: bool) -> Markup {
    html! {
        input class="app-check" type="checkbox" name=(name) value=(value) checked[checked]
            aria-label=(label) form=[form];
    }
}

/// One file of a list.
#[derive(Clone, Debug)]
pub struct FileRow<'a> {
    /// What the file is: its kind or name.
    pub title: &'a str,
    /// Small print: name, size, when it was attached, its description.
    pub meta: &'a str,
    /// A tag about it, such as «проверяется»; empty markup for none.
    pub status: Markup,
    /// Links and buttons: «Посмотреть», «Открепить».
    pub actions: Markup,
}

/// A list of files, or the words of an empty one.
pub fn files(rows: &[FileRow<'_>], empty: &str) -> Markup {
    html! {
        @if rows.is_empty() { p class="govuk-body app-empty" { (empty) } }
        @else {
            ul class="app-files" {
                @for row in rows {
                    li {
                        div class="app-files__about" {
                            (row.title) " " (row.status)
                            @if !row.meta.is_empty() { span class="app-files__meta" { (row.meta) } }
                        }
                        div class="app-files__actions" { (row.actions) }
                    }
                }
            }
        }
    }
}

/// Something that happened.
#[derive(Clone, Copy, Debug, Default)]
pub struct Event<'a> {
    /// When, in words.
    pub when: &'a str,
    /// What happened.
    pub what: &'a str,
    /// Who did it; empty when it is not told.
    pub who: &'a str,
    /// A comment or reason given.
    pub note: Option<&'a str>,
}

/// What happened, in the order given.
pub fn timeline(events: &[Event<'_>]) -> Markup {
    html! {
        ol class="app-timeline" {
            @for event in events {
                li {
                    strong { (event.what) }
                    div class="app-timeline__by" {
                        (event.when)
                        @if !event.who.is_empty() { " · " (event.who) }
                    }
                    @if let Some(note) = event.note { p { (note) } }
                }
            }
        }
    }
}
